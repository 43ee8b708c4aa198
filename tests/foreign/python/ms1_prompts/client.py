# Milestone 1: asks its user who they are before each message.
import socket
import sys

client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client_socket.connect(("127.0.0.1", int(sys.argv[1])))

while True:
    number = int(input("Your number: "))
    print("Your message:")
    message = input()
    client_socket.send(message.encode())
    answer = client_socket.recv(4096).decode()
    if answer == "":
        break
    print(f"Answer for {number}: {answer}")

client_socket.close()
