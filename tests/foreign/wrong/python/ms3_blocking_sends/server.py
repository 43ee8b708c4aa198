# Homework 1. Wrong: whoever speaks waits for each of the others to take it.
import socket
import sys
import threading
import time

members = {}
lock = threading.Lock()


def distribute(line, sender):
    with lock:
        for name, conn in list(members.items()):
            if name != sender:
                try:
                    conn.sendall(line.encode())
                except OSError:
                    members.pop(name)


def serve(conn, address):
    try:
        conn.sendall(b"Username?\n")
        reader = conn.makefile(encoding="utf-8", errors="replace")
        name = reader.readline().strip()
        while not name or name in members:
            conn.sendall(b"Another one, please.\n")
            name = reader.readline().strip()
        conn.sendall(f"Hello {name}\n".encode())
        with lock:
            members[name] = conn
        for line in reader:
            distribute(f"[{time.strftime('%H:%M:%S')}] {name}: {line}", name)
        with lock:
            members.pop(name, None)
    except OSError as error:
        print(address, error)
    conn.close()


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
while True:
    conn, address = listener.accept()
    threading.Thread(target=serve, args=(conn, address), daemon=True).start()
