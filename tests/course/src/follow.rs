//! What the course file says stands in other files too, since a student reads it there: ports in `src/ports.rs`, in the
//! starters, in the README and the Dockerfile, titles above starters and sections. This is how those files should be.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use regex::{Captures, Regex};

use crate::play::{Package, Step, starter};

/// The files of the course in this folder that have other ports or titles than these steps: their paths from there, and
/// what should be in them.
pub fn followed(root: &Path, steps: &[Step]) -> BTreeMap<PathBuf, String> {
    let mut files = Files { root, changed: BTreeMap::new() };
    files.set("src/ports.rs", ports(steps));
    files.change("README.md", |text| readme(text, steps));
    files.change("Dockerfile", |text| container(text, steps));
    for step in steps {
        for program in step.programs {
            let (handed_out, own) = (starter(program), Package::Exercises.source(program));
            // What a student has written is theirs.
            let is_untouched = files.read(&handed_out) == files.read(&own);
            let meant = [Some(handed_out), is_untouched.then_some(own)];
            let ours = [Package::Solutions, Package::Plain].map(|it| Some(it.source(program)));
            for path in meant.into_iter().chain(ours).flatten() {
                files.change(path, |text| with_port(&with_title(text, step.title), step));
            }
        }
        // Programs with a port of their own, as the handouts' skeletons have it.
        for path in files.of_step("tests/foreign/python", step) {
            files.change(path, |text| with_port_in_python(text, step));
        }
    }
    files.changed
}

/// The files of the course, and those of them that should be otherwise.
struct Files<'a> {
    root: &'a Path,
    changed: BTreeMap<PathBuf, String>,
}

impl Files<'_> {
    fn read(&self, path: &Path) -> Option<String> {
        fs::read_to_string(self.root.join(path)).ok()
    }

    fn set(&mut self, path: impl Into<PathBuf>, text: String) {
        self.change(path, |_| text);
    }

    /// A file that is not there has nothing to be changed.
    fn change(&mut self, path: impl Into<PathBuf>, changed: impl FnOnce(&str) -> String) {
        let path = path.into();
        let Some(text) = self.read(&path) else { return };
        let changed = changed(&text);
        if changed != text {
            self.changed.insert(path, changed);
        }
    }

    /// The files in the folders of a step: `ex4_plain/server.py`.
    fn of_step(&self, folder: &str, step: &Step) -> Vec<PathBuf> {
        let names = |folder: &Path| -> Vec<PathBuf> {
            let entries = fs::read_dir(self.root.join(folder)).into_iter().flatten().flatten();
            entries.map(|entry| folder.join(entry.file_name())).collect()
        };
        let begin = format!("{}_", step.id);
        let is_of_it = |path: &PathBuf| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&begin))
        };
        let folders = names(Path::new(folder)).into_iter().filter(is_of_it);
        folders.flat_map(|folder| names(&folder)).collect()
    }
}

/// All of `src/ports.rs`.
fn ports(steps: &[Step]) -> String {
    let mut text = "//! The port of each step, from which the programs take their default. This file is made from\n\
                    //! `course.toml`.\n\n"
        .to_string();
    for step in steps {
        if let Some(port) = step.port {
            let (title, name) = (capitalized(step.title), step.id.to_uppercase());
            text += &format!("/// {title} ({}).\npub const {name}: u16 = {port};\n", step.handout);
        }
    }
    text
}

/// The README: each section of a step has its title and its port.
fn readme(text: &str, steps: &[Step]) -> String {
    const HEADING: &str = "\n### ";
    let mut parts = text.split(HEADING);
    let mut changed = parts.next().unwrap_or_default().to_string();
    for part in parts {
        // A section ends where the next chapter begins.
        let (section, rest) = part.split_at(part.find("\n# ").unwrap_or(part.len()));
        let is_its = |step: &&Step| section.contains(&format!("`make {}`", step.id));
        let section = match (steps.iter().find(is_its), section.split_once('\n')) {
            (Some(step), Some((title, section))) => {
                // The title of a run begins with that of its step.
                let section =
                    section.replace(&format!("\n{title} · "), &format!("\n{} · ", step.title));
                format!("{}\n{}", step.title, with_port(&section, step))
            }
            _ => section.to_string(),
        };
        changed += &format!("{HEADING}{section}{rest}");
    }
    container(&changed, steps)
}

/// A text that runs a program in a container: its port is published, and the one that is exposed.
fn container(text: &str, steps: &[Step]) -> String {
    let run = pattern(r"-p \d+:\d+ chatlings (\w+)");
    let port_of = |program: &str| steps.iter().find(|step| step.programs.contains(&program))?.port;
    let Some(port) = run.captures(text).and_then(|run| port_of(&run[1])) else {
        return text.to_string();
    };
    let published = |run: &Captures| {
        let port = port_of(&run[1]).unwrap_or(port);
        format!("-p {port}:{port} chatlings {}", &run[1])
    };
    let text = run.replace_all(text, published);
    pattern(r"(?m)^EXPOSE \d+$").replace_all(&text, format!("EXPOSE {port}")).into_owned()
}

/// `telnet 127.0.0.1 8080`, and `127.0.0.1:8080`
fn with_port(text: &str, step: &Step) -> String {
    replace_port(text, r"(127\.0\.0\.1[ :])\d+", "", step)
}

/// `PORT = 8080`, and `("127.0.0.1", 8080)`
fn with_port_in_python(text: &str, step: &Step) -> String {
    let text = replace_port(text, r"(?m)^(PORT = )\d+$", "", step);
    replace_port(&text, r#"(\("127\.0\.0\.1", )\d+\)"#, ")", step)
}

/// What is before the port is the first group of the pattern.
fn replace_port(text: &str, before: &str, after: &str, step: &Step) -> String {
    let Some(port) = step.port else { return text.to_string() };
    pattern(before).replace_all(text, format!("${{1}}{port}{after}")).into_owned()
}

/// A program whose first line is the title of its step: `//! # 1.2 A client, and a reply: the client`
fn with_title(text: &str, title: &str) -> String {
    let line = pattern(r"\A//! # .*?(: the (?:client|server))?(, without helpers)?\n");
    let changed = |line: &Captures| {
        let end = |group| line.get(group).map_or("", |group| group.as_str());
        format!("//! # {}{}{}\n", capitalized(title), end(1), end(2))
    };
    line.replace(text, changed).into_owned()
}

/// `1.1 A server for one message`
fn capitalized(title: &str) -> String {
    let Some(at) = title.find(char::is_alphabetic) else { return title.to_string() };
    let mut rest = title[at..].chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    title[..at].chars().chain(first).chain(rest).collect()
}

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is right")
}
