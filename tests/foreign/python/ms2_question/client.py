# Web technologies, exercise 1.2: the client answers one word with its name, and puts its name before what it says.
import socket
import sys
import threading

nickname = input("Choose a nickname: ")

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect(("127.0.0.1", int(sys.argv[1])))


def receive():
    while True:
        try:
            message = client.recv(1024).decode()
            if message == "NICK":
                client.send(nickname.encode())
            elif message == "":
                break
            else:
                print(message)
        except OSError:
            print("An error occurred!")
            client.close()
            break


threading.Thread(target=receive).start()
while True:
    client.send(f"{nickname}: {input('')}".encode())
