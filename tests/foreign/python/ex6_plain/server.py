# Assignment 2, exercise 2: sends each protobuf message back, until one says "end".
import socket
import threading

import frames
from chat_pb2 import Message

HOST = "127.0.0.1"
PORT = 8080


def serve(client, address):
    print("Connected:", address)
    try:
        while True:
            message = frames.receive(client, Message())
            if message.msg == "end":
                break
            frames.send(client, message)
    except EOFError as error:
        print(address, error)
    finally:
        client.close()


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind((HOST, PORT))
listener.listen()
print("Waiting for clients on port", PORT)

while True:
    client, address = listener.accept()
    threading.Thread(target=serve, args=(client, address)).start()
