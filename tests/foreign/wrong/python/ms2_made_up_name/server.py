# Web technologies, exercise 1.2. Wrong: whoever gives no identification is let in under one that the server makes up.
import itertools
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
    for number in itertools.count():
        conn, address = sock.accept()
        conn.send("Hello, who are you?".encode())
        cid = conn.recv(1024).decode().strip() or f"guest{number}"
        threading.Thread(target=handle_clients, args=(conn, cid)).start()


sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.bind(("127.0.0.1", int(sys.argv[1])))
sock.listen()
threading.Thread(target=accept_client_connection).start()
