# Web technologies, exercise 1.2: the client of a room that speaks JSON.
import json
import socket
import sys
import threading

name = input("Name? ")
conn = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
conn.connect(("127.0.0.1", int(sys.argv[1])))


def say(**fields):
    conn.sendall((json.dumps(fields) + "\n").encode())


def receive():
    for line in conn.makefile(encoding="utf-8"):
        message = json.loads(line)
        if message["kind"] == "who":
            say(name=name)
        elif message["kind"] == "welcome":
            print("You are in the room.")
        else:
            print(message["from"] + " says: " + message["text"])


threading.Thread(target=receive, daemon=True).start()
try:
    while True:
        say(text=input())
except (EOFError, OSError):
    conn.close()
