# Says something before it has heard anything, and nothing after that: a greeting is not a reply.
import socket
import sys

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as s:
    conn, _ = s.accept()
    conn.send(b"Message correctly received")
    print(conn.recv(1024).decode())
    conn.recv(1)
