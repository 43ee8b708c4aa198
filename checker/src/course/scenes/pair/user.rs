//! A client with a user at it, who types and sees.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::course::scenes::rooms::a_short_time;
use crate::stage::expected::matching;
use crate::stage::program::Program;
use crate::stage::show::quoted;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop, another_check_is_about_that};
use crate::stage::transcript::Mark;

/// What a user expects to see for what was typed.
#[derive(Clone, Copy)]
pub enum Reply {
    /// Anything new.
    Any,
    /// The same text, whatever is around it.
    Same,
    /// The text in capitals, whatever is around it.
    Capitals,
}

/// Somebody who uses the client.
pub struct User<'a> {
    /// The client.
    pub client: Program,
    stage: &'a Stage,
    name: String,
    seen: RefCell<BTreeSet<String>>, // a prompt that comes again is no reply
}

impl<'a> User<'a> {
    /// Starts the client, and waits until it has nothing more to do. What starts it may seem to rest while it waits for
    /// what it has started in turn, so a prompt is waited for, though there need not be one.
    pub fn starts(stage: &'a Stage, name: &str) -> Result<User<'a>, Stop> {
        let client = stage.starts_client(name)?;
        let user = User { client, stage, name: name.to_string(), seen: RefCell::default() };
        user.sees_what_comes_within(stage.patience() / 2)?;
        Ok(user)
    }

    /// Starts the client, and types a name: many ask for it before they connect.
    pub fn enters(stage: &'a Stage, name: &str) -> Result<User<'a>, Stop> {
        let user = User::starts(stage, name)?;
        user.client.answers(name);
        user.sees_what_comes_within(a_short_time(stage))?; // a welcome, perhaps
        Ok(user)
    }

    /// What the client displays until all programs rest.
    pub fn sees_what_comes(&self) -> Result<Vec<String>, Stop> {
        self.sees_what_comes_within(Duration::ZERO)
    }

    /// What the client displays until all programs rest. So long it is waited for the first of it.
    pub fn sees_what_comes_within(&self, limit: Duration) -> Result<Vec<String>, Stop> {
        const MOMENT: Duration = Duration::from_millis(10);
        let (deadline, logged) = (self.stage.time() + limit, self.client.log().len());
        let mut lines = Vec::new();
        // Python writes a prompt to stderr.
        while lines.is_empty() && self.client.log().len() == logged && !self.stage.is_late(deadline)
        {
            lines.extend(self.client.next_line(MOMENT)?.map(|(line, _)| line));
        }
        another_check_is_about_that(self.client.rests("it to wait for its user"))?;
        while let Some((line, _)) = self.client.next_line(Duration::ZERO)? {
            lines.push(line);
        }
        for line in lines.iter().filter(|line| !line.trim().is_empty()) {
            self.stage.note(&self.name, Mark::Output, line.trim_end());
        }
        self.seen.borrow_mut().extend(lines.iter().map(|line| line.trim().to_string()));
        Ok(lines)
    }

    /// All that the client has displayed so far.
    pub fn has_seen(&self) -> String {
        self.seen.borrow().iter().cloned().collect::<Vec<String>>().join("\n")
    }

    /// Types a message, and waits until the client displays a reply.
    pub fn is_answered(&self, text: &str, reply: Reply) -> Scene {
        self.sees_what_comes()?;
        self.client.types(text);
        self.sees_a_reply(text, reply).map(drop)
    }

    /// Waits until the client displays a reply to a text that was typed.
    pub fn sees_a_reply(&self, text: &str, reply: Reply) -> Result<String, Stop> {
        match reply {
            Reply::Any => {
                let is_new = |line: &str| {
                    let line = line.trim();
                    !line.is_empty() && !self.seen.borrow().contains(line)
                };
                let words = format!("a reply to {}", quoted(text));
                self.client.prints(matching(words, is_new))
            }
            Reply::Same => self.sees(text),
            Reply::Capitals => self.sees(&text.to_uppercase()),
        }
    }

    /// Waits until the client displays this text. Returns its line with the one that came before it, and the one behind
    /// it, if there are any.
    pub fn sees_in_lines(&self, text: &str) -> Result<String, Stop> {
        let before = RefCell::new(String::new());
        let words = format!("it to display {}", quoted(text));
        let is_right = |line: &str| {
            let is_right = line.contains(text);
            if !is_right {
                *before.borrow_mut() = line.to_string();
            }
            is_right
        };
        let line = self.client.prints(matching(words, is_right))?;
        let behind = self.sees_what_comes()?.into_iter().next();
        let lines = [before.take(), line, behind.unwrap_or_default()];
        Ok(lines.join("\n").trim().to_string())
    }

    /// Waits until the client displays this text, whatever is around it.
    pub fn sees(&self, text: &str) -> Result<String, Stop> {
        let words = format!("it to display {}", quoted(text));
        let line = self.client.prints(matching(words, |line| line.contains(text)))?;
        self.seen.borrow_mut().insert(line.trim().to_string());
        Ok(line)
    }
}
