//! Places in files as links that a terminal can open (OSC 8,
//! <https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda>).

use std::path::{Path, PathBuf};

/// The folders whose files are linked, from the root of the course.
const FOLDERS: &[&str] = &["exercises/", "src/", "starters/"];

/// How places become links.
#[derive(Clone, Debug)]
pub struct Links {
    /// The root of the course, from which files are named.
    pub root: PathBuf,
    /// What the terminal does with a link.
    pub kind: Kind,
}

/// What a terminal does with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing: a place stays text.
    None,
    /// It opens the file. There is no place for a line in the address of a file.
    File,
    /// It opens the file at a line that stands behind a `#`, as kitty does.
    FileAtLine,
}

impl Kind {
    /// What is known of a terminal by its variables of the environment. `has_links`: it knows links at all.
    ///
    /// The terminal in Visual Studio Code finds `file:line` by itself. One on another machine (ssh), or under Windows
    /// (WSL), would look for the file where it is not.
    pub fn of(has_links: bool, variable: impl Fn(&str) -> Option<String>) -> Kind {
        let is = |name: &str, value: &str| variable(name).is_some_and(|set| set == value);
        let is_set = |name: &str| variable(name).is_some();
        let is_elsewhere = is_set("SSH_CONNECTION") || is_set("WSL_DISTRO_NAME");
        match has_links && !is("TERM_PROGRAM", "vscode") && !is_elsewhere {
            false => Kind::None,
            true if is("TERM", "xterm-kitty") => Kind::FileAtLine,
            true => Kind::File,
        }
    }
}

impl Links {
    /// The line, in which each place such as `exercises/src/bin/ex1_server.rs:31` is a link. It takes as many columns as
    /// before.
    pub fn in_line(&self, line: &str) -> String {
        if self.kind == Kind::None {
            return line.to_string();
        }
        let mut linked = String::new();
        let mut rest = line;
        while let Some((start, path, number, end)) = first_place(rest) {
            linked.push_str(&rest[..start]);
            let address = self.address(path, number);
            linked.push_str(&format!("\x1b]8;;{address}\x1b\\{}\x1b]8;;\x1b\\", &rest[start..end]));
            rest = &rest[end..];
        }
        linked + rest
    }

    fn address(&self, path: &str, number: &str) -> String {
        let path = encoded(&self.root.join(path));
        match self.kind {
            Kind::FileAtLine => format!("file://{path}#{number}"),
            Kind::File | Kind::None => format!("file://{path}"),
        }
    }
}

/// The first place in a text: where it starts, the file, the line, and where it ends.
fn first_place(text: &str) -> Option<(usize, &str, &str, usize)> {
    const END: &str = ".rs:";
    text.match_indices(END).find_map(|(at, _)| {
        let is_of_path = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
        let start = text[..at].trim_end_matches(is_of_path).len();
        let behind = &text[at + END.len()..];
        let number =
            &behind[..behind.len() - behind.trim_start_matches(|c: char| c.is_ascii_digit()).len()];
        let path = &text[start..at + END.len() - 1];
        let is_ours = FOLDERS.iter().any(|folder| path.starts_with(folder));
        let end = at + END.len() + number.len();
        let is_whole = !number.is_empty() && !text[end..].starts_with('…');
        (is_ours && is_whole).then_some((start, path, number, end))
    })
}

/// The path as a part of an address (RFC 3986): what is not plain is written as `%20`.
fn encoded(path: &Path) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let of = |byte: &u8| match is_plain(*byte) {
        true => char::from(*byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    path.as_os_str().as_encoded_bytes().iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linked(kind: Kind, line: &str) -> String {
        let root = PathBuf::from("/home/ada/my course");
        Links { root, kind }.in_line(line).replace('\x1b', "^").replace('\\', "/")
    }

    #[test]
    fn a_place_is_a_link_of_the_kind_that_the_terminal_knows() {
        let line = "to do exercises/src/bin/ex1_server.rs:31, and then src/text.rs:7:12";
        assert_eq!(linked(Kind::None, line), line);
        let one = |address: &str| {
            format!("to do ^]8;;{address}^/exercises/src/bin/ex1_server.rs:31^]8;;^/, and")
        };
        let root = "/home/ada/my%20course";
        let path = format!("{root}/exercises/src/bin/ex1_server.rs");
        for (kind, address) in [
            (Kind::File, format!("file://{path}")),
            (Kind::FileAtLine, format!("file://{path}#31")),
        ] {
            let linked = linked(kind, line);
            assert!(linked.starts_with(&one(&address)), "{linked}");
            assert!(linked.ends_with("^/src/text.rs:7^]8;;^/:12"), "{linked}");
        }
    }

    #[test]
    fn what_is_not_a_place_in_the_course_stays_as_it_is() {
        for line in
            ["", "/etc/x.rs:7", "exercises/a.rs", "exercises/a.rs:", "a.rs:3", "src/a.rs:3…"]
        {
            assert_eq!(linked(Kind::File, line), line);
        }
    }

    #[test]
    fn a_terminal_is_known_by_its_variables() {
        let kind = |has_links, name: &'static str, value: &'static str| {
            Kind::of(has_links, move |asked| (asked == name).then(|| value.to_string()))
        };
        assert_eq!(kind(false, "TERM_PROGRAM", "vscode"), Kind::None);
        for (name, value) in
            [("TERM_PROGRAM", "vscode"), ("SSH_CONNECTION", "1"), ("WSL_DISTRO_NAME", "Debian")]
        {
            assert_eq!(kind(true, name, value), Kind::None, "{name}");
        }
        assert_eq!(kind(true, "TERM", "xterm-kitty"), Kind::FileAtLine);
        assert_eq!(kind(true, "TERM", "xterm-256color"), Kind::File);
    }
}
