# Assignment 2, exercise 3: is given an id by the server, and sends its user's messages under it.
import socket
import sys

import frames
from chat_pb2 import FastHandshake, Message

HOST = "127.0.0.1"
PORT = 8080

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.connect((HOST, PORT))

handshake = frames.receive(server, FastHandshake())
if handshake.error:
    print("The server does not let me in.")
    server.close()
    sys.exit(1)
print("My id is", handshake.id)

while True:
    text = input("Your message: ")
    frames.send(server, Message(to=0, msg=text, **{"from": handshake.id}))
    if text == "end":
        break
    reply = frames.receive(server, Message())
    print(f"{getattr(reply, 'from')} says: {reply.msg}")

server.close()
