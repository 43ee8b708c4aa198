# Assignment 2, exercise 2: its own server echoes `end` too, so it waits for that before it ends.
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
    print(framing.receive(server, Message()))
    if message.msg == "end":
        break
server.close()
