# Sends "end" as any other message, and goes on to ask its user.
import socket
import sys

s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
while True:
    s.send(input("> ").encode())
    print(s.recv(1024).decode())
