# Sends each answer twice.
import socket
import sys

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as s:
    conn, _ = s.accept()
    while message := conn.recv(1024).decode():
        for _ in range(2):
            conn.send(message.upper().encode())
