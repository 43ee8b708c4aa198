# Reads lines from a file that is made of the connection, and answers with more than one line.
import socket
import sys

server = socket.socket()
server.bind(("localhost", int(sys.argv[1])))
server.listen(1)
connection, _ = server.accept()
file = connection.makefile("rw")
line = file.readline().strip()
print(line)
file.write("Thanks.\nYou said: " + line + "\n")
file.flush()
