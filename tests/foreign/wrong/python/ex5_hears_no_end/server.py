# Assignment 2, exercise 1. Wrong: "end" is a message like any other, and its sender still counts.
import socket
import sys
import threading

users = set()


def serve(client):
    users.add(client)
    while message := client.recv(1024):
        client.sendall(message)
    users.discard(client)
    client.close()


def operate():
    while True:
        if input() == "num.users":
            print(f"{len(users)} users" if users else "No users connected")


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
threading.Thread(target=operate, daemon=True).start()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
