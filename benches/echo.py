"""An echo server as one writes it first in Python: a thread per client."""
import socket
import threading


def handle(conn):
    try:
        while data := conn.recv(4096):
            conn.sendall(data)
    except OSError:
        pass
    conn.close()


server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 0))
server.listen(4096)
print("listening on 127.0.0.1:%d" % server.getsockname()[1], flush=True)
threading.stack_size(256 * 1024)
while True:
    threading.Thread(target=handle, args=(server.accept()[0],), daemon=True).start()
