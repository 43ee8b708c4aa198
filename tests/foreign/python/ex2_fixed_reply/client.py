# Does not end after the reply: it waits for Enter.
import socket
import sys

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
message = input("Insert your message: ")
client.connect(("localhost", int(sys.argv[1])))
client.sendall(message.encode("utf-8"))
print(f"Server replied: {client.recv(2048).decode('utf-8')}")
input("Press Enter to close")
client.close()
