// Assignment 2, exercise 3: what writeDelimitedTo and parseDelimitedFrom of the protobuf library do, by hand: the length
// of a message as a varint, then the message.
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

class Wire {
    long first; // from of a Message, id of a FastHandshake
    long second; // to of a Message, error of a FastHandshake
    String msg = "";

    Wire(long first, long second, String msg) {
        this.first = first;
        this.second = second;
        this.msg = msg;
    }

    static void writeVarint(OutputStream out, long number) throws IOException {
        while ((number & ~0x7fL) != 0) {
            out.write((int) (number & 0x7f | 0x80));
            number >>>= 7;
        }
        out.write((int) number);
    }

    static long readVarint(InputStream in) throws IOException {
        long number = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("cut off");
            }
            number |= (long) (b & 0x7f) << shift;
            if ((b & 0x80) == 0) {
                return number;
            }
        }
        throw new IOException("not a varint");
    }

    void writeDelimitedTo(OutputStream out) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (first != 0) {
            body.write(8);
            writeVarint(body, first);
        }
        if (second != 0) {
            body.write(16);
            writeVarint(body, second);
        }
        if (!msg.isEmpty()) {
            byte[] text = msg.getBytes(StandardCharsets.UTF_8);
            body.write(26);
            writeVarint(body, text.length);
            body.write(text);
        }
        writeVarint(out, body.size());
        body.writeTo(out);
        out.flush();
    }

    static Wire parseDelimitedFrom(InputStream in) throws IOException {
        byte[] body = new byte[(int) readVarint(in)];
        if (in.readNBytes(body, 0, body.length) < body.length) {
            throw new EOFException("cut off");
        }
        Wire message = new Wire(0, 0, "");
        InputStream fields = new java.io.ByteArrayInputStream(body);
        while (fields.available() > 0) {
            long key = readVarint(fields);
            long number = readVarint(fields);
            if (key == 8) {
                message.first = number;
            } else if (key == 16) {
                message.second = number;
            } else if (key == 26) {
                byte[] text = fields.readNBytes((int) number);
                message.msg = new String(text, StandardCharsets.UTF_8);
            } else {
                throw new IOException("no such field");
            }
        }
        return message;
    }
}
