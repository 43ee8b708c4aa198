# Assignment 2, exercise 2: the first message is asked for before there is a connection.
import socket

from framings import framing, port
from chat_pb2 import Message

text = input("Message: ")
server = socket.create_connection(("127.0.0.1", port))
while True:
    framing.send(server, Message(msg=text, **{"from": 1}))
    if text == "end":
        break
    print("Reply:", framing.receive(server, Message()).msg)
    text = input("Message: ")
server.close()
