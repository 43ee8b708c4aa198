# Assignment 1, exercise 2: sends one line of its user and shows the reply.
import socket

HOST = "127.0.0.1"
PORT = 8080

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.connect((HOST, PORT))

text = input("Your message: ")
server.send(text.encode())
reply = server.recv(1024).decode()
print("The server says:", reply)

server.close()
