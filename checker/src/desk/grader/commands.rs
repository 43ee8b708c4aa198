//! The programs of a student in another language than the course's: `submission.toml`, which the student hands in, or the
//! file that `--commands` names, for all who have none of their own.
//!
//! ```toml
//! [ex4]
//! server = "python3 server.py {port}"
//! client = "python3 client.py {port}"
//! ```

use std::collections::BTreeMap;

use anyhow::{Result, anyhow, bail};
use serde::Deserialize;

use crate::course::step::Step;
use crate::course::table;
use crate::judge::cast::Commands;
use crate::judge::command::words_of;
use crate::stage::launch::Role;
use crate::stage::manners::{Manners, lines, one_line, template};

/// The name of a student's own file.
pub const SUBMISSION: &str = "submission.toml";

/// The programs of one step, and how they do what the handout leaves open: as the options of `check` have it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Given {
    server: Option<String>,
    client: Option<String>,
    program: Option<String>,
    framing: Option<String>,
    types: Option<String>,
    types_first: Option<String>,
    operator: Option<String>,
    question: Option<String>,
    #[serde(default)]
    pair: bool,
}

/// The commands of each step that has some, by its id.
pub type CommandsOfSteps = BTreeMap<&'static str, Commands>;

/// What such a file says.
///
/// # Errors
/// In a line, when it is wrong.
pub fn read(text: &str) -> Result<CommandsOfSteps> {
    let steps: BTreeMap<String, Given> = toml::from_str(text).map_err(|error| {
        let before = text.get(..error.span().map_or(0, |span| span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        anyhow!("line {line}: {}", error.message().replace('\n', " "))
    })?;
    let mut commands = CommandsOfSteps::new();
    for (id, given) in steps {
        let Some(step) = table::find(&id) else {
            bail!("[{id}]: the course has no such step");
        };
        let of_step = given.commands(step).map_err(|error| anyhow!("[{id}]: {error}"))?;
        commands.insert(step.id, of_step);
    }
    Ok(commands)
}

impl Given {
    fn commands(self, step: &'static Step) -> Result<Commands> {
        let given = [
            (Role::Server, self.server),
            (Role::Client, self.client),
            (Role::Program, self.program),
        ];
        let mut words = Vec::new();
        for (role, command) in given {
            let Some(command) = command else { continue };
            if step.program(role).is_none() {
                bail!("this step has no {}", role.word());
            }
            let split = words_of(&command).map_err(|error| anyhow!("{} {error}", role.word()))?;
            words.push((role, split));
        }
        if words.is_empty() {
            bail!("it names no program: server, client or program");
        }
        let is_both = words.len() == 2;
        if self.pair && (!is_both || step.pair_checks.is_empty()) {
            bail!(
                "pair needs a server and a client, of a step in which they can be played together"
            );
        }
        let checked =
            |key: &str, text: Option<String>, check: fn(&str) -> Result<String, String>| {
                let checked = text.as_deref().map(check).transpose();
                checked.map_err(|error| anyhow!("{key}: {error}"))
            };
        let framing = self.framing.as_deref().map(str::parse).transpose();
        let manners = Manners {
            framing: framing.map_err(|error| anyhow!("framing: {error}"))?,
            types: checked("types", self.types, template)?,
            types_first: checked("types-first", self.types_first, template)?,
            operator: checked("operator", self.operator, one_line)?,
            question: checked("question", self.question, lines)?,
        };
        Ok(Commands { words, manners, is_pair: self.pair })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::framing::Framing;

    #[test]
    fn commands_are_split_and_manners_are_understood() {
        let text = "[ex6]\nserver = \"java -cp 'a b' Server {port}\"\nframing = \"varint\"\n\
            [ex3]\nprogram = \"python3 threads.py\"\n";
        let commands = read(text).expect("it is right");
        assert_eq!(commands.keys().collect::<Vec<_>>(), [&"ex3", &"ex6"]);
        let ex6 = &commands["ex6"];
        let words = ["java", "-cp", "a b", "Server", "{port}"].map(str::to_string).to_vec();
        assert_eq!(ex6.words, [(Role::Server, words)]);
        assert_eq!(ex6.manners.framing, Some(Framing::Varint));
    }

    #[test]
    fn what_is_wrong_is_told_in_one_line() {
        for (text, told) in [
            ("[ex9]\nserver = \"a\"", "[ex9]: the course has no such step"),
            ("[ex1]\nclient = \"a\"", "[ex1]: this step has no client"),
            ("[ex1]\nsrever = \"a\"", "line 2: unknown field `srever`"),
            ("[ex1]\nserver = \"a 'b\"", "[ex1]: server \"a 'b\": "),
            ("[ex1]\nserver = \" \"", "[ex1]: server is empty"),
            ("[ex1]\nserver = \"a {prot}\"", "[ex1]: server \"a {prot}\": there is no {prot}"),
            ("[ex1]\n", "[ex1]: it names no program"),
            ("[ex4]\nserver = \"a\"\npair = true", "[ex4]: pair needs a server and a client"),
            ("[ex4]\nclient = \"a\"\ntypes = \"x\"", "[ex4]: types: it has no {text}"),
            ("[ex4]\nclient = \"a\"\ntypes-first = \"x\"", "[ex4]: types-first: it has no {text}"),
            ("[ex6]\nserver = \"a\"\nframing = \"x\"", "[ex6]: framing: "),
            ("server", "line 1: "),
            ("ex1 = 3", "line 1: "),
        ] {
            let error = format!("{:#}", read(text).expect_err(text));
            assert!(error.starts_with(told) && !error.contains('\n'), "{text:?}: {error}");
        }
    }
}
