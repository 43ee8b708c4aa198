# Sends its capitals letter by letter, with a pause in the middle, as a slow machine or Java's `writeBytes` does.
import socket
import sys
import time

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(("127.0.0.1", int(sys.argv[1])))
server.listen(1)
client, address = server.accept()
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
while True:
    data = client.recv(1024)
    if not data:
        break
    reply = data.decode().strip().upper().encode()
    for position, letter in enumerate(reply):
        client.send(bytes([letter]))
        if position == len(reply) // 2:
            time.sleep(0.12)
client.close()
