# Web technologies, exercise 1.1: sends the messages of one client back in capitals.
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.bind(("127.0.0.1", 5001))
sock.listen(1)
print("The server is ready.")

conn, adrs = sock.accept()
print("A client has come:", adrs)
while True:
    data = conn.recv(1024)
    if not data:
        break
    text = data.decode()
    print("Got:", text)
    conn.send(text.upper().encode())

print("The client has gone.")
conn.close()
sock.close()
