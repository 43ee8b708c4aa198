# Assignment 2, exercise 1: the echo server with an operator, who can ask how many users are connected.
import socket
import threading

HOST = "127.0.0.1"
PORT = 8080

users = 0
users_lock = threading.Lock()


def count(change):
    global users
    with users_lock:
        users += change


def serve(client, address):
    count(+1)
    try:
        while True:
            message = client.recv(1024).decode()
            if message == "" or message == "end":
                break
            client.send(message.encode())
    except ConnectionError:
        print("Lost:", address)
    finally:
        count(-1)
        client.close()


def operate():
    while True:
        command = input("operator> ")
        if command == "num.users":
            print("Users connected:", users)
        else:
            print("I do not know that command.")


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind((HOST, PORT))
listener.listen()
threading.Thread(target=operate).start()

while True:
    client, address = listener.accept()
    threading.Thread(target=serve, args=(client, address)).start()
