# Adds a field to each message that it sends back.
from threads import receive_frame, serve_each


def talk(client):
    while True:
        _, body = receive_frame(client)
        if body.endswith(b"\x1a\x03end"):
            break
        body += b"\x20\x01"
        client.sendall(len(body).to_bytes(4, "big") + body)


serve_each(talk)
