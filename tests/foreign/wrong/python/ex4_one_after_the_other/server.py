# Talks with one client to the end before it accepts the next.
import socket
import sys

with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=100) as s:
    while True:
        conn, _ = s.accept()
        with conn:
            while (message := conn.recv(1024).decode().strip()) not in ("", "end"):
                conn.send(f"You said {message}".encode())
