# Takes the message, and keeps it to itself.
import socket
import sys

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as s:
    conn, _ = s.accept()
    conn.recv(1024)
    print("A message has come.")
