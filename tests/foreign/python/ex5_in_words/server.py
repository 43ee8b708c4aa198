# Assignment 2, exercise 1: says in words how many there are, on stderr; and counts a client until it has closed its side.
import socket
import sys
import threading

NUMBERS = ["Nobody is", "One user is", "Two users are", "Three users are"]
users = []


def serve(client):
    users.append(client)
    while (message := client.recv(1024)) and message.strip() != b"end":
        client.sendall(b"You said: " + message)
    client.shutdown(socket.SHUT_WR)
    client.recv(1)
    users.remove(client)
    client.close()


def operate():
    for command in sys.stdin:
        if command.strip() == "num.users":
            print(NUMBERS[len(users)], "connected.", file=sys.stderr)


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
threading.Thread(target=operate, daemon=True).start()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
