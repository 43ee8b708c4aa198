# Web technologies, exercise 1.2: waits for the greeting, then for the question, and then gives its identification.
import socket
import sys
import threading

cid = input("Your identification: ")
server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))


def receive():
    while message := server.recv(1024).decode():
        print(message, end="", flush=True)


print(server.recv(1024).decode())
print(server.recv(1024).decode())
server.sendall(cid.encode())
print(server.recv(1024).decode())
threading.Thread(target=receive, daemon=True).start()
while True:
    server.sendall(input().encode())
