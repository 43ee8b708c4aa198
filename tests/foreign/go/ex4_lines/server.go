// Assignment 1, exercise 4: a goroutine for each client, which replies to each line, and to `end` as well.
package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"os"
	"strings"
)

func handle(conn net.Conn) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			fmt.Println(conn.RemoteAddr(), "has gone:", err)
			return
		}
		message := strings.TrimSpace(line)
		fmt.Println(conn.RemoteAddr(), "says", message)
		if message == "end" {
			conn.Write([]byte("Goodbye\n"))
			return
		}
		conn.Write([]byte("Server got: " + message + "\n"))
	}
}

func main() {
	listener, err := net.Listen("tcp", ":"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			log.Println(err)
			continue
		}
		go handle(conn)
	}
}
