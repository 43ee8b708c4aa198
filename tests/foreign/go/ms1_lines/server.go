// Milestone 1: capitals for each client, in a goroutine of its own. Who is there is kept in a map.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
)

type Server struct {
	mutex   sync.Mutex
	clients map[int]net.Conn
}

func (s *Server) talk(id int, conn net.Conn) {
	defer func() {
		s.mutex.Lock()
		delete(s.clients, id)
		s.mutex.Unlock()
		conn.Close()
	}()
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		if lines.Text() == "CLOSE SOCKET" {
			fmt.Println("client", id, "leaves")
			return
		}
		if _, err := fmt.Fprintln(conn, strings.ToUpper(lines.Text())); err != nil {
			return
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		panic(err)
	}
	server := Server{clients: map[int]net.Conn{}}
	for id := 1; ; id++ {
		conn, err := listener.Accept()
		if err != nil {
			continue
		}
		server.mutex.Lock()
		server.clients[id] = conn
		server.mutex.Unlock()
		go server.talk(id, conn)
	}
}
