# Prints the bytes as Python shows them, and ends.
import socket
import sys

s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", int(sys.argv[1])))
s.listen(5)
c, addr = s.accept()
print("Got connection from", addr)
print(c.recv(1024))
c.close()
s.close()
