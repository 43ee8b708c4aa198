# Receives messages with their length, and sends them back without.
from threads import receive_frame, serve_each


def talk(client):
    while True:
        _, body = receive_frame(client)
        if body.endswith(b"\x1a\x03end"):
            break
        client.sendall(body)


serve_each(talk)
