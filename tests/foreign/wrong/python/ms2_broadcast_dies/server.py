# Web technologies, exercise 1.2. Wrong: nobody takes a client out that has left, and the second message to it ends the
# thread of the one who speaks.
import socket
import sys
import threading

connections = {}


def broadcast(msg, cid):
    for other, conn in list(connections.items()):
        if other != cid:
            conn.send(msg.encode())


def handle_clients(conn, cid):
    conn.send(f"Welcome {cid}!".encode())
    connections[cid] = conn
    broadcast(f"{cid} has joined", cid)
    while True:
        message = conn.recv(1024).decode()
        if not message:
            break
        broadcast(f"{cid}: {message}", cid)
    # the dictionary keeps it


def accept_client_connection():
    while True:
        conn, address = sock.accept()
        conn.send("Hello, who are you?".encode())
        cid = conn.recv(1024).decode()
        if cid:
            threading.Thread(target=handle_clients, args=(conn, cid)).start()


sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.bind(("127.0.0.1", int(sys.argv[1])))
sock.listen()
threading.Thread(target=accept_client_connection).start()
