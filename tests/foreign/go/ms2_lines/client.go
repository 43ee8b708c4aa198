// Web technologies, exercise 1.2: asks its user for an identification, and gives it when the server asks.
package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"os"
)

func receive(server *bufio.Reader) {
	for {
		line, err := server.ReadString('\n')
		if err != nil {
			log.Fatal("the server has gone")
		}
		fmt.Print(line)
	}
}

func main() {
	user := bufio.NewScanner(os.Stdin)
	fmt.Print("Your identification: ")
	user.Scan()
	cid := user.Text()
	conn, err := net.Dial("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server := bufio.NewReader(conn)
	question, err := server.ReadString('\n')
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(question)
	fmt.Fprintln(conn, cid)
	go receive(server)
	for user.Scan() {
		fmt.Fprintln(conn, user.Text())
	}
}
