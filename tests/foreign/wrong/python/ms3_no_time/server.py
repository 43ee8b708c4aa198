# Homework 1: passes on who said what, but not when.
import socket
import sys
import threading

members = {}
lock = threading.Lock()


def distribute(line, sender):
    with lock:
        others = [conn for name, conn in members.items() if name != sender]
    for conn in others:
        try:
            conn.settimeout(0.5)  # nobody waits for long for one who does not read
            conn.sendall(line.encode())
        except OSError:
            conn.close()


def serve(conn):
    conn.sendall("Enter your username: ".encode())
    name = conn.recv(4096).decode(errors="replace").strip()
    with lock:
        if name == "" or name in members:
            conn.sendall("This username cannot be used.".encode())
            conn.close()
            return
        members[name] = conn
    try:
        while True:
            try:
                text = conn.recv(65536)
            except TimeoutError:
                continue
            if not text:
                break
            print(f"{name} says something")
            distribute(f"{name}: {text.decode(errors='replace')}", name)
    except OSError:
        pass
    with lock:
        members.pop(name, None)
    conn.close()


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
print("Waiting for connections...")
while True:
    client, address = listener.accept()
    threading.Thread(target=serve, args=(client,), daemon=True).start()
