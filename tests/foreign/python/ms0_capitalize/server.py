# Capitalizes as Python's method of that name does, with words around it, and goes on for the next client.
import socket
import sys

sock = socket.socket()
sock.bind(("127.0.0.1", int(sys.argv[1])))
sock.listen()
while True:
    conn, adrs = sock.accept()
    conn.sendall(f"Connected as {adrs[1]}\n".encode())
    while message := conn.recv(1024).decode():
        conn.sendall(f"Server: {message.capitalize()} (from {adrs[0]})".encode())
    conn.close()
