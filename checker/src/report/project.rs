//! What stands around the sources of a project that is handed in: how it is built and run, with cargo and with Docker, and
//! which of it is whose.

use crate::course::handouts::{Handout, Name, inputs_of};
use crate::course::step::Step;
use crate::report::manifest::HELPERS;
use crate::stage::launch::Role;

/// A project that is handed in.
#[derive(Debug)]
pub struct Project<'a> {
    /// What it is handed in for.
    pub handout: &'static Handout,
    /// By whom.
    pub name: &'a Name,
    /// Its programs.
    pub programs: Vec<Program>,
    /// The oldest Rust that builds it: `1.88`.
    pub rust: &'a str,
    /// The files of the helpers that are not as the course has them.
    pub changed_helpers: Vec<String>,
}

/// One of its programs.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// The step that it is of.
    pub step: &'static Step,
    /// What the course calls it.
    pub own_name: &'static str,
    /// What the handout calls it.
    pub name: &'static str,
    /// Whether it compiles.
    pub compiles: bool,
}

impl Program {
    /// Where its source is.
    pub fn file(&self) -> String {
        format!("src/bin/{}.rs", self.name)
    }

    fn role(&self) -> Role {
        Role::of(self.own_name)
    }
}

impl Project<'_> {
    /// By whom it is: `Ada Lovelace, 58-1234`.
    pub fn by(&self) -> String {
        match (self.name.first(), self.name.last(), self.name.number()) {
            (Some(first), Some(last), Some(number)) => {
                format!("{first} {}, {number}", last.replace('.', " "))
            }
            _ => self.name.whole().to_string(),
        }
    }

    /// How it is compiled, in Markdown.
    pub fn compiling(&self) -> String {
        format!(
            "You need Rust {} or newer (<https://rustup.rs>) and a C linker. On Windows, use WSL or Docker.\n\n\
             ```sh\ncargo build\n```\n",
            self.rust
        )
    }

    /// How its programs are run, and what they are given, in Markdown.
    pub fn running(&self) -> String {
        let mut text = "```sh\n".to_string();
        for program in &self.programs {
            let note = match program.role() {
                Role::Client => "  # in another terminal, while the server runs",
                Role::Server | Role::Program => "",
            };
            text += &format!("cargo run --bin {}{note}\n", program.name);
        }
        text += "```\n\n| program | source | port | what is typed into it |\n|---|---|---|---|\n";
        for program in &self.programs {
            let port = program.step.port.map_or("–".to_string(), |port| port.to_string());
            let inputs = inputs_of(program.own_name).unwrap_or("nothing");
            text += &format!("| `{}` | `{}` | {port} | {inputs} |\n", program.name, program.file());
        }
        text += "\nOptions follow `--`, as in ";
        text += &match self.programs.iter().find(|program| program.step.port.is_some()) {
            Some(program) => format!(
                "`cargo run --bin {} -- --port 9000`. Another address or port is set by `--host` and `--port`; \
                 `--help` lists all options.\n",
                program.name
            ),
            None => "`-- --help`, which lists them.\n".to_string(),
        };
        text
    }

    /// The README.
    pub fn readme(&self) -> String {
        let mut text = format!("# {}\n\n{}\n\n", self.handout.title, self.by());
        for program in &self.programs {
            let missing = if program.compiles { "" } else { " (does not compile yet)" };
            text += &format!("- `{}`: {}{missing}\n", program.file(), program.step.title);
        }
        text += &format!("\n## Compiling\n\n{}", self.compiling());
        text += &format!("\n## Running\n\n{}", self.running());
        text += &format!("\n## With Docker\n\n{}", self.with_docker());
        text += &format!(
            "\n## Whose is what\n\n- `src/` is by the author.\n- `{HELPERS}/` has helpers of the course that the \
             programs use. They are not by the author{}.\n- The manifests, the Dockerfile and this file were made by \
             `cargo step pack`.\n",
            self.changes()
        );
        text
    }

    fn changes(&self) -> String {
        match &self.changed_helpers[..] {
            [] => String::new(),
            files => {
                let files: Vec<String> = files.iter().map(|file| format!("`{file}`")).collect();
                format!(", but for changes in {}", files.join(", "))
            }
        }
    }

    fn with_docker(&self) -> String {
        let id = self.handout.id;
        let mut text = format!("```sh\ndocker build -t {id} .\n");
        let port = self.programs.iter().find_map(|program| program.step.port);
        let port = port.map_or(String::new(), |port| format!(" -p {port}:{port}"));
        let run = format!("docker run --rm -it --name {id}{port} {id}");
        match self.first_to_run() {
            Some(_) => text += &format!("{run}\n"),
            None => {
                for program in self.programs.iter().filter(|it| it.role() != Role::Client) {
                    text += &format!("{run} {}{}\n", program.name, options_in_docker(program));
                }
            }
        }
        for program in self.programs.iter().filter(|program| program.role() == Role::Client) {
            text += &format!("docker exec -it {id} {}  # in another terminal\n", program.name);
        }
        text + "```\n"
    }

    /// The program that a container runs if it is told nothing, where there is only one that it could be.
    fn first_to_run(&self) -> Option<&Program> {
        let mut waiting = self.programs.iter().filter(|program| program.role() != Role::Client);
        let first = waiting.next();
        first.filter(|_| waiting.next().is_none())
    }

    /// The Dockerfile.
    pub fn dockerfile(&self) -> String {
        let (id, all) = (self.handout.id, self.programs.iter().all(|program| program.compiles));
        let go_on = if all { "" } else { " --keep-going || true" }; // what compiles can still be run
        let mut text = format!(
            "# docker build -t {id} .\n# README.md says how to run it.\n\n\
             FROM rust:1-slim-bookworm AS build\nWORKDIR /project\nCOPY . .\n\
             RUN cargo build --release --bins{go_on}\n\
             RUN mkdir /programs && find target/release -maxdepth 1 -type f -executable -exec cp {{}} /programs/ ';'\n\n\
             FROM debian:bookworm-slim\n\
             # The first process of a container ignores Ctrl-C. So tini is the first, and passes signals on.\n\
             RUN apt-get update && apt-get install --yes --no-install-recommends tini && rm -rf /var/lib/apt/lists/*\n\
             COPY --from=build /programs/ /usr/local/bin/\nRUN useradd --create-home student\nUSER student\n"
        );
        let mut ports: Vec<u16> = self.programs.iter().filter_map(|it| it.step.port).collect();
        ports.sort();
        ports.dedup();
        for port in ports {
            text += &format!("EXPOSE {port}\n");
        }
        text += "ENTRYPOINT [\"tini\", \"--\"]\n";
        text += &match self.first_to_run() {
            Some(program) => {
                let words = format!("{}{}", program.name, options_in_docker(program));
                let words: Vec<String> =
                    words.split(' ').map(|word| format!("\"{word}\"")).collect();
                format!("CMD [{}]\n", words.join(", "))
            }
            None => {
                "CMD [\"sh\", \"-c\", \"echo 'Name a program:'; ls /usr/local/bin\"]\n".to_string()
            }
        };
        text
    }
}

/// A server in a container is called from outside of it.
fn options_in_docker(program: &Program) -> &'static str {
    match (program.role(), program.step.port) {
        (Role::Server, Some(_)) => " --host 0.0.0.0",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::handouts::of_step;
    use crate::course::table::find;

    fn project<'a>(steps: &[&str], name: &'a Name) -> Project<'a> {
        let steps: Vec<&'static Step> = steps.iter().map(|id| find(id).expect("a step")).collect();
        let handout = of_step(steps[0]).expect("it has a handout");
        let program = |step: &&'static Step| {
            let step = *step;
            let program = move |own_name: &&'static str| Program {
                step,
                own_name,
                name: handout.name_of(own_name),
                compiles: true,
            };
            step.programs.iter().map(program)
        };
        let programs = steps.iter().flat_map(program).collect();
        Project { handout, name, programs, rust: "1.88", changed_helpers: Vec::new() }
    }

    fn contains(text: &str, expected: &[&str]) {
        for expected in expected {
            assert!(text.contains(expected), "no {expected:?} in:\n{text}");
        }
    }

    /// The port that the course file gives a step.
    fn port_of(id: &str) -> u16 {
        find(id).and_then(|step| step.port).expect("it has one")
    }

    #[test]
    fn a_server_and_its_client_are_run_one_in_the_other_ones_container() {
        let name = Name::of("Ada.Lovelace.58-1234").expect("a name");
        let project = project(&["ms3"], &name);
        let port = port_of("ms3");
        contains(
            &project.readme(),
            &[
                "# Instant messaging program\n\nAda Lovelace, 58-1234\n",
                "- `src/bin/server.rs`: milestone 3: an instant messenger\n",
                "Rust 1.88 or newer",
                "cargo run --bin server\ncargo run --bin client  # in another terminal",
                &format!("| `client` | `src/bin/client.rs` | {port} | a username, then lines"),
                &format!(
                    "docker run --rm -it --name instant-messaging -p {port}:{port} instant-messaging\n"
                ),
                "docker exec -it instant-messaging client  # in another terminal\n",
                "They are not by the author.\n",
            ],
        );
        contains(
            &project.dockerfile(),
            &[
                &format!("EXPOSE {port}\n"),
                "CMD [\"server\", \"--host\", \"0.0.0.0\"]\n",
                "--bins\n",
            ],
        );
    }

    #[test]
    fn of_several_servers_a_container_is_told_which() {
        let name = Name::of("150150000").expect("a name");
        let mut project = project(&["ex1", "ex3", "ex4"], &name);
        let ex1 = port_of("ex1");
        project.programs[1].compiles = false;
        project.changed_helpers.push("src/text.rs".to_string());
        contains(
            &project.readme(),
            &[
                "\n150150000\n",
                "1.3 three threads (does not compile yet)\n",
                &format!("-p {ex1}:{ex1} assignment-1 ex1_server --host 0.0.0.0\n"),
                &format!("-p {ex1}:{ex1} assignment-1 ex3_threads\n"),
                "They are not by the author, but for changes in `src/text.rs`.\n",
            ],
        );
        contains(
            &project.dockerfile(),
            &["echo 'Name a program:'", "--bins --keep-going || true\n"],
        );
        // A port that two programs share is named once.
        let ports = if ex1 == port_of("ex4") { 1 } else { 2 };
        assert_eq!(project.dockerfile().matches("EXPOSE").count(), ports);
    }

    #[test]
    fn the_only_program_is_the_one_that_a_container_runs() {
        let name = Name::of("a").expect("a name");
        contains(&project(&["ex3"], &name).dockerfile(), &["CMD [\"ex3_threads\"]\n"]);
    }
}
