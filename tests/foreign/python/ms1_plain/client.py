# Milestone 1: sends messages and shows the answers, until it has sent CLOSE SOCKET.
import socket

client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client_socket.connect(("127.0.0.1", 5605))

while True:
    message = input("Write something: ")
    client_socket.send(message.encode())
    answer = client_socket.recv(1024).decode()
    if answer == "":
        print("The connection is closed.")
        break
    print("Answer:", answer)

client_socket.close()
