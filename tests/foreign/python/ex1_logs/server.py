# Assignment 1, exercise 1: displays the message as a log does, which goes to stderr.
import logging
import socket
import sys

logging.basicConfig(level=logging.INFO)
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
    connection, address = server.accept()
    with connection:
        logging.info("%s says %s", address[0], connection.recv(1024).decode().strip())
