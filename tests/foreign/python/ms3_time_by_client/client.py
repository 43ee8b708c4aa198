# Homework 1: shows each message with the time at which it came.
import socket
import sys
import threading
import time


def listen(conn):
    while True:
        try:
            text = conn.recv(65536).decode(errors="replace")
        except OSError:
            break
        if text == "":
            print("Disconnected.")
            break
        for line in text.splitlines():
            print(line if "untimed" in sys.argv else time.strftime("<%H:%M:%S> ") + line)


conn = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
conn.connect(("127.0.0.1", int(sys.argv[1])))
print(conn.recv(1024).decode(), end="")
conn.sendall(input().encode())
threading.Thread(target=listen, args=(conn,), daemon=True).start()
try:
    while True:
        conn.sendall(input("> ").encode())
except (EOFError, OSError):
    conn.close()
