/* 1.1 with a `main` that returns whatever `printf` does, as a `void main` would. */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = INADDR_ANY};
    char buffer[1024] = {0};
    int server = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_port = htons(argc > 1 ? atoi(argv[1]) : 8080);
    bind(server, (struct sockaddr *)&address, sizeof address);
    listen(server, 3);
    int client = accept(server, NULL, NULL);
    read(client, buffer, sizeof buffer - 1);
    close(client);
    close(server);
    return printf("Client says: %s\n", buffer);
}
