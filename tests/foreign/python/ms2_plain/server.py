# Web technologies, exercise 1.2: a chat room that passes each message on to everybody else.
import socket
import threading

IP = "127.0.0.1"
PORT = 5001

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.bind((IP, PORT))
connections = {}  # identification -> connection


def broadcast(msg, cid):
    for other, conn in list(connections.items()):
        if other != cid:
            try:
                conn.send(msg.encode())
            except OSError:
                print("Could not reach", other)


def handle_clients(conn, cid):
    try:
        conn.send(f"Welcome to the room, {cid}!".encode())
        connections[cid] = conn
        broadcast(f"{cid} has joined.", cid)
        message = conn.recv(1024).decode(errors="replace")
        while message:
            broadcast(f"{cid}: {message}", cid)
            message = conn.recv(1024).decode(errors="replace")
    except OSError:
        print("Lost:", cid)
    connections.pop(cid, None)
    conn.close()
    broadcast(f"{cid} has left.", cid)


def accept_client_connection():
    while True:
        conn, address = sock.accept()
        print("New connection:", address)
        try:
            conn.send("Hello! Please send your identification.".encode())
            cid = conn.recv(1024).decode(errors="replace")
        except OSError:
            continue
        if cid:
            print("Identified:", cid)
            threading.Thread(target=handle_clients, args=(conn, cid)).start()
        else:
            conn.close()


sock.listen()
print("The room is open.")
threading.Thread(target=accept_client_connection).start()
