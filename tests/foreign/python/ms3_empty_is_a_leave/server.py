# Takes off blanks, and an empty message for the end; says nothing to those who come in.
import socket
import sys
import threading
from datetime import datetime

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(("127.0.0.1", int(sys.argv[1])))
server.listen()
clients = {}
lock = threading.Lock()


def broadcast(message, sender):
    with lock:
        others = [conn for conn in clients if conn is not sender]
    for conn in others:
        try:
            conn.sendall(message.encode())
        except OSError:
            conn.close()


def handle(conn):
    conn.send("Enter your username: ".encode())
    name = conn.recv(1024).decode().strip()
    conn.settimeout(0.5)  # nobody waits for long for one who does not read
    with lock:
        clients[conn] = name
    while True:
        try:
            message = conn.recv(1024).decode().strip()
        except TimeoutError:
            continue
        except OSError:
            break
        if not message:
            break
        time = datetime.now().strftime("%Y-%m-%d %H:%M:%S")
        broadcast(f"[{time}] {name}: {message}", conn)
    with lock:
        del clients[conn]
    conn.close()


while True:
    client, address = server.accept()
    threading.Thread(target=handle, args=(client,), daemon=True).start()
