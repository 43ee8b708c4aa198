// Assignment 2, exercise 2: echoes every message, the last one, `end`, too.
package main

import (
	"log"
	"net"
	"os"
)

func serve(client net.Conn) {
	defer client.Close()
	for {
		message, err := receive(client)
		if err != nil {
			log.Print(err)
			return
		}
		if err := send(client, message); err != nil || message.Msg == "end" {
			return
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for {
		client, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(client)
	}
}
