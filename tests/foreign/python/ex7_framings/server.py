# Assignment 2, exercise 3: gives each client an id with a handshake, and echoes. How many there may be is its third
# argument, if it has one.
import itertools
import socket
import sys
import threading

from framings import framing, port
from chat_pb2 import FastHandshake, Message

most = int(sys.argv[3]) if len(sys.argv) > 3 else None
ids = itertools.count(1)
lock = threading.Lock()
connected = 0


def serve(client):
    global connected
    with lock:
        is_full = most is not None and connected >= most
        connected += not is_full
    with client:
        if is_full:
            framing.send(client, FastHandshake(error=True))
            return
        try:
            framing.send(client, FastHandshake(id=next(ids)))
            while True:
                message = framing.receive(client, Message())
                if message.msg == "end":
                    break
                framing.send(client, message)
        except (EOFError, ConnectionError):
            pass
        finally:
            with lock:
                connected -= 1


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", port))
listener.listen(50)
while True:
    client, _ = listener.accept()
    threading.Thread(target=serve, args=(client,)).start()
