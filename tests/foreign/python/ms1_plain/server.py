# Milestone 1: answers any number of clients in capitals, each until it says CLOSE SOCKET.
import socket
import threading

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("127.0.0.1", 5605))
server_socket.listen()

clients = {}  # the connection of each client, by its id
lock = threading.Lock()


def chat(client_id, client):
    try:
        while True:
            message = client.recv(1024).decode()
            if message == "" or "CLOSE SOCKET" in message:
                break
            client.send(message.upper().encode())
    except ConnectionError as error:
        print("Client", client_id, "was lost:", error)
    finally:
        with lock:
            del clients[client_id]
        client.close()
        print("Client", client_id, "has left")


def main():
    next_id = 1
    while True:
        client, address = server_socket.accept()
        print("Client", next_id, "comes from", address)
        with lock:
            clients[next_id] = client
        threading.Thread(target=chat, args=(next_id, client)).start()
        next_id += 1


if __name__ == "__main__":
    main()
