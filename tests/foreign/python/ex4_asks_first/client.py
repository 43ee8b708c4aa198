# Assignment 1, exercise 4, made of exercise 2: the first message is asked for before there is a connection.
import socket
import sys

message = input("Message: ")
server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
while True:
    server.sendall(message.encode())
    if message in ("end", "CLOSE SOCKET"):
        break
    print("Reply:", server.recv(1024).decode())
    message = input("Message: ")
server.close()
