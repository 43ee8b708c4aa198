# Shows what it sends and what it gets, until its user types "exit".
import socket
import sys

sock = socket.socket()
sock.connect(("127.0.0.1", int(sys.argv[1])))
while (text := input("Enter message: ")) != "exit":
    print("Sending", text)
    sock.sendall(text.encode())
    print("Received", sock.recv(4096).decode())
