# Assignment 2, exercises 2 and 3: the ways in which messages are marked off from each other. Each class is one of them,
# named as the first argument of the programs.
import struct
import sys

from frames import receive_exactly
from google.protobuf.internal.decoder import _DecodeVarint32
from google.protobuf.internal.encoder import _VarintBytes


class Struct:
    """The length as a number of fixed size."""

    def __init__(self, layout):
        self.layout = layout

    def send(self, sock, message):
        body = message.SerializeToString()
        sock.sendall(struct.pack(self.layout, len(body)))
        sock.sendall(body)

    def receive(self, sock, message):
        header = receive_exactly(sock, struct.calcsize(self.layout))
        (size,) = struct.unpack(self.layout, header)
        message.ParseFromString(receive_exactly(sock, size))
        return message


class Varint:
    """The length as protobuf itself writes numbers."""

    def send(self, sock, message):
        body = message.SerializeToString()
        sock.sendall(_VarintBytes(len(body)) + body)

    def receive(self, sock, message):
        header = receive_exactly(sock, 1)
        while header[-1] & 0x80:
            header += receive_exactly(sock, 1)
        size, _ = _DecodeVarint32(header, 0)
        message.ParseFromString(receive_exactly(sock, size))
        return message


class Nothing:
    """No length: what one recv brings is a message."""

    def send(self, sock, message):
        sock.send(message.SerializeToString())

    def receive(self, sock, message):
        data = sock.recv(1024)
        if not data:
            raise EOFError("the other side has left")
        message.ParseFromString(data)
        return message


FRAMINGS = {
    "u32be": Struct(">I"),
    "u32le": Struct("<I"),
    "u16be": Struct(">H"),
    "varint": Varint(),
    "none": Nothing(),
}
framing = FRAMINGS[sys.argv[1]]
port = int(sys.argv[2])
