# Homework 1: says who speaks, and when, above each message.
import queue
import socket
import sys
import threading
import time

members = {}


def write(client, lines):
    try:
        while line := lines.get():
            client.sendall(line.encode())
    except OSError:
        pass


def serve(client):
    client.sendall(b"Username:\n")
    lines = client.makefile()
    name = lines.readline().strip()
    if not name:
        return
    members[name] = queue.Queue()
    threading.Thread(target=write, args=(client, members[name]), daemon=True).start()
    members[name].put("Welcome\n")
    try:
        for line in lines:
            for other, theirs in list(members.items()):
                if other != name:
                    theirs.put(f"{name} at {time.strftime('%H.%M')}:\n  {line}")
    except OSError:
        pass
    members.pop(name).put("")


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=50)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
