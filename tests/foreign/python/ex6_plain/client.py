# Assignment 2, exercise 2: sends each line as a protobuf message and shows the one that comes back.
import socket

import frames
from chat_pb2 import Message

HOST = "127.0.0.1"
PORT = 8080

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.connect((HOST, PORT))

while True:
    text = input("Your message: ")
    # "from" is a word of the language, so the field cannot be given by its name.
    message = Message(to=0, msg=text, **{"from": 1})
    frames.send(server, message)
    if text == "end":
        break
    reply = frames.receive(server, Message())
    print(f"{getattr(reply, 'from')} says: {reply.msg}")

server.close()
