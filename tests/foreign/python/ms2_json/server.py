# Web technologies, exercise 1.2: server and client speak JSON, one object a line.
import json
import socket
import sys
import threading

connections = {}


def tell(conn, kind, **fields):
    conn.sendall((json.dumps({"kind": kind, **fields}) + "\n").encode())


def broadcast(msg, cid):
    for other, conn in list(connections.items()):
        if other != cid:
            try:
                tell(conn, "message", **msg)
            except OSError:
                pass  # its own thread takes it out


def handle_clients(conn, cid, lines):
    tell(conn, "welcome")
    connections[cid] = conn
    broadcast({"from": "room", "text": f"{cid} is here now"}, cid)
    try:
        for line in lines:
            broadcast({"from": cid, "text": json.loads(line)["text"]}, cid)
    except (OSError, ValueError, KeyError):
        pass
    connections.pop(cid, None)
    conn.close()


def accept_client(conn):
    tell(conn, "who")
    lines = conn.makefile(encoding="utf-8", errors="replace")
    try:
        cid = json.loads(lines.readline() or "{}").get("name", "")
    except (OSError, ValueError):
        cid = ""
    if cid:
        handle_clients(conn, cid, lines)
    else:
        conn.close()


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
while True:
    threading.Thread(target=accept_client, args=(listener.accept()[0],)).start()
