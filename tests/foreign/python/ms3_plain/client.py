# Homework 1: one thread shows what comes from the messenger, the other sends what the user types.
import socket
import threading

HOST = "127.0.0.1"
PORT = 4330


def show(reader):
    for line in reader:
        print(line.rstrip())
    print("The connection is closed.")


server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.connect((HOST, PORT))
reader = server.makefile(encoding="utf-8", errors="replace")
threading.Thread(target=show, args=(reader,), daemon=True).start()

try:
    while True:
        server.sendall((input() + "\n").encode())
except (EOFError, OSError):
    server.close()
