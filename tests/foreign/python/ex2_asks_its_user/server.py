# Assignment 1, exercise 2: whoever sits at the server types the reply.
import socket
import sys

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
client, address = listener.accept()
print("Connection from", address)
print("Client:", client.recv(1024).decode())
client.send(input(" -> ").encode())
client.close()
