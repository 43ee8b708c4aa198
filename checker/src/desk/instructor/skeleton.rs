//! The files of a new step, from templates: all that it needs, with one check for each program, which its starter does
//! not pass and its reference solution does. What the author still has to say is marked with `AUTHOR:`.

use std::fs;

use crate::course::layout::root;
use crate::desk::refusal::Refusal;
use crate::stage::launch::Role;

/// Where the templates of reference solutions are, from the root of the course.
const SOLUTIONS: &str = "checker/src/desk/instructor/new";

/// What a new step is.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its short name.
    pub id: String,
    /// Its number, and what it is about.
    pub title: String,
    /// The port of its programs.
    pub port: u16,
    /// The roles of its programs, the server first.
    pub roles: Vec<Role>,
}

/// What there is of a program, a template each.
struct Templates {
    starter: &'static str,
    scene: &'static str,
    row: &'static str,
    texts: &'static str,
    hint: &'static str,
    shown: (&'static str, &'static str),
}

const SERVER: Templates = Templates {
    starter: include_str!("new/server.starter.txt"),
    scene: include_str!("new/server.scene.txt"),
    row: "Check::server(\"sends_it_back\", sends_it_back).worth(1)",
    texts: include_str!("new/server.texts.txt"),
    hint: include_str!("new/server.hint.txt"),
    shown: ("sends_it_back", "sends each message back"),
};

const CLIENT: Templates = Templates {
    starter: include_str!("new/client.starter.txt"),
    scene: include_str!("new/client.scene.txt"),
    row: "Check::client(\"shows_each_reply\", shows_each_reply).worth(1)",
    texts: include_str!("new/client.texts.txt"),
    hint: include_str!("new/client.hint.txt"),
    shown: ("shows_each_reply", "the client shows each reply"),
};

fn templates(role: Role) -> &'static Templates {
    if role == Role::Client { &CLIENT } else { &SERVER }
}

impl Plan {
    /// The names of its programs.
    pub fn programs(&self) -> Vec<String> {
        self.roles.iter().map(|role| self.program(*role)).collect()
    }

    /// The name of a program of it.
    pub fn program(&self, role: Role) -> String {
        format!("{}_{}", self.id, role.word())
    }

    /// What a student begins with.
    pub fn starter(&self, role: Role) -> String {
        self.fill(templates(role).starter)
    }

    /// The reference solution. Its template is close to that of some steps, so a students' edition does not have it.
    ///
    /// # Errors
    /// When it is not here.
    pub fn solution(&self, role: Role) -> Result<String, Refusal> {
        let path = root().join(SOLUTIONS).join(format!("{}.solution", role.word()));
        match fs::read_to_string(&path) {
            Ok(template) => Ok(self.fill(&template)),
            Err(error) => Err(Refusal(format!(
                "a step is added to the course itself, not to its students' edition: {}: {error}",
                path.display()
            ))),
        }
    }

    /// Its row, its checks and their scenes.
    pub fn scenes(&self) -> String {
        let all = |part: fn(&Templates) -> &str| -> String {
            self.roles.iter().map(|role| part(templates(*role))).collect()
        };
        let programs: Vec<String> = self.programs().iter().map(|it| format!("{it:?}")).collect();
        let rows: Vec<&str> = self.roles.iter().map(|role| templates(*role).row).collect();
        let checks = match rows[..] {
            [check] => check.to_string(), // as rustfmt has it
            _ => format!("\n    {},\n", rows.join(",\n    ")),
        };
        let text = include_str!("new/scenes.txt")
            .replace("<<programs>>", &programs.join(", "))
            .replace("<<checks>>", &checks);
        self.fill(&(text + &all(|it| it.scene)))
    }

    /// Its entry in the course file: points, port, handout.
    pub fn entry(&self) -> String {
        self.fill(include_str!("new/entry.txt"))
    }

    /// The constant that its programs take their port from.
    pub fn port(&self) -> String {
        self.fill("/// <<headline>> (own).\npub const <<PORT>>: u16 = <<port>>;\n")
    }

    /// Its words: title, hints, and those of its checks.
    pub fn texts(&self) -> String {
        let all = |part: fn(&Templates) -> &str| -> String {
            self.roles.iter().map(|role| part(templates(*role))).collect()
        };
        let text = include_str!("new/texts.txt").replace("<<hints>>", &all(|it| it.hint));
        self.fill(&(text + &all(|it| it.texts)))
    }

    /// Its section of the walkthrough.
    pub fn section(&self) -> String {
        let (server, client) = (self.program(Role::Server), self.program(Role::Client));
        let (task, picture, tried) = match self.roles[..] {
            [Role::Server] => (
                format!("`{server}` sends each message of a client back to it."),
                "Alice says two words to the server, and each comes back to her",
                format!(
                    "`cargo try {server}`, and `telnet 127.0.0.1 <<port>>` in another terminal."
                ),
            ),
            [Role::Client] => (
                format!("`{client}` sends line after line, and displays each reply."),
                "Alice types two words, and her client shows what comes back for each",
                format!(
                    "`nc -l 127.0.0.1 <<port>>`, and `cargo try {client}` in another terminal."
                ),
            ),
            _ => (
                format!(
                    "`{server}` sends each message of a client back to it. `{client}` sends line after line, \
                     and\ndisplays each reply."
                ),
                "Alice says two words to the server, and each comes back to her",
                format!("`cargo try {server}`, and `cargo try {client}` in another terminal."),
            ),
        };
        let text = include_str!("new/section.txt")
            .replace("<<task>>", &task)
            .replace("<<picture>>", picture)
            .replace("<<try>>", &tried);
        self.fill(&text)
    }

    fn fill(&self, template: &str) -> String {
        let is_pair = self.roles.len() > 1;
        let of = |role: &str| if is_pair { format!(": the {role}") } else { String::new() };
        let (shown, shown_name) = templates(self.roles[0]).shown;
        let text = template
            .replace("<<id>>", &self.id)
            .replace("<<PORT>>", &self.id.to_uppercase())
            .replace("<<port>>", &self.port.to_string())
            .replace("<<shown>>", shown)
            .replace("<<shown name>>", shown_name)
            .replace("<<of server>>", &of("server"))
            .replace("<<of client>>", &of("client"));
        // Last: a title may have anything in it.
        text.replace("<<headline>>", &headline(&self.title)).replace("<<title>>", &self.title)
    }
}

/// A title with a capital, as it stands above a program: `3.1 A time server`.
fn headline(title: &str) -> String {
    let at = title.find(char::is_alphabetic).unwrap_or(title.len());
    let (number, words) = title.split_at(at);
    let mut words = words.chars();
    let first = words.next().map(|first| first.to_uppercase().to_string());
    format!("{number}{}{}", first.unwrap_or_default(), words.as_str())
}
