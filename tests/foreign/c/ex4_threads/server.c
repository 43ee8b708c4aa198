/* 1.4, the server, with a thread for each client. After "end" the thread ends, and the connection is left as it is. */

#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *talk(void *argument) {
    int client = (int)(intptr_t)argument;
    char buffer[1024];
    ssize_t count;

    while ((count = read(client, buffer, sizeof buffer - 1)) > 0) {
        buffer[count] = '\0';
        buffer[strcspn(buffer, "\r\n")] = '\0';
        if (strcmp(buffer, "end") == 0)
            return NULL;
        printf("client %d: %s\n", client, buffer);
        if (write(client, "I got your message", 18) != 18)
            break;
    }
    close(client);
    return NULL;
}

int main(int argc, char **argv) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    int server = socket(AF_INET, SOCK_STREAM, 0);
    pthread_t thread;

    address.sin_port = htons(argc > 1 ? atoi(argv[1]) : 8080);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(server, (struct sockaddr *)&address, sizeof address) < 0 || listen(server, 10) < 0) {
        perror("bind");
        return 1;
    }
    while (1) {
        int client = accept(server, NULL, NULL);
        if (client < 0 || pthread_create(&thread, NULL, talk, (void *)(intptr_t)client) != 0)
            continue;
        pthread_detach(thread);
    }
}
