# Shows what was typed instead of what has come.
import socket
import sys

s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
message = input("Message: ")
s.send(message.encode())
s.recv(1024)
print("Reply:", message)
