# Assignment 1, exercise 4: a thread for each client replies with the same text until it reads "end".
import socket
import threading

HOST = "127.0.0.1"
PORT = 8080


def serve(client, address):
    print("Connected:", address)
    while True:
        message = client.recv(1024).decode()
        if message == "" or message == "end":
            break
        print(address, "says:", message)
        client.send(message.encode())
    client.close()
    print("Closed:", address)


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind((HOST, PORT))
listener.listen()
print("Waiting for clients on port", PORT)

while True:
    client, address = listener.accept()
    threading.Thread(target=serve, args=(client, address)).start()
