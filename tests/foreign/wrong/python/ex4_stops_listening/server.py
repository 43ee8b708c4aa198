# Assignment 1, exercise 4. Wrong: at "end", the socket is closed that listens.
import socket
import sys
import threading

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=50)


def serve(client):
    while (message := client.recv(1024)) and message.strip() != b"end":
        client.sendall(message)
    if message:
        listener.close()
    client.close()


while True:
    try:
        client, address = listener.accept()
    except OSError:
        break
    threading.Thread(target=serve, args=(client,)).start()
