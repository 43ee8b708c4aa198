# Assignment 1, exercise 2: takes one message, sends it back, and ends.
import socket

HOST = "127.0.0.1"
PORT = 8080

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind((HOST, PORT))
listener.listen()
print("Waiting for a client on port", PORT)

client, address = listener.accept()
print("Connected:", address)
message = client.recv(1024).decode()
print("Received:", message)
client.send(message.encode())

client.close()
listener.close()
