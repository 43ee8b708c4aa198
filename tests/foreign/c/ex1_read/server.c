/* 1.1 with `read` and `printf`. */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = INADDR_ANY};
    char buffer[1024] = {0};
    int server = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_port = htons(argc > 1 ? atoi(argv[1]) : 8080);
    if (bind(server, (struct sockaddr *)&address, sizeof address) < 0 || listen(server, 3) < 0) {
        perror("bind failed");
        exit(EXIT_FAILURE);
    }
    printf("Listening...\n");
    int client = accept(server, NULL, NULL);
    if (read(client, buffer, sizeof buffer - 1) > 0)
        printf("Client says: %s\n", buffer);
    close(client);
    close(server);
    return 0;
}
