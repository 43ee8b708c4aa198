# Sends back what came, as it came.
import socket
import sys

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as s:
    conn, _ = s.accept()
    while message := conn.recv(1024):
        conn.send(message)
