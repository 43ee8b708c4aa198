# A server with a thread for each client, for the wrong ones here.
import socket
import sys
import threading


def serve_each(talk):
    def serve(client):
        with client:
            talk(client)

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(sys.argv[1])))
    listener.listen(50)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client,)).start()


def receive_exactly(client, size):
    data = b""
    while len(data) < size:
        part = client.recv(size - len(data))
        if part == b"":
            raise EOFError("the client has left")
        data += part
    return data


def receive_frame(client):
    header = receive_exactly(client, 4)
    return header, receive_exactly(client, int.from_bytes(header, "big"))
