# Only the first letter of its reply is a capital. All else is right.
import socket
import sys
import threading

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("127.0.0.1", int(sys.argv[1])))
server_socket.listen()


def thread(c):
    while True:
        try:
            message = c.recv(1024).decode()
        except OSError:
            break
        if not message or "CLOSE SOCKET" in message:
            break
        c.send(message.capitalize().encode())
    c.close()


while True:
    client, addr = server_socket.accept()
    threading.Thread(target=thread, args=(client,), daemon=True).start()
