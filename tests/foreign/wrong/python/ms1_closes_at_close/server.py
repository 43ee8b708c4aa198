# Milestone 1. Wrong: any message that begins with CLOSE closes the connection.
import socket
import sys
import threading


def talk(client):
    try:
        while (message := client.recv(1024).decode()) and not message.startswith("CLOSE"):
            client.sendall(message.upper().encode())
    except OSError:
        pass
    client.close()


with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=50) as listener:
    while True:
        threading.Thread(target=talk, args=(listener.accept()[0],)).start()
