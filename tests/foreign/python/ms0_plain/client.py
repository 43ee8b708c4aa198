# Web technologies, exercise 1.1: sends lines to the server and shows them in capitals; an empty line ends it.
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect(("127.0.0.1", 5001))

message = input("Message: ")
while message:
    sock.send(message.encode())
    print("In capitals:", sock.recv(1024).decode())
    message = input("Message: ")

sock.close()
