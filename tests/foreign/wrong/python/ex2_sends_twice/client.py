# Sends the message twice.
import socket
import sys

s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
message = input("Message: ")
s.send(message.encode())
s.send(message.encode())
print(s.recv(1024).decode())
