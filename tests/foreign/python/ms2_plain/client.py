# Web technologies, exercise 1.2: one thread shows what others say, while the user types in the other.
import socket
import threading

IP = "127.0.0.1"
PORT = 5001


def receive():
    while True:
        data = sock.recv(1024)
        if not data:
            print("The server has closed the room.")
            break
        print(data.decode())


cid = input("Your identification: ")
sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect((IP, PORT))
print(sock.recv(1024).decode())
sock.send(cid.encode())
print(sock.recv(1024).decode())

threading.Thread(target=receive).start()
while True:
    message = input("Message: ")
    sock.send(message.encode())
