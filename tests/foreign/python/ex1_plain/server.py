# Assignment 1, exercise 1: takes one connection, prints the message that comes, and ends.
import socket

HOST = "127.0.0.1"
PORT = 8080

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind((HOST, PORT))
listener.listen()
print("Waiting for a client on port", PORT)

client, address = listener.accept()
print("Connected:", address)
data = client.recv(1024)
print("Received:", data.decode(errors="replace"))

client.close()
listener.close()
