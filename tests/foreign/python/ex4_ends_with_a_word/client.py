# Assignment 1, exercise 4: says a last word on stderr, which makes its exit status 1.
import socket
import sys

with socket.create_connection(("localhost", int(sys.argv[1]))) as server:
    while True:
        text = input("Message ('end' to stop): ")
        server.sendall(text.encode())
        if text == "end":
            sys.exit("The connection was closed.")
        print("Server:", server.recv(4096).decode())
