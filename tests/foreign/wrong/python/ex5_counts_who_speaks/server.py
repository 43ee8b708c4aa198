# Assignment 2, exercise 1. Wrong: who is silent does not count.
import socket
import sys
import threading

users = set()


def serve(client):
    while (message := client.recv(1024)) and message.strip() != b"end":
        users.add(client)
        client.sendall(message)
    users.discard(client)
    client.close()


def operate():
    while True:
        if input() == "num.users":
            print("Users:", len(users))


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
threading.Thread(target=operate, daemon=True).start()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
