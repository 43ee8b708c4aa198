# Web technologies, exercise 1.2: greets, asks a while later, and takes a while again to let somebody in.
import socket
import sys
import threading
import time

connections = {}


def broadcast(msg, cid):
    for other in list(connections):
        if other != cid:
            try:
                connections[other].sendall(msg.encode())
            except OSError:
                connections.pop(other, None)


def handle_clients(conn, cid):
    time.sleep(0.3)
    conn.sendall(f"Welcome, {cid}!\n".encode())
    connections[cid] = conn
    broadcast(f"{cid} is here\n", cid)
    try:
        while message := conn.recv(1024).decode():
            broadcast(f"{cid}> {message.strip()}\n", cid)
    except OSError:
        pass
    connections.pop(cid, None)


def accept(conn):
    conn.sendall(b"Hello!")
    time.sleep(0.3)
    conn.sendall(b"Who are you?")
    if cid := conn.recv(1024).decode().strip():
        handle_clients(conn, cid)
    conn.close()


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    threading.Thread(target=accept, args=(listener.accept()[0],), daemon=True).start()
