# Assignment 2, exercises 2 and 3: protobuf messages on a socket, each behind its length in 4 bytes.
import struct


def receive_exactly(sock, size):
    data = b""
    while len(data) < size:
        part = sock.recv(size - len(data))
        if part == b"":
            raise EOFError("the other side has left")
        data += part
    return data


def send(sock, message):
    body = message.SerializeToString()
    sock.sendall(struct.pack(">I", len(body)) + body)


def receive(sock, message):
    (size,) = struct.unpack(">I", receive_exactly(sock, 4))
    message.ParseFromString(receive_exactly(sock, size))
    return message
