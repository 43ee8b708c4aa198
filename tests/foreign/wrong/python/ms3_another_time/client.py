# Homework 1: shows what comes.
import socket
import sys
import threading

server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))


def receive():
    for line in server.makefile():
        print(line, end="", flush=True)


threading.Thread(target=receive, daemon=True).start()
for line in sys.stdin:
    server.sendall(line.encode())
