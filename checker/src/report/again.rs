//! The commands that play something again: whole, so that they can be pasted.

use std::collections::BTreeMap;

/// How the checks were asked for, apart from which.
#[derive(Clone, Debug, Default)]
pub struct Again {
    /// The options that were given: whose programs, what they may take.
    pub options: Vec<String>,
    /// The part of a check's name that was given.
    pub only: Option<String>,
    /// The number that chose the words.
    pub seed: u64,
    /// The options that one step alone was given, by its id: whose programs.
    pub of_steps: BTreeMap<&'static str, Vec<String>>,
}

impl Again {
    /// The command that checks a step once more, with the same words, as it was checked now.
    pub fn step(&self, step: &str, is_verbose: bool) -> Vec<String> {
        self.command(step, self.only.as_deref(), is_verbose)
    }

    /// The command that plays one check of it alone.
    pub fn check(&self, step: &str, check: &str) -> Vec<String> {
        self.command(step, Some(check), false)
    }

    fn command(&self, step: &str, check: Option<&str>, is_verbose: bool) -> Vec<String> {
        let mut words = ["cargo", "step", "check", step].map(str::to_string).to_vec();
        words.extend(check.map(str::to_string));
        words.extend(self.options.iter().cloned());
        words.extend(self.of_steps.get(step).into_iter().flatten().cloned());
        words.extend(is_verbose.then(|| "--verbose".to_string()));
        words.extend(["--seed".to_string(), self.seed.to_string()]);
        words
    }
}

/// A command as it is typed into a shell, indented. Where it is too wide, it goes on in the next line, as a shell takes
/// it.
pub fn typed(words: &[String], width: usize) -> String {
    const INDENT: &str = "  ";
    const GOES_ON: &str = " \\";
    let mut text = String::new();
    let mut line = INDENT.to_string();
    for word in words {
        let word = shell_words::quote(word);
        let used = textwrap::core::display_width(&line) + textwrap::core::display_width(&word);
        if line.trim().is_empty() {
            line.push_str(&word);
        } else if used + 1 + GOES_ON.len() <= width {
            line.push_str(&format!(" {word}"));
        } else {
            text.push_str(&format!("{line}{GOES_ON}\n"));
            line = format!("{INDENT}{INDENT}{word}");
        }
    }
    text + &line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again() -> Again {
        let options = ["--server", "python3 'my server.py' {port}"].map(str::to_string).to_vec();
        Again { options, seed: 7, ..Again::default() }
    }

    #[test]
    fn a_command_can_be_pasted_into_a_shell() {
        let words = again().step("ex4", true);
        for width in [50, 60, 200] {
            let text = typed(&words, width);
            let pasted = text.replace("\\\n", "");
            assert_eq!(shell_words::split(&pasted).expect("a command"), words, "{text}");
            assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
        }
    }

    #[test]
    fn one_check_is_named_by_its_id_or_as_it_was_asked_for() {
        let command = again().check("ex4", "fifty_clients").join(" ");
        assert!(command.starts_with("cargo step check ex4 fifty_clients --server"), "{command}");
        let again = Again { only: Some("50 clients".to_string()), ..Again::default() };
        let text = typed(&again.step("ex4", false), 80);
        assert_eq!(text, "  cargo step check ex4 '50 clients' --seed 0");
    }
}
