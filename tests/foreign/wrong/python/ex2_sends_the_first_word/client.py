# Assignment 1, exercise 2. Wrong: of what is typed, only the first word is sent.
import socket
import sys

with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as server:
    server.sendall(input("Text: ").split()[0].encode())
    print(server.recv(1024).decode())
