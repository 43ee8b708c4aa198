# Homework 1. Wrong: the loop that accepts waits for each newcomer's username.
import socket
import sys
import threading
import time

members = {}


def distribute(line, sender):
    for name, conn in list(members.items()):
        if name != sender:
            try:
                conn.settimeout(0.5)
                conn.sendall(line.encode())
            except OSError:
                members.pop(name, None)
                conn.close()


def serve(conn, name):
    try:
        while True:
            try:
                text = conn.recv(65536).decode(errors="replace")
            except TimeoutError:
                continue
            if not text:
                break
            distribute(f"[{time.strftime('%H:%M')}] {name}: {text}", name)
    except OSError:
        pass
    members.pop(name, None)


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
while True:
    conn, address = listener.accept()
    conn.sendall("Username: ".encode())
    name = conn.recv(1024).decode(errors="replace").strip()
    members[name] = conn
    threading.Thread(target=serve, args=(conn, name), daemon=True).start()
