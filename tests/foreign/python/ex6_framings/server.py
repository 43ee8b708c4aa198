# Assignment 2, exercise 2: sends each protobuf message back, until one says "end".
import socket
import threading

from framings import framing, port
from chat_pb2 import Message


def serve(client):
    with client:
        while True:
            message = framing.receive(client, Message())
            print(message)
            if message.msg == "end":
                break
            framing.send(client, message)


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", port))
listener.listen()
while True:
    client, _ = listener.accept()
    threading.Thread(target=serve, args=(client,)).start()
