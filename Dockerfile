# docker build -t chatlings .
# docker run --rm -it -p 8080:8080 chatlings ex4_server --host 0.0.0.0
#
# --build-arg PACKAGE=solutions (the default): the reference solutions.
# --build-arg PACKAGE=exercises: a student's programs.

FROM rust:1-slim-bookworm AS build
ARG PACKAGE=solutions
WORKDIR /course
COPY . .
RUN cargo build --release --locked --package "$PACKAGE" --bins
# The binaries of the solutions are called ex1_server_solution. Here they get the name of the program.
RUN mkdir /programs && cd "$PACKAGE/src/bin" && for source in *.rs; do \
      name="${source%.rs}"; \
      if [ "$PACKAGE" = solutions ]; then binary="${name}_solution"; else binary="$name"; fi; \
      cp "/course/target/release/$binary" "/programs/$name"; \
    done

FROM debian:bookworm-slim
# The first process of a container ignores Ctrl-C. So tini is the first, and passes signals on.
RUN apt-get update && apt-get install --yes --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
COPY --from=build /programs/ /usr/local/bin/
RUN useradd --create-home student
USER student
EXPOSE 8080
ENTRYPOINT ["tini", "--"]
CMD ["sh", "-c", "echo 'Name a program:'; ls /usr/local/bin"]
