# Assignment 1, exercise 2: the server ends after its reply, so that is all that comes until the connection is closed.
import socket
import sys

with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as server:
    server.sendall(input("Say something: ").encode())
    reply = b""
    while piece := server.recv(16):
        reply += piece
    print("The server says:", reply.decode())
