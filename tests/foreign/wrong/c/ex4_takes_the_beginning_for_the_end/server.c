/* Compares only the first three bytes with "end", so "endless" ends it too. */

#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *talk(void *argument) {
    int client = (int)(intptr_t)argument;
    char buffer[1024];
    ssize_t count;

    while ((count = read(client, buffer, sizeof buffer)) > 0 && strncmp(buffer, "end", 3) != 0)
        if (write(client, buffer, count) != count)
            break;
    close(client);
    return NULL;
}

int main(int argc, char **argv) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    int server = socket(AF_INET, SOCK_STREAM, 0);
    pthread_t thread;

    address.sin_port = htons(argc > 1 ? atoi(argv[1]) : 8080);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(server, (struct sockaddr *)&address, sizeof address) < 0 || listen(server, 100) < 0)
        return 1;
    while (1) {
        int client = accept(server, NULL, NULL);
        pthread_create(&thread, NULL, talk, (void *)(intptr_t)client);
    }
}
