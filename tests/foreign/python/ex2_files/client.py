# Sends a line with its sender before it, and reads a line.
import socket
import sys

connection = socket.create_connection(("localhost", int(sys.argv[1])))
file = connection.makefile("rw")
print("alice:", sys.stdin.readline().strip(), file=file, flush=True)
print(file.readline())
