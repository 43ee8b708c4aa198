# docker build -t chatlings .
# docker run --rm -it -p 8080:8080 chatlings ex4_server --host 0.0.0.0
#
# PACKAGE=solutions: the worked programs. PACKAGE=exercises: a student's own.

FROM rust:1-slim-bookworm AS build
ARG PACKAGE=solutions
WORKDIR /course
COPY . .
RUN cargo build --release --locked --package "$PACKAGE" --bins
# The worked binaries are called ex1_server_solution: here they go by the name of the program.
RUN mkdir /programs && cd "$PACKAGE/src/bin" && for source in *.rs; do \
      name="${source%.rs}"; \
      if [ "$PACKAGE" = solutions ]; then binary="${name}_solution"; else binary="$name"; fi; \
      cp "/course/target/release/$binary" "/programs/$name"; \
    done

FROM debian:bookworm-slim
# The first process of a container ignores Ctrl-C; tini takes its place and passes signals on.
RUN apt-get update && apt-get install --yes --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
COPY --from=build /programs/ /usr/local/bin/
RUN useradd --create-home student
USER student
EXPOSE 8080
ENTRYPOINT ["tini", "--"]
CMD ["sh", "-c", "echo 'Name a program:'; ls /usr/local/bin"]
