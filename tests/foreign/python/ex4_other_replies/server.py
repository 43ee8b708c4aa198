# Knows `end` only without a line break, has one reply to all else, and logs.
import socket
import sys
from threading import Thread

HOST, PORT = "127.0.0.1", int(sys.argv[1])


class ClientThread(Thread):
    def __init__(self, conn, addr):
        Thread.__init__(self)
        self.conn, self.addr = conn, addr
        print("[+] New thread for", addr)

    def run(self):
        while True:
            message = self.conn.recv(1024).decode()
            if not message or message == "end":
                break
            print(f"{self.addr}: {message}")
            self.conn.send("Message correctly received".encode())
        self.conn.send("Bye!".encode())
        self.conn.close()
        print("[-] Closed", self.addr)


s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind((HOST, PORT))
s.listen(5)
while True:
    ClientThread(*s.accept()).start()
