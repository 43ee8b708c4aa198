# The client of a pair that speaks a protocol of its own: `client.py PORT MISTAKE [room]`, as the server beside it.
import json
import socket
import sys
import threading
import time

port, mistake, is_room = int(sys.argv[1]), sys.argv[2], sys.argv[3:] == ["room"]


def send(conn, **fields):
    conn.sendall((json.dumps(fields) + "\n").encode())


def show(message):
    if "id" in message:
        print("My id is", message["id"], flush=True)
    elif "same" in message:
        print("Reply:", message["same"], message["capitals"])
    else:
        clock = "" if mistake == "shows_no_time" else time.strftime("[%H:%M] ")
        name = "" if mistake == "shows_no_name" else message["name"] + ": "
        print(f"{clock}{name}{message['text']}", flush=True)


def receive(conn):
    for line in conn.makefile():
        show(json.loads(line))


conn = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
conn.connect(("127.0.0.1", port))
if is_room:
    send(conn, name=input("Name: "))
threading.Thread(target=receive, args=(conn,), daemon=True).start()
while True:
    text = input("> ")
    send(conn, text=text)
    if text == "end" and mistake != "goes_on_after_end":
        break
