# Greets, and has one reply to whatever comes.
import socket
import sys

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as s:
    print("Server started")
    conn, addr = s.accept()
    with conn:
        conn.send(b"Welcome to the server!\n")
        data = conn.recv(2048)
        print("Client:", data.decode("utf-8"))
        conn.send("Message correctly received".encode("utf-8"))
        conn.recv(1)  # until the client leaves
