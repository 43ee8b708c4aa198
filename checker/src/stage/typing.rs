//! What the user of a program types into it.

use chatlings::proto::Message;

use crate::stage::program::Program;
use crate::stage::transcript::Mark;

/// Whom a message is from, and to whom it goes, where a scene does not say.
const FROM_AND_TO: (i64, i64) = (1, 2);

impl Program {
    /// Types a message into it: one line, or what it asks its user for (`--types`, `--types-first`).
    pub fn types(&self, text: &str) {
        let (from, to) = FROM_AND_TO;
        self.types_message(&Message { from, to, msg: text.to_string() });
    }

    /// Types a message into it, with its sender and receiver, if it asks its user for those.
    pub fn types_message(&self, message: &Message) {
        let template = self.first_template.take().or_else(|| self.template.clone());
        let lines = match template {
            Some(template) => fill_in(&template, message),
            None => message.msg.clone(),
        };
        lines.split('\n').for_each(|line| self.answers(line));
    }

    /// Types a line into it that is not a message: a name, an operator's command.
    pub fn answers(&self, line: &str) {
        self.board.note(&self.actor, Mark::Typed, line);
        self.types_quietly(line);
    }

    /// Types a line into it that stays out of the transcript.
    pub fn types_quietly(&self, line: &str) {
        self.board.type_text(self.id, &format!("{line}\n"));
    }

    /// Types the beginning of a line into it.
    pub fn begins_to_type(&self, text: &str) {
        self.board.note(&self.actor, Mark::Typed, &format!("{text} (no Enter yet)"));
        self.board.type_text(self.id, text);
    }

    /// Ends it, as a user does who closes its window.
    pub fn closes_its_window(&self) {
        self.board.note(&self.actor, Mark::Event, "closes the window");
        self.board.end(self.id);
    }

    /// Ends its input, as Ctrl-D does.
    pub fn input_ends(&self) {
        self.board.note(&self.actor, Mark::Event, "Ctrl-D (the end of its input)");
        self.board.close_stdin(self.id);
    }
}

/// What is typed for a message, by a template of `--types`. The text comes last: it may have braces of its own.
fn fill_in(template: &str, Message { from, to, msg }: &Message) -> String {
    let lines = template.replace("{from}", &from.to_string()).replace("{to}", &to.to_string());
    lines.replace("{text}", msg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_in_and_the_text_stays_as_it_is() {
        let message = |text: &str| Message { from: 3, to: 4, msg: text.to_string() };
        let filled_in = fill_in("{from}\n{to}\n{text}", &message("{to} bread"));
        assert_eq!(filled_in, "3\n4\n{to} bread");
        assert_eq!(fill_in("m {text}", &message("end")), "m end");
    }
}
