# Assignment 2, exercise 3: has room for five.
import socket
import threading

from framings import framing, port
from chat_pb2 import FastHandshake, Message

seats = threading.Semaphore(5)


def serve(client, number):
    with client:
        if not seats.acquire(blocking=False):
            framing.send(client, FastHandshake(error=True))
            return
        try:
            framing.send(client, FastHandshake(id=number))
            while (message := framing.receive(client, Message())).msg != "end":
                framing.send(client, message)
        except EOFError:
            pass
        finally:
            seats.release()


listener = socket.create_server(("127.0.0.1", port), backlog=50)
number = 0
while True:
    number += 1
    threading.Thread(target=serve, args=(listener.accept()[0], number)).start()
