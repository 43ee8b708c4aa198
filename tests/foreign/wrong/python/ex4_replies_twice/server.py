# Replies twice to each message.
import socket
import sys
import threading


def talk(conn):
    with conn:
        while (message := conn.recv(1024).decode().strip()) not in ("", "end"):
            print(message)
            conn.send(b"Received!\n")
            conn.send(b"Received!\n")


with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=100) as s:
    while True:
        threading.Thread(target=talk, args=(s.accept()[0],)).start()
