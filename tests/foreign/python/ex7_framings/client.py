# Assignment 2, exercise 3: is given an id by the server, and sends its user's messages under it. It shows no id.
import socket
import sys

from framings import framing, port
from chat_pb2 import FastHandshake, Message

server = socket.create_connection(("127.0.0.1", port))
handshake = framing.receive(server, FastHandshake())
if handshake.error:
    print("Handshake failed")
    server.close()
    sys.exit()

while True:
    text = input("> ")
    framing.send(server, Message(msg=text, **{"from": handshake.id}))
    if text == "end":
        break
    reply = framing.receive(server, Message())
    print("Received:", reply.msg)
server.close()
