/* Assignment 2, exercise 2: sends each message back, until one says "end". */
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>

#include "messages.h"

static void *serve(void *argument) {
    int client = (int)(intptr_t)argument;
    struct message message;
    int goes_on = 1;
    while (goes_on) {
        goes_on = receive_message(client, &message) && strcmp(message.msg, "end") != 0 &&
                  send_message(client, &message);
        free(message.msg);
    }
    close(client);
    return NULL;
}

int main(int argc, char *argv[]) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 8080)};
    signal(SIGPIPE, SIG_IGN);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 10) < 0) {
        perror("bind");
        return 1;
    }
    for (;;) {
        pthread_t thread;
        int client = accept(listener, NULL, NULL);
        pthread_create(&thread, NULL, serve, (void *)(intptr_t)client);
        pthread_detach(thread);
    }
}
