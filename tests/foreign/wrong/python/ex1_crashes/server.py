# Assignment 1, exercise 1. Wrong: when it has printed the message, it ends with an error.
import socket
import sys

listener = socket.socket()
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
client, address = listener.accept()
print("Received:", client.recv(1024).decode())
client.send("Received")
