# Web technologies, exercise 1.2. Wrong: does not wait for the question.
import socket
import sys
import threading

cid = input("Your identification: ")
server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
server.sendall(cid.encode())


def receive():
    while message := server.recv(1024).decode():
        print(message, flush=True)


threading.Thread(target=receive, daemon=True).start()
while True:
    server.sendall(input().encode())
