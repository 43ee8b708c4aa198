/* 1.4, the client, as plain C has it: `printf` without `fflush`, so that the output goes out line by line on a
   terminal, and all at once at the end on a pipe. */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    char line[1024];
    int server = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_port = htons(argc > 1 ? atoi(argv[1]) : 8080);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(server, (struct sockaddr *)&address, sizeof address) < 0) {
        perror("connect");
        return 1;
    }
    printf("connected\n");
    while (printf("say: "), fgets(line, sizeof line, stdin) != NULL) {
        ssize_t count = strlen(line);
        if (write(server, line, count) != count || strcmp(line, "end\n") == 0)
            break;
        count = read(server, line, sizeof line - 1);
        if (count <= 0)
            break;
        line[count] = '\0';
        printf("server: %s\n", line);
    }
    close(server);
    return 0;
}
