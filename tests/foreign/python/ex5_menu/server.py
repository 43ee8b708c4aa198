# Assignment 2, exercise 1: shows a numbered menu before each answer.
import socket
import sys
import threading

users = []


def serve(client):
    users.append(client)
    try:
        while True:
            message = client.recv(1024).decode()
            if message == "" or message.strip() == "end":
                break
            client.sendall(f"You said: {message}".encode())
    finally:
        users.remove(client)
        client.close()


def operate():
    while True:
        command = input()
        print("Commands: 1) num.users 2) help 3) quit")
        if command == "num.users":
            print("Connected:", len(users))


listener = socket.socket()
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
threading.Thread(target=operate, daemon=True).start()
while True:
    client, address = listener.accept()
    threading.Thread(target=serve, args=(client,), daemon=True).start()
