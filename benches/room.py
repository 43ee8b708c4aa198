"""A chat room as one writes it first in Python: a thread per client, a dictionary, and a loop of sends."""
import socket
import threading

clients = {}
lock = threading.Lock()


def broadcast(message, sender):
    with lock:
        others = [conn for name, conn in clients.items() if name != sender]
    for conn in others:
        try:
            conn.sendall(message)
        except OSError:
            pass


def handle(conn):
    lines = conn.makefile("rb")
    conn.sendall(b"Your username?\n")
    name = lines.readline().strip().decode(errors="replace")
    conn.sendall(b"Welcome\n")
    with lock:
        clients[name] = conn
    try:
        for line in lines:
            broadcast(name.encode() + b": " + line, name)
    except OSError:
        pass
    with lock:
        del clients[name]
    conn.close()


server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 0))
server.listen(4096)
print("listening on 127.0.0.1:%d" % server.getsockname()[1], flush=True)
threading.stack_size(256 * 1024)
while True:
    threading.Thread(target=handle, args=(server.accept()[0],), daemon=True).start()
