// Assignment 2, exercise 2: sends what its user types, and shows each message that comes back, after `end` too.
package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"os"
)

func main() {
	server, err := net.Dial("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	for user := bufio.NewScanner(os.Stdin); user.Scan(); {
		if err := send(server, Message{From: 1, To: 2, Msg: user.Text()}); err != nil {
			log.Fatal(err)
		}
		reply, err := receive(server)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d -> %d: %s\n", reply.From, reply.To, reply.Msg)
		if user.Text() == "end" {
			break
		}
	}
}
