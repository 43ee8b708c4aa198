# Sends back whatever is in a frame, and knows nothing of messages.
from threads import receive_frame, serve_each


def talk(client):
    while True:
        header, body = receive_frame(client)
        client.sendall(header + body)


serve_each(talk)
