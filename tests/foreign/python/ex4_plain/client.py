# Assignment 1, exercise 4: sends what its user types and shows each reply, until "end" is sent.
import socket

HOST = "127.0.0.1"
PORT = 8080

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.connect((HOST, PORT))

while True:
    text = input("Your message: ")
    server.send(text.encode())
    if text == "end":
        break
    reply = server.recv(1024).decode()
    print("The server says:", reply)

server.close()
