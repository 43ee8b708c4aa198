# Greets once the thread runs, and tells how many characters came.
import socketserver
import sys


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"Hello! Send me something.\n")
        for line in self.rfile:
            text = line.decode().strip()
            if text == "end":
                return
            print(f"{self.client_address[1]} wrote {text}")
            self.wfile.write(f"{len(text)} characters\n".encode())


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 100


Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
