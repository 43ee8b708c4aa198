# The skeleton of the handout, filled in.
import socket
import sys

client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client_socket.connect(("127.0.0.1", int(sys.argv[1])))

while True:
    message = input("enter your message: ")
    client_socket.send(bytes(message, "utf-8"))
    if message == "CLOSE SOCKET":
        break
    response = client_socket.recv(1024)
    print(response.decode("utf-8"))
client_socket.close()
