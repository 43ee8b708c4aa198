# Homework 1: an instant messenger. A queue and a thread send each member its lines: nobody waits for a slow one.
import queue
import socket
import threading
from contextlib import suppress
from datetime import datetime

LONGEST_QUEUE = 5000  # who is further behind has stopped reading
members = {}  # username -> (connection, queue of the lines that are still to be sent)
lock = threading.Lock()


def distribute(line, sender):
    with lock:
        for name, (conn, lines) in members.items():
            if lines.qsize() > LONGEST_QUEUE:
                hang_up(conn)
            elif name != sender:
                lines.put(line)


def hang_up(conn):
    with suppress(OSError):  # the other side may have been faster
        conn.shutdown(socket.SHUT_RDWR)


def send_lines(conn, lines):
    with suppress(OSError):  # the thread that receives notices too
        for line in iter(lines.get, None):
            conn.sendall(f"{line}\n".encode())


def ask_username(conn, lines, reader):
    lines.put("Choose a username:")
    for answer in reader:
        name = answer.strip()
        with lock:
            if name and name not in members:
                members[name] = (conn, lines)
                return name
        lines.put("That one is empty or taken. Choose another:")


def serve(conn, address):
    lines = queue.SimpleQueue()
    threading.Thread(target=send_lines, args=(conn, lines)).start()
    name = None
    try:
        with conn.makefile(encoding="utf-8", errors="replace") as reader:
            name = ask_username(conn, lines, reader)
            for line in reader:
                time = datetime.now().strftime("%H:%M:%S")
                distribute(f"[{time}] {name}: {line.rstrip()}", name)
    except OSError as error:
        print(address, error)
    with lock:
        members.pop(name, None)
    lines.put(None)
    hang_up(conn)
    conn.close()


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", 4330))
listener.listen()
print("The messenger is open.")
while True:
    conn, address = listener.accept()
    threading.Thread(target=serve, args=(conn, address)).start()
