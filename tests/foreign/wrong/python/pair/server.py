# The server of a pair that speaks a protocol of its own: `server.py PORT MISTAKE [room]`. "right" is no mistake; every
# other one is made, here or in the client, by one line, which has its name.
import json
import socket
import sys
import threading

port, mistake, is_room = int(sys.argv[1]), sys.argv[2], sys.argv[3:] == ["room"]
members = {}
ids = iter(range(1, 1000))


def send(conn, **fields):
    conn.sendall((json.dumps(fields) + "\n").encode())


def broadcast(sender, text, by):
    for name, conn in list(members.items()):
        if name == by and mistake != "sends_to_its_sender_too":
            continue
        if mistake == "ends_with_a_leaver":
            send(conn, name=sender, text=text)
            continue
        try:
            send(conn, name=sender, text=text)
        except OSError:
            members.pop(name, None)


def replies(conn):
    number = 1 if mistake == "one_id_for_all" else next(ids)
    send(conn, id=number)
    for line in conn.makefile():
        text = json.loads(line)["text"]
        if text in ("end", "CLOSE SOCKET"):
            break
        if mistake == "sends_no_reply":
            continue
        send(conn, same=text, capitals=text if mistake == "does_not_capitalize" else text.upper())
        if mistake == "replies_once":
            break
    conn.close()
    if mistake == "ends_with_the_first_client":
        listener.close()


def room(conn):
    lines = conn.makefile()
    name = json.loads(lines.readline())["name"]
    if mistake != "tells_of_nobody":
        broadcast("room", f"{name} has come", name)
    members[name] = conn
    for number, line in enumerate(lines):
        if mistake == "passes_on_one_message_each" and number > 0:
            continue
        broadcast(name, json.loads(line)["text"], name)
    if mistake != "ends_with_a_leaver":
        members.pop(name, None)


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", port))
listener.listen()
serve = room if is_room else replies
while True:
    conn, address = listener.accept()
    thread = threading.Thread(target=serve, args=(conn,), daemon=True)
    thread.start()
    if mistake == "serves_one_after_the_other":
        thread.join()
