# Sends back whatever bytes come, and knows nothing of messages.
from threads import serve_each


def talk(client):
    while data := client.recv(1024):
        client.sendall(data)


serve_each(talk)
