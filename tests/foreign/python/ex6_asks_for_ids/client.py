# Assignment 2, exercise 2: asks its user once who they are, and before each message to whom it goes.
import socket

from framings import framing, port
from chat_pb2 import Message

server = socket.create_connection(("127.0.0.1", port))
sender = int(input("Your id: "))
while True:
    message = Message(to=int(input("To: ")), msg=input("Message: "), **{"from": sender})
    framing.send(server, message)
    if message.msg == "end":
        break
    print("Reply:", framing.receive(server, Message()).msg)
server.close()
