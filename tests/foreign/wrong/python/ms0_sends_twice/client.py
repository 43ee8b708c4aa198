# Sends each message twice.
import socket
import sys

s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
while True:
    message = input("> ")
    s.send((message + "\n").encode())
    s.send((message + "\n").encode())
    print(s.recv(1024).decode())
