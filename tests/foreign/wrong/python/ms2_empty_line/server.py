# Web technologies, exercise 1.2, line by line and without announcements. Wrong: an empty line is an identification.
import socket
import sys
import threading

connections = {}


def broadcast(msg, cid):
    for other, conn in list(connections.items()):
        if other != cid:
            try:
                conn.sendall((msg + "\n").encode())
            except OSError:
                connections.pop(other, None)


def handle_clients(conn):
    lines = conn.makefile(errors="replace")
    cid = None
    try:
        conn.sendall(b"Your identification:\n")
        cid = lines.readline().rstrip("\n")
        conn.sendall(b"You are in.\n")
        connections[cid] = conn
        broadcast(f"* {cid}", cid)
        for line in lines:
            broadcast(f"{cid}: {line.rstrip()}", cid)
    except OSError:
        pass
    connections.pop(cid, None)
    conn.close()


sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.bind(("127.0.0.1", int(sys.argv[1])))
sock.listen()
while True:
    conn, address = sock.accept()
    threading.Thread(target=handle_clients, args=(conn,)).start()
