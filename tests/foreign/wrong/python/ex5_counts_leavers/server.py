# Assignment 2, exercise 1. Wrong: only "end" makes a client count no more; one that just leaves counts for ever.
import socket
import sys
import threading

users = 0


def serve(client):
    global users
    users += 1
    while True:
        message = client.recv(1024).decode()
        if message.strip() == "end":
            break
        if message == "":
            return
        client.send(message.encode())
    users -= 1
    client.close()


def operate():
    while True:
        if input() == "num.users":
            print("Users:", users)


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
threading.Thread(target=operate).start()
while True:
    client, address = listener.accept()
    threading.Thread(target=serve, args=(client,)).start()
