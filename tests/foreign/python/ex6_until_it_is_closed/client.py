# Assignment 2, exercises 2 and 3: knows no closing word of its own. It ends when the server closes the connection.
import socket
import sys

from framings import framing, port
from chat_pb2 import FastHandshake, Message

server = socket.create_connection(("127.0.0.1", port))
own_id = 1
if "handshake" in sys.argv:
    handshake = framing.receive(server, FastHandshake())
    if handshake.error:
        sys.exit("There is no room for one more")
    own_id = handshake.id
try:
    while True:
        message = Message(to=2, msg=input("> "))
        setattr(message, "from", own_id)
        framing.send(server, message)
        print(framing.receive(server, Message()))
except EOFError:
    print("The server has closed the connection")
