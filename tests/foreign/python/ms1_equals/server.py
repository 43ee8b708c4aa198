# Just `CLOSE SOCKET` closes, and only without a line break, as the client of this server sends it.
import socket
import sys
import threading
import uuid

clients = []
server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("127.0.0.1", int(sys.argv[1])))
server_socket.listen()
print("server is listening ...")


def thread(c, client_id):
    c.send(f"Your id is {client_id}".encode())
    while True:
        try:
            message = c.recv(1024).decode()
        except ConnectionResetError:
            break
        if message == "CLOSE SOCKET" or not message:
            break
        c.send(message.upper().encode())
    c.close()
    print("client", client_id, "left")


while True:
    client, addr = server_socket.accept()
    client_id = uuid.uuid4()
    clients.append({"socket": client, "id": client_id})
    threading.Thread(target=thread, args=(client, client_id)).start()
