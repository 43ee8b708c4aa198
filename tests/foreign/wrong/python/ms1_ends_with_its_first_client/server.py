# `CLOSE SOCKET` from one client is the end of the server.
import os
import socket
import sys
import threading


def talk(conn):
    while "CLOSE SOCKET" not in (message := conn.recv(1024).decode()):
        if not message:
            return
        conn.send(message.upper().encode())
    conn.close()
    os._exit(0)


with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=100) as s:
    while True:
        threading.Thread(target=talk, args=(s.accept()[0],)).start()
