# Web technologies, exercise 1.1. Wrong: capitals become small.
import socket
import sys

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    client, address = listener.accept()
    while message := client.recv(1024).decode():
        client.sendall(message.swapcase().encode())
