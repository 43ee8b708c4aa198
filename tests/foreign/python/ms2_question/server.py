# Web technologies, exercise 1.2: the server asks with a word that only its own client knows.
import socket
import sys
import threading

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(("127.0.0.1", int(sys.argv[1])))
server.listen()

clients = {}


def broadcast(msg, cid):
    for name in list(clients):
        if name != cid:
            try:
                clients[name].send(msg)
            except OSError:
                clients.pop(name, None)


def handle_clients(conn, cid):
    conn.send("Connected to the room!".encode())
    clients[cid] = conn
    broadcast(f"{cid} joined the chat".encode(), cid)
    while True:
        try:
            message = conn.recv(1024)
            if not message:
                break
            broadcast(message, cid)
        except OSError:
            break
    clients.pop(cid, None)
    conn.close()


def accept_client_connection():
    while True:
        conn, address = server.accept()
        print(f"Connected with {address}")
        conn.send("NICK".encode())
        cid = conn.recv(1024).decode()
        if cid != "":
            print(f"Nickname of the client is {cid}")
            threading.Thread(target=handle_clients, args=(conn, cid)).start()


print("Server is listening...")
threading.Thread(target=accept_client_connection).start()
