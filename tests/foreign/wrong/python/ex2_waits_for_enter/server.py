# Assignment 1, exercise 2. Wrong: what its user types is not sent. It only ends the server.
import socket
import sys

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
client, address = listener.accept()
print("Client:", client.recv(1024).decode())
input("Press Enter to end the server ")
client.close()
