# Sends each answer to all who are connected.
import socket
import sys
import threading

clients = []


def talk(conn):
    while "CLOSE SOCKET" not in (message := conn.recv(1024).decode()) and message:
        for client in list(clients):
            client.send(message.upper().encode())
    clients.remove(conn)
    conn.close()


with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=100) as s:
    while True:
        conn, _ = s.accept()
        clients.append(conn)
        threading.Thread(target=talk, args=(conn,)).start()
