//! What a course is made of: steps, their checks, and the programs that a check needs.

use serde::{Deserialize, Serialize};

use crate::stage::framing::Framing;
use crate::stage::launch::Role;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop};

/// One assignment.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its short name, as in `make ex4`.
    pub id: &'static str,
    /// Its number in the handout, and what it is about.
    pub title: &'static str,
    /// What is new in it, in a few words, for the picture of the course.
    pub new: &'static str,
    /// The id of the check whose run tells best what it is about: the README shows it.
    pub shown: &'static str,
    /// The port of its server; none where the step has no sockets.
    pub port: Option<u16>,
    /// The most points it gives, but for extra ones.
    pub points: u32,
    /// Its programs: binaries of `exercises`, one file each.
    pub programs: &'static [&'static str],
    /// How it is found out how commands frame their messages, a row for each role; none where they have no frames.
    pub probes: &'static [Probe],
    /// The file name of its handout.
    pub handout: &'static str,
    /// Whether an instructor has added it to the course.
    pub is_own: bool,
    /// Its checks, the one that shows the step at its best first.
    pub checks: &'static [Check],
    /// The checks that are played instead with a server and a client that were made for each other (`--pair`).
    pub pair_checks: &'static [Check],
    /// Its hints: the first is a question, the last is close to the answer.
    pub hints: &'static [&'static str],
}

/// What is code of a step.
#[derive(Debug)]
pub struct Row {
    /// Its short name, as in `make ex4`.
    pub id: &'static str,
    /// The id of the check whose run tells best what it is about: the README shows it.
    pub shown: &'static str,
    /// Its programs: binaries of `exercises`, one file each.
    pub programs: &'static [&'static str],
    /// How it is found out how commands frame their messages, a row for each role; none where they have no frames.
    pub probes: &'static [Probe],
    /// Whether an instructor has added it to the course. What the course's own steps must have is then asked for, and
    /// no test fails without it: a mistake for each check and each TODO, programs in another language, checks of a
    /// pair, a picture.
    pub is_own: bool,
    /// Its checks, the one that shows the step at its best first.
    pub checks: &'static [Check],
    /// The checks that are played instead with a server and a client that were made for each other (`--pair`).
    pub pair_checks: &'static [Check],
}

/// One named scene.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// What it is called wherever a machine reads: tests, `--json`, gradebooks, snapshots. It stays when the
    /// wording changes.
    pub id: &'static str,
    /// A sentence, such as `a quiet client holds nobody up`. It is one of the course's texts, and empty until the table
    /// is put together.
    pub name: &'static str,
    /// Its share of the step's points, relative to the shares of the step's other checks; 0 for a bonus. The table
    /// must say one or the other.
    pub share: Option<u32>,
    /// What a bonus gives on top of the step's points; most give nothing. The course file may say so.
    pub extra: u32,
    /// Who sees it in a gradebook, if the course file says so.
    pub visibility: Option<Visibility>,
    /// What it is to programs that are not the course's own.
    pub of_others: OfOthers,
    /// The placeholder without which a command cannot be told what the scene needs: `{max_clients}`.
    pub needs: Option<&'static str>,
    /// Whether it is about where a frame ends, so that there is nothing to check in a program without frames.
    pub is_of_frames: bool,
    /// The program it is about.
    pub role: Role,
    /// The reference solution of an earlier step that takes part, if it is here: `ex4_client`.
    pub helper: Option<&'static str>,
    /// Where to look when it fails, for the student: a text, too.
    pub look: &'static str,
    /// What is played.
    pub scene: fn(&Stage) -> Scene,
}

/// Who sees a check in a gradebook, in the words of Gradescope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody, at once.
    Visible,
    /// Graders only.
    Hidden,
    /// Students, once nothing can be handed in any more.
    AfterDueDate,
    /// Students, once the grades are published.
    AfterPublished,
}

impl Visibility {
    /// As Gradescope spells it.
    pub fn word(self) -> &'static str {
        match self {
            Visibility::Visible => "visible",
            Visibility::Hidden => "hidden",
            Visibility::AfterDueDate => "after_due_date",
            Visibility::AfterPublished => "after_published",
        }
    }
}

/// Finds out how a command frames its messages, before anything is checked.
#[derive(Debug)]
pub struct Probe {
    /// The role of the command.
    pub role: Role,
    /// Whether the checker has to speak first. Then it speaks in each framing in turn, until something is found out.
    pub speaks_first: bool,
    /// What is played. The scene has a framing to speak in; what comes out is the one that was found.
    pub scene: fn(&Stage) -> Result<Option<Framing>, Stop>,
}

/// What a check is to programs in any language, which are judged by what the handout asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfOthers {
    /// The same as to the course's own programs.
    Asked,
    /// A bonus: the handout does not ask for it, but it is good to know.
    Bonus,
    /// A bonus to one that was given alone: the step's other program may do it as well.
    BonusAlone,
    /// Not played: the handout does not ask for it, or has no words that could be listened for.
    NotAsked,
}

/// What a check is to the programs that play in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It gives this share of the step's points.
    ForPoints(u32),
    /// It is played, and gives no points.
    AsBonus,
    /// It is not played, for this reason, and others share its points.
    Not(String),
}

impl Check {
    /// A check of the step's server.
    pub const fn server(id: &'static str, scene: fn(&Stage) -> Scene) -> Check {
        Check::of(Role::Server, id, scene)
    }

    /// A check of the step's client.
    pub const fn client(id: &'static str, scene: fn(&Stage) -> Scene) -> Check {
        Check::of(Role::Client, id, scene)
    }

    /// A check of the one program of a step without sockets.
    pub const fn program(id: &'static str, scene: fn(&Stage) -> Scene) -> Check {
        Check::of(Role::Program, id, scene)
    }

    const fn of(role: Role, id: &'static str, scene: fn(&Stage) -> Scene) -> Check {
        Check {
            id,
            name: "",
            share: None,
            extra: 0,
            visibility: None,
            of_others: OfOthers::Asked,
            needs: None,
            is_of_frames: false,
            role,
            helper: None,
            look: "",
            scene,
        }
    }

    /// Sets the share of the step's points.
    pub const fn worth(mut self, share: u32) -> Check {
        self.share = Some(share);
        self
    }

    /// Makes it a bonus: it goes beyond the handout, is shown, and gives no points.
    pub const fn bonus(self) -> Check {
        self.worth(0)
    }

    /// Asks it of programs of the course only. Of programs in other languages it is not checked, and the step's
    /// points are shared among the other checks.
    pub const fn only_ours(mut self) -> Check {
        self.of_others = OfOthers::NotAsked;
        self
    }

    /// Makes it a bonus to programs in other languages, since the handout does not ask for it: the step's points are
    /// shared among the other checks.
    pub const fn bonus_of_others(mut self) -> Check {
        self.of_others = OfOthers::Bonus;
        self
    }

    /// Makes it a bonus to a program in another language that was given alone: the handout asks for it, but the step's
    /// other program may do it as well.
    pub const fn bonus_of_one_alone(mut self) -> Check {
        self.of_others = OfOthers::BonusAlone;
        self
    }

    /// Asks it only of commands that have this placeholder. Of others it is not checked, and the step's points are
    /// shared among the other checks.
    pub const fn needs(mut self, placeholder: &'static str) -> Check {
        self.needs = Some(placeholder);
        self
    }

    /// Asks it only of programs that frame their messages. Of others it is not checked, and the step's points are
    /// shared among the other checks.
    pub const fn of_frames(mut self) -> Check {
        self.is_of_frames = true;
        self
    }

    /// Adds the reference solution of an earlier step to the scene, which must do without it where it is not here.
    pub const fn with_helper(mut self, program: &'static str) -> Check {
        self.helper = Some(program);
        self
    }

    /// Where to look, for the author of a program in any language: as much of it as names nothing of Rust, nor of the
    /// course's own programs; empty if it begins with that.
    pub fn look_in_any_language(&self) -> &'static str {
        let Some((before, _)) = quoted_words(self.look).find(|(_, word)| is_of_rust(word)) else {
            return self.look;
        };
        before.rfind([';', ':']).map_or("", |end| &before[..end])
    }

    /// Whether this is a part of its name, or its id.
    pub fn is_called(&self, part: &str) -> bool {
        self.id == part || self.name.to_lowercase().contains(&part.to_lowercase())
    }

    /// What it is to the course's own programs.
    pub fn asked(&self) -> Asked {
        match self.is_bonus() {
            true => Asked::AsBonus,
            false => Asked::ForPoints(self.share.unwrap_or(0)),
        }
    }

    /// What it is to a program in any language that is started by this command, and frames its messages like this.
    /// `is_alone`: the step's other program was not given.
    pub fn asked_of_command(&self, words: &[String], framing: Framing, is_alone: bool) -> Asked {
        if self.is_of_frames && framing == Framing::None {
            return Asked::Not("a program without frames".to_string());
        }
        let has = |placeholder: &str| words.iter().any(|word| word.contains(placeholder));
        match (self.of_others, self.needs) {
            (OfOthers::NotAsked, _) => Asked::Not("the handout does not ask for it".to_string()),
            (_, Some(placeholder)) if !has(placeholder) => {
                Asked::Not(format!("the command has no {placeholder}"))
            }
            (OfOthers::Bonus, _) => Asked::AsBonus,
            (OfOthers::BonusAlone, _) if is_alone => Asked::AsBonus,
            (OfOthers::Asked | OfOthers::BonusAlone, _) => self.asked(),
        }
    }

    /// Whether it goes beyond the handout and gives no points to any program.
    pub fn is_bonus(&self) -> bool {
        self.share.unwrap_or(0) == 0
    }
}

/// The words between backticks, each with what stands before it.
fn quoted_words(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let quotes: Vec<usize> = text.match_indices('`').map(|(at, _)| at).collect();
    let pairs: Vec<(usize, usize)> = quotes.chunks_exact(2).map(|at| (at[0], at[1])).collect();
    pairs.into_iter().map(|(from, to)| (&text[..from], &text[from + 1..to]))
}

/// Words that a handout has, and calls that any language has.
const WORDS_OF_ANY_LANGUAGE: &[&str] = &[
    "end",
    "CLOSE SOCKET",
    "num.users",
    "msg",
    "from",
    "id",
    "error",
    "error: true",
    "/who",
    "/quit",
    "bind",
    "accept",
    "connect",
    "read",
    "broadcast",
    "encode",
    "decode",
];

/// Whether a word in backticks is of Rust, or of the course's own programs.
fn is_of_rust(word: &str) -> bool {
    !WORDS_OF_ANY_LANGUAGE.contains(&word)
}

impl Step {
    /// Whether a check is one of those that are played with a pair.
    pub fn is_of_pair(&self, check: &Check) -> bool {
        self.pair_checks.iter().any(|other| other.id == check.id)
    }

    /// The name of the program that plays `role`, if the step has one.
    pub fn program(&self, role: Role) -> Option<&'static str> {
        self.programs.iter().copied().find(|program| Role::of(program) == role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_author_of_a_program_in_any_language_reads_nothing_of_rust() {
        let check = |look| Check { look, ..Check::server("id", |_| Ok(())) };
        for (look, in_any_language) in [
            ("whether a lock is held.", "whether a lock is held."),
            ("what follows `end`: nothing.", "what follows `end`: nothing."),
            ("what is sent: `to_uppercase`, at once.", "what is sent"),
            ("one `read`; `text::Reader` takes more.", "one `read`"),
            ("what follows when `receive` returns `None`: an error.", ""),
        ] {
            assert_eq!(check(look).look_in_any_language(), in_any_language);
        }
    }
}
