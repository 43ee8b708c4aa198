// Web technologies, exercise 1.2: a chat room. Its clients end their lines with a line break.
package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"os"
	"strings"
	"sync"
)

var (
	clients = make(map[string]net.Conn)
	mutex   sync.Mutex
)

func broadcast(msg, cid string) {
	mutex.Lock()
	defer mutex.Unlock()
	for id, conn := range clients {
		if id != cid {
			fmt.Fprintln(conn, msg)
		}
	}
}

func handleClient(conn net.Conn, reader *bufio.Reader, cid string) {
	fmt.Fprintf(conn, "Welcome, %s\n", cid)
	mutex.Lock()
	clients[cid] = conn
	mutex.Unlock()
	broadcast("["+cid+" is here]", cid)
	for {
		msg, err := reader.ReadString('\n')
		if err != nil {
			break
		}
		broadcast(cid+" says "+strings.TrimRight(msg, "\r\n"), cid)
	}
	mutex.Lock()
	delete(clients, cid)
	mutex.Unlock()
	conn.Close()
}

func accept(conn net.Conn) {
	log.Println("connection from", conn.RemoteAddr())
	fmt.Fprint(conn, "Hello! What is your name?\n")
	reader := bufio.NewReader(conn)
	name, _ := reader.ReadString('\n')
	name = strings.TrimSpace(name)
	if name == "" {
		conn.Close()
		return
	}
	log.Println(name, "has a name")
	go handleClient(conn, reader, name)
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go accept(conn)
	}
}
