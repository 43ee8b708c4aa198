/* Assignment 2, exercise 2: the message, and how it is written and read, by hand (protobuf.dev, "Encoding"). A message is
   sent behind its length: 4 bytes, in network byte order. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LONGEST (4 << 20)

struct message {
    int64_t from, to;
    char *msg;
    size_t length; /* of msg */
};

static size_t put_varint(unsigned char *out, uint64_t number) {
    size_t count = 0;
    while (number >= 0x80) {
        out[count++] = number | 0x80;
        number >>= 7;
    }
    out[count++] = number;
    return count;
}

static int get_varint(const unsigned char **at, const unsigned char *end, uint64_t *number) {
    *number = 0;
    for (int shift = 0; shift < 64 && *at < end; shift += 7) {
        unsigned char byte = *(*at)++;
        *number |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return 1;
    }
    return 0;
}

static int read_all(int sock, void *to, size_t count) {
    unsigned char *at = to;
    while (count > 0) {
        ssize_t got = read(sock, at, count);
        if (got <= 0)
            return 0;
        at += got;
        count -= got;
    }
    return 1;
}

static int write_all(int sock, const void *from, size_t count) {
    const unsigned char *at = from;
    while (count > 0) {
        ssize_t sent = write(sock, at, count);
        if (sent <= 0)
            return 0;
        at += sent;
        count -= sent;
    }
    return 1;
}

static int send_message(int sock, const struct message *message) {
    unsigned char *frame = malloc(4 + 40 + message->length);
    size_t count = 4;
    if (message->from != 0) {
        frame[count++] = 1 << 3;
        count += put_varint(frame + count, message->from);
    }
    if (message->to != 0) {
        frame[count++] = 2 << 3;
        count += put_varint(frame + count, message->to);
    }
    if (message->length > 0) {
        frame[count++] = 3 << 3 | 2;
        count += put_varint(frame + count, message->length);
        memcpy(frame + count, message->msg, message->length);
        count += message->length;
    }
    uint32_t size = htonl(count - 4);
    memcpy(frame, &size, 4);
    int is_sent = write_all(sock, frame, count);
    free(frame);
    return is_sent;
}

static int decode(const unsigned char *at, const unsigned char *end, struct message *message) {
    while (at < end) {
        uint64_t key, number;
        if (!get_varint(&at, end, &key) || !get_varint(&at, end, &number))
            return 0;
        if (key == (1 << 3)) {
            message->from = number;
        } else if (key == (2 << 3)) {
            message->to = number;
        } else if (key == (3 << 3 | 2) && number <= (uint64_t)(end - at)) {
            free(message->msg);
            message->msg = malloc(number + 1);
            memcpy(message->msg, at, number);
            message->msg[number] = 0;
            message->length = number;
            at += number;
        } else {
            return 0;
        }
    }
    return 1;
}

/* The caller frees msg. 0: there is no message. */
static int receive_message(int sock, struct message *message) {
    uint32_t size;
    memset(message, 0, sizeof *message);
    message->msg = calloc(1, 1);
    if (!read_all(sock, &size, 4) || ntohl(size) > LONGEST)
        return 0;
    size = ntohl(size);
    unsigned char *body = malloc(size + 1);
    int is_whole = read_all(sock, body, size) && decode(body, body + size, message);
    free(body);
    return is_whole;
}
