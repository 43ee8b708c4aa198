// Milestone 1: shows what comes back for each line, until `CLOSE SOCKET`.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
)

func main() {
	conn, err := net.Dial("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	replies := bufio.NewScanner(conn)
	user := bufio.NewScanner(os.Stdin)
	for fmt.Print("enter your message: "); user.Scan(); fmt.Print("enter your message: ") {
		fmt.Fprintln(conn, user.Text())
		if user.Text() == "CLOSE SOCKET" || !replies.Scan() {
			break
		}
		fmt.Println(replies.Text())
	}
}
