//! The mistakes, step by step. Each is a worked program with one thing wrong, and names the checks that must
//! fail on it: those, and no others.

use std::fs;
use std::path::Path;

mod ex1;
mod ex2;
mod ex3;
mod ex4;
mod ex5;
mod ex6;
mod ex7;
mod ms0;
mod ms1;
mod ms2;
mod ms3;

/// A wrong program that a student could hand in.
pub struct Mistake {
    /// What it does, as a sentence without a subject: `replies to end`.
    pub name: &'static str,
    /// The worked program that it is made from: `ex4_server`.
    pub program: &'static str,
    /// Texts of that program, each of which stands there once, and what stands there instead.
    pub edits: &'static [(&'static str, &'static str)],
    /// The names of the checks that must fail.
    pub fails: &'static [&'static str],
}

/// Takes what one read brings for a reply, in the clients of 1.4 and of milestone 1.
const ONE_READ_FOR_A_REPLY: &[(&str, &str)] = &[
    ("let mut replies = text::Reader::new(server);", "let mut buffer = [0; 1024];"),
    ("match replies.receive()? {", "match io::Read::read(&mut &*server, &mut buffer)? {"),
    (
        "Some(reply) => console::show(&reply),",
        "count if count > 0 => console::show(String::from_utf8_lossy(&buffer[..count]).trim_end()),",
    ),
    ("None =>", "_ =>"),
];

/// All mistakes, in the order of the course.
pub fn all() -> impl Iterator<Item = &'static Mistake> {
    let steps = [
        ex1::MISTAKES,
        ex2::MISTAKES,
        ms0::MISTAKES,
        ex3::MISTAKES,
        ex4::MISTAKES,
        ms1::MISTAKES,
        ex5::MISTAKES,
        ex6::MISTAKES,
        ex7::MISTAKES,
        ms2::MISTAKES,
        ms3::MISTAKES,
    ];
    steps.into_iter().flatten()
}

impl Mistake {
    /// The id of its step: `ex4`.
    pub fn step(&self) -> &'static str {
        self.program.split('_').next().unwrap_or_default()
    }

    /// The name as a path segment: `ex4_server_replies_to_end`.
    pub fn slug(&self) -> String {
        let words = self.name.split(|c: char| !c.is_ascii_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        format!("{}_{}", self.program, words.join("_").to_lowercase())
    }

    /// The source of the wrong program. `root`: the folder of the course.
    ///
    /// # Errors
    /// When the worked program cannot be read, or does not have one of the texts exactly once.
    pub fn source(&self, root: &Path) -> Result<String, String> {
        let path = root.join("solutions/src/bin").join(format!("{}.rs", self.program));
        let mut source =
            fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        for (right, wrong) in self.edits {
            match source.matches(right).count() {
                1 => source = source.replace(right, wrong),
                count => {
                    return Err(format!("{} has this {count} times:\n{right}", path.display()));
                }
            }
        }
        Ok(source)
    }
}
