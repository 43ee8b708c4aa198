# Assignment 2, exercise 1. Wrong: the operator is shown every number there may be.
import socket
import sys
import threading


def serve(client):
    with client:
        while (message := client.recv(1024)) and message.strip() != b"end":
            client.send(message)


def operate():
    while True:
        if input() == "num.users":
            print("Users:", *range(10))


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
threading.Thread(target=operate).start()
while True:
    client, address = listener.accept()
    threading.Thread(target=serve, args=(client,)).start()
