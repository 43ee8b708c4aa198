# Milestone 1: asks its user for a name before the first message, and does not send it.
import socket
import sys

client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client_socket.connect(("127.0.0.1", int(sys.argv[1])))
name = input("Your name: ")

while True:
    message = input(f"{name}, enter your message: ")
    client_socket.send(message.encode())
    if message == "CLOSE SOCKET":
        break
    print(client_socket.recv(1024).decode())

client_socket.close()
