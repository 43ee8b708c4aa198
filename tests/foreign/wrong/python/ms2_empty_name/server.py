# Web technologies, exercise 1.2. Wrong: an empty identification is accepted too.
import socket
import sys
import threading

connections = {}


def broadcast(msg, cid):
    for other, conn in list(connections.items()):
        if other != cid:
            try:
                conn.send(msg.encode())
            except OSError:
                connections.pop(other, None)


def handle_clients(conn, cid):
    try:
        conn.send(f"Welcome {cid}!".encode())
        connections[cid] = conn
        broadcast(f"{cid} has joined", cid)
        while message := conn.recv(1024).decode():
            broadcast(f"{cid}: {message}", cid)
    except OSError:
        pass
    connections.pop(cid, None)


def accept_client_connection():
    while True:
        conn, address = sock.accept()
        conn.send("Hello, who are you?".encode())
        cid = conn.recv(1024).decode().strip()
        threading.Thread(target=handle_clients, args=(conn, cid)).start()


sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.bind(("127.0.0.1", int(sys.argv[1])))
sock.listen()
threading.Thread(target=accept_client_connection).start()
