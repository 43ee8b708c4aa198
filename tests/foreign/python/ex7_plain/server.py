# Assignment 2, exercise 3: gives each client an id with a handshake, as long as there is room, and echoes.
import socket
import sys
import threading

import frames
from chat_pb2 import FastHandshake, Message

HOST = "127.0.0.1"
PORT = 8080
MAX_CLIENTS = int(sys.argv[1])

clients = {}
last_id = 0
lock = threading.Lock()


def enter(client):
    """Gives the client a new id, or None when the server is full."""
    global last_id
    with lock:
        if len(clients) >= MAX_CLIENTS:
            return None
        last_id += 1
        clients[last_id] = client
        return last_id


def serve(client):
    client_id = enter(client)
    if client_id is None:
        frames.send(client, FastHandshake(error=True))
        client.close()
        return
    print("Client", client_id, "is here")
    try:
        frames.send(client, FastHandshake(id=client_id, error=False))
        message = frames.receive(client, Message())
        while message.msg != "end":
            frames.send(client, message)
            message = frames.receive(client, Message())
    except (EOFError, ConnectionError) as error:
        print("Client", client_id, "is lost:", error)
    finally:
        with lock:
            del clients[client_id]
        client.close()


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind((HOST, PORT))
listener.listen()
print("Waiting for clients on port", PORT)

while True:
    client, address = listener.accept()
    threading.Thread(target=serve, args=(client,)).start()
