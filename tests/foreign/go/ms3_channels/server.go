// Homework 1: one goroutine knows who is there. Each member has a channel; one that is full loses its member.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

type member struct {
	name  string
	lines chan string
}

type message struct {
	from *member
	text string
}

var (
	joins    = make(chan *member)
	leaves   = make(chan *member)
	messages = make(chan message)
)

func room() {
	members := map[*member]bool{}
	for {
		select {
		case m := <-joins:
			members[m] = true
			m.lines <- "Welcome, " + m.name
		case m := <-leaves:
			if members[m] {
				delete(members, m)
				close(m.lines)
			}
		case said := <-messages:
			line := fmt.Sprintf("%s %s: %s", time.Now().Format("15:04:05"), said.from.name, said.text)
			for m := range members {
				if m == said.from {
					continue
				}
				select {
				case m.lines <- line:
				default:
					delete(members, m)
					close(m.lines)
				}
			}
		}
	}
}

func serve(conn net.Conn) {
	defer conn.Close()
	fmt.Fprintln(conn, "Your username, please:")
	in := bufio.NewScanner(conn)
	name := ""
	for name == "" {
		if !in.Scan() {
			return
		}
		name = strings.TrimSpace(in.Text())
	}
	me := &member{name, make(chan string, 10000)}
	joins <- me
	go func() {
		for line := range me.lines {
			if _, err := fmt.Fprintln(conn, line); err != nil {
				break
			}
		}
		conn.Close()
	}()
	for in.Scan() {
		messages <- message{me, in.Text()}
	}
	leaves <- me
}

func main() {
	listener, err := net.Listen("tcp", ":"+os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go room()
	for {
		if conn, err := listener.Accept(); err == nil {
			go serve(conn)
		}
	}
}
