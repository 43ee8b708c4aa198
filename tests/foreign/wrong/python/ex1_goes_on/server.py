# Prints the message, and waits for the next client.
import socket
import sys

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as s:
    while True:
        conn, _ = s.accept()
        print(conn.recv(1024).decode())
