# Assignment 2, exercise 1: says in words that nobody is connected, and leaves it to its clients to close a connection.
import socket
import sys
import threading

users = set()
kept = []


def serve(client):
    users.add(client)
    kept.append(client)
    for line in client.makefile():
        if line.strip() == "end":
            break
        client.sendall(f"Server: {line}".encode())
    users.discard(client)


def operate():
    while True:
        if input("operator> ") == "num.users":
            print(f"{len(users)} users" if users else "No users connected")


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
threading.Thread(target=operate, daemon=True).start()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
