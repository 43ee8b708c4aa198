/* Assignment 2, exercise 2: sends each line as a message and shows the one that comes back. */
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

#include "messages.h"

int main(int argc, char *argv[]) {
    int server = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 8080)};
    char line[1024];
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(server, (struct sockaddr *)&address, sizeof address) < 0) {
        perror("connect");
        return 1;
    }
    while (printf("Message: "), fflush(stdout), fgets(line, sizeof line, stdin)) {
        struct message message = {.from = 7, .to = 0, .msg = line};
        line[strcspn(line, "\n")] = 0;
        message.length = strlen(line);
        send_message(server, &message);
        if (strcmp(line, "end") == 0)
            break;
        if (!receive_message(server, &message))
            return 1;
        printf("From %lld to %lld: %s\n", (long long)message.from, (long long)message.to, message.msg);
        free(message.msg);
    }
    close(server);
    return 0;
}
