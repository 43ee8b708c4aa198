// Assignment 1, exercise 4: sends lines, and shows the reply to each. `end` is the last one, and its reply is waited for.
package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"os"
	"strings"
)

func main() {
	conn, err := net.Dial("tcp", "localhost:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	user, server := bufio.NewReader(os.Stdin), bufio.NewReader(conn)
	for {
		fmt.Print(">> ")
		text, _ := user.ReadString('\n')
		fmt.Fprint(conn, text)
		reply, err := server.ReadString('\n')
		if err != nil {
			log.Fatal("no reply: ", err)
		}
		fmt.Print("-> " + reply)
		if strings.TrimSpace(text) == "end" {
			return
		}
	}
}
