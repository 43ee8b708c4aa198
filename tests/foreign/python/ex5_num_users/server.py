# Assignment 2, exercise 1: the operator's word is num_users, and each message is only confirmed.
import os
import socket
import sys
import threading

clients = []


def client_thread(conn, addr):
    print(f"[NEW CONNECTION] {addr} connected.")
    while True:
        try:
            msg = conn.recv(1024).decode("utf-8")
        except ConnectionResetError:
            break
        if not msg or msg.strip() == "end":
            break
        conn.send("Message received".encode("utf-8"))
    clients.remove(conn)
    conn.close()


def operator_thread():
    while True:
        command = input()
        if command == "num_users":
            print(f"There are {len(clients)} users connected")
        elif command == "quit":
            os._exit(0)


def main():
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.bind(("127.0.0.1", int(sys.argv[1])))
    s.listen(5)
    print("[STARTING] Server 1.0 is up, at most 3 waiting")
    threading.Thread(target=operator_thread).start()
    while True:
        conn, addr = s.accept()
        clients.append(conn)
        threading.Thread(target=client_thread, args=(conn, addr)).start()
        print(f"[ACTIVE CONNECTIONS] {threading.active_count() - 2}")


main()
