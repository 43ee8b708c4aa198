# Greets whoever comes, and says the same to every message, in words without a line break.
import socket
import sys
import threading


def handle(client):
    client.send(b"Welcome to the chat server!\n")
    while True:
        message = client.recv(1024).decode().strip()
        if not message or message == "end":
            break
        client.send(b"ACK")
    client.close()


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(100)
while True:
    threading.Thread(target=handle, args=(listener.accept()[0],), daemon=True).start()
