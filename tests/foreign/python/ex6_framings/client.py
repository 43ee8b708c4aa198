# Assignment 2, exercise 2: sends each line as a protobuf message and shows the one that comes back.
import socket

from framings import framing, port
from chat_pb2 import Message

server = socket.create_connection(("127.0.0.1", port))
while True:
    message = Message()
    setattr(message, "from", 1)
    message.to = 2
    message.msg = input("> ")
    framing.send(server, message)
    if message.msg == "end":
        break
    print(framing.receive(server, Message()))
server.close()
