//! How a program is started for a role.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::stage::stop::Stop;

/// What is filled in where it stands in a command.
pub const PLACEHOLDERS: [&str; 4] = ["{port}", "{host}", "{max_clients}", "{max_sleep_ms}"];

/// What `{max_clients}` stands for in a scene that does not set it: more than any scene has.
const DEFAULT_MAX_CLIENTS: &str = "64";

/// Which of a step's programs is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// `…_server`
    Server,
    /// `…_client`
    Client,
    /// The one program of a step without sockets.
    Program,
}

impl Role {
    /// The role of the program of that name.
    pub fn of(program: &str) -> Role {
        match program.rsplit('_').next() {
            Some("server") => Role::Server,
            Some("client") => Role::Client,
            _ => Role::Program,
        }
    }

    /// The option of `check` that gives a program for it, and the name of its actor.
    pub fn word(self) -> &'static str {
        match self {
            Role::Server => "server",
            Role::Client => "client",
            Role::Program => "program",
        }
    }
}

/// How one program is started.
#[derive(Clone, Debug)]
pub enum Launch {
    /// A program of the course, built: its name, and where its binary is.
    Built(&'static str, PathBuf),
    /// A program of the course that does not compile, with the compiler's words.
    Broken(String),
    /// A program of the course that is not there, and how to get it back.
    Missing(String),
    /// A command that was given with `--server`, `--client` or `--program`, split into words.
    Command(Vec<String>),
}

/// An option that a scene starts a program with.
#[derive(Clone, Copy)]
pub struct Setting {
    /// As programs of the course take it: `--max-clients`.
    pub option: &'static str,
    /// As it stands in a command: `{max_clients}`.
    pub placeholder: &'static str,
    /// Its value.
    pub value: u64,
    /// Whether the scene makes no sense without it.
    pub is_needed: bool,
}

impl Launch {
    /// Whether it is a command in any language, rather than a program of the course.
    pub fn is_foreign(&self) -> bool {
        matches!(self, Launch::Command(_))
    }

    /// Whether the port can be chosen.
    pub fn takes_port(&self) -> bool {
        self.has("{port}")
    }

    /// Whether this setting can be chosen.
    pub fn takes(&self, setting: &Setting) -> bool {
        self.has(setting.placeholder)
    }

    /// Whether a command has this placeholder. A program of the course has an option for each.
    fn has(&self, placeholder: &str) -> bool {
        match self {
            Launch::Command(words) => words.iter().any(|word| word.contains(placeholder)),
            Launch::Built(..) | Launch::Broken(_) | Launch::Missing(_) => true,
        }
    }

    /// The command that starts the program on this port, and how a person would type it.
    ///
    /// # Errors
    /// *Not checked* when the scene needs a setting for which the command has no placeholder.
    pub fn command(
        &self,
        port: Option<u16>,
        settings: &[Setting],
    ) -> Result<(Command, String), Stop> {
        let (program, arguments, shown) = match self {
            Launch::Built(name, path) => {
                let mut arguments = Vec::new();
                if let Some(port) = port {
                    arguments.extend(["--port".to_string(), port.to_string()]);
                }
                for setting in settings {
                    arguments.extend([setting.option.to_string(), setting.value.to_string()]);
                }
                let shown = [&[name.to_string()], &arguments[..]].concat().join(" ");
                (path.clone(), arguments, shown)
            }
            Launch::Command(words) => {
                let words = fill_in(words, port, settings)?;
                let shown = shell_words::join(&words);
                (PathBuf::from(&words[0]), words[1..].to_vec(), shown)
            }
            Launch::Broken(_) => return Err(Stop::NotChecked("it does not compile".to_string())),
            Launch::Missing(reason) => return Err(Stop::NotChecked(reason.clone())),
        };
        let mut command = Command::new(program);
        command.args(arguments);
        set_environment(&mut command);
        Ok((command, shown))
    }
}

/// A program gets nothing of the environment of the person who checks it, where keys and names may stand: only where
/// programs and languages are. (Folders of its own come with [`Containment`](crate::sandbox::containment).)
fn set_environment(command: &mut Command) {
    command.env_clear();
    for kept in ["PATH", "LANG"] {
        command.envs(env::var_os(kept).map(|value| (kept, value)));
    }
    // One time for all: a program of std alone can give no other, and one with a crate gives this one.
    command.env("TZ", "UTC");
    // Nor is Python told to print at once: on a terminal it prints line by line, and with it a line would come in pieces.
    command.env("NO_COLOR", "1").env("RUST_BACKTRACE", "0");
}

/// Fills in the placeholders of a command.
fn fill_in(words: &[String], port: Option<u16>, settings: &[Setting]) -> Result<Vec<String>, Stop> {
    let mut words = words.to_vec();
    let port = port.map_or(String::new(), |port| port.to_string());
    for word in &mut words {
        *word = word.replace("{port}", &port).replace("{host}", "127.0.0.1");
    }
    for setting in settings {
        if setting.is_needed && !words.iter().any(|word| word.contains(setting.placeholder)) {
            return Err(Stop::NotChecked(format!("the command has no {}", setting.placeholder)));
        }
        for word in &mut words {
            *word = word.replace(setting.placeholder, &setting.value.to_string());
        }
    }
    for word in &mut words {
        *word = word.replace("{max_clients}", DEFAULT_MAX_CLIENTS);
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_program_gets_nothing_of_the_environment_that_it_does_not_need() {
        assert!(env::vars().any(|(name, _)| name.starts_with("CARGO")), "this has more than that");
        let launch = Launch::Command(vec!["env".to_string()]);
        let (mut command, shown) = launch.command(None, &[]).expect("it needs no setting");
        assert_eq!(shown, "env");
        let printed = command.output().expect("it starts").stdout;
        let printed = String::from_utf8_lossy(&printed).into_owned();
        let names = printed.lines().filter_map(|line| line.split('=').next());
        let allowed = ["PATH", "LANG", "TZ", "NO_COLOR", "RUST_BACKTRACE"];
        let others: BTreeSet<&str> = names.filter(|name| !allowed.contains(name)).collect();
        assert_eq!(others, BTreeSet::new());
    }
}
