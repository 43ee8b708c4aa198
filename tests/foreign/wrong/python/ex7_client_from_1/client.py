# Is given an id by the server, and sends all its messages from 1.
import socket
import sys

from threads import receive_frame

server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
_, handshake = receive_frame(server)
if b"\x10\x01" in handshake:
    sys.exit("The server has no room for me")
while True:
    text = input("> ")
    body = b"\x08\x01\x1a" + bytes([len(text)]) + text.encode()
    server.sendall(len(body).to_bytes(4, "big") + body)
    if text == "end":
        break
    _, reply = receive_frame(server)
    print(reply[2:].decode(errors="replace"))
