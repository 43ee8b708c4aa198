# Prompts, sends without a line break, and leaves once the server has.
import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect(("127.0.0.1", int(sys.argv[1])))
print("Connected! Type 'end' to quit.")
while True:
    message = input("-> ")
    s.send(message.encode())
    reply = s.recv(1024).decode()
    print("Received from server: " + reply)
    if message == "end":
        s.close()
        sys.exit()
