//! What a program sees of this machine's files: the system's own folders, and what it was started from, to read; its
//! folder for temporary files, to write; a few devices. All else is not there, rather than forbidden.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, PoisonError, RwLock};
use std::{env, fs};

use rustix::process::geteuid;
use serde::{Deserialize, Serialize};

use crate::sandbox::places::{Places, follow, is_of_cargo, is_of_system};

/// What one program sees, besides the system's own folders and the one that it may write to. All paths are real ones.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct View {
    /// Files and folders.
    pub(super) shown: BTreeSet<PathBuf>,
    /// Links that lead there, each with what it says.
    pub(super) links: BTreeMap<PathBuf, PathBuf>,
    /// Folders that are empty, unless something in them is shown by itself.
    pub(super) hidden: BTreeSet<PathBuf>,
    /// What root could read of the system's settings and others could not.
    pub(super) closed: Vec<PathBuf>,
}

/// What no command of a stranger's sees, though it lies in a folder that is shown.
static HIDDEN: RwLock<BTreeSet<PathBuf>> = RwLock::new(BTreeSet::new());

/// Shows these folders to no command from now on, unless it is started from a file in them, and then that alone.
pub(super) fn hide(folders: &[PathBuf]) {
    let real = folders.iter().filter_map(|folder| folder.canonicalize().ok());
    *HIDDEN.write().unwrap_or_else(PoisonError::into_inner) = real.collect();
}

impl View {
    /// What this command is to see: its program, what its words name, and whatever the folders of PATH belong to.
    pub(super) fn of(command: &Command) -> View {
        let hidden = HIDDEN.read().unwrap_or_else(PoisonError::into_inner).clone();
        let places = Places::of_this_user();
        let here = env::current_dir().unwrap_or_default();
        let here = command.get_current_dir().map_or(here.clone(), |folder| here.join(folder));
        let on_path = on_path(command);
        let mut seen: Vec<PathBuf> =
            on_path.iter().flat_map(|folder| places.installation(folder)).collect();
        let program = program_of(command, &here, &on_path);
        let real = program.as_ref().and_then(|program| program.canonicalize().ok());
        // A program of the course is alone. Others may take in what lies where they are started.
        let is_of_course = real.as_ref().and_then(|real| real.parent()).is_some_and(|parent| {
            is_of_cargo(parent) && hidden.iter().any(|hidden| parent.starts_with(hidden))
        });
        let sees_here = !is_of_course && !places.is_everything(&here);
        if sees_here {
            seen.push(here.clone());
        }
        for path in program.into_iter().chain(named_by(command, &here)) {
            let real = path.canonicalize().ok();
            // What lies there was handed in: a link in it may lead to somebody else's file.
            if is_within(&path, &here) && (sees_here || real.as_ref() != Some(&path)) {
                continue;
            }
            seen.extend(places.around(&path));
            seen.extend(real.iter().flat_map(|real| places.around(real)));
            seen.push(path);
        }
        View::with(seen, hidden)
    }

    /// What a compiler is to see that builds the course in this folder: that, Rust, what was downloaded for it, and
    /// whatever the folders of PATH belong to.
    pub(super) fn of_build(course: &Path) -> View {
        let places = Places::of_this_user();
        let set = |name: &str, usually: &str| {
            env::var_os(name).map_or(places.in_home(usually), PathBuf::from)
        };
        let cargo = set("CARGO_HOME", ".cargo");
        let of_cargo = ["bin", "registry", "git", "config", "config.toml"];
        // Files in all folders above say how cargo builds.
        let above = course.ancestors().map(|folder| folder.join(".cargo"));
        let settings = |folder: PathBuf| ["config", "config.toml"].map(|name| folder.join(name));
        let mut seen = vec![course.to_path_buf(), set("RUSTUP_HOME", ".rustup")];
        seen.extend(of_cargo.map(|name| cargo.join(name)));
        seen.extend(above.flat_map(settings));
        seen.extend(env::var_os("CARGO").iter().flat_map(|cargo| places.around(cargo.as_ref())));
        let path = env::var_os("PATH").unwrap_or_default();
        seen.extend(env::split_paths(&path).flat_map(|folder| places.installation(&folder)));
        View::with(seen, BTreeSet::new())
    }

    /// The view that shows these paths, and whatever their links lead to.
    fn with(seen: Vec<PathBuf>, hidden: BTreeSet<PathBuf>) -> View {
        let mut links = BTreeMap::new();
        let absolute = seen.iter().filter(|path| path.is_absolute());
        let real: BTreeSet<PathBuf> =
            absolute.filter_map(|path| follow(path, &mut links)).collect();
        let hides = |outer: &Path, inner: &Path| {
            hidden.iter().any(|hidden| hidden.starts_with(outer) && inner.starts_with(hidden))
        };
        // What lies in something that is shown is there already, unless that part is hidden.
        let is_there = |path: &Path| {
            let mut above = path.ancestors().skip(1);
            is_of_system(path) || above.any(|folder| real.contains(folder) && !hides(folder, path))
        };
        let shown: BTreeSet<PathBuf> =
            real.iter().filter(|path| !is_there(path)).cloned().collect();
        links.retain(|path, _| !is_there(path));
        let is_seen = |path: &PathBuf| {
            is_of_system(path) || path.ancestors().any(|folder| shown.contains(folder))
        };
        let hidden = hidden.iter().filter(|path| is_seen(path)).cloned().collect();
        let closed = if geteuid().is_root() { CLOSED.clone() } else { Vec::new() };
        View { shown, links, hidden, closed }
    }

    /// What of it is closed to everybody but its owner and group, if anything is: a folder on the way there, or a file
    /// in it.
    pub(super) fn closed_to_others(&self) -> Option<PathBuf> {
        self.shown.iter().find_map(|path| {
            let on_the_way = path.ancestors().skip(1).map(|folder| (folder.to_path_buf(), 0o001));
            let within = fs::read_dir(path).into_iter().flatten().flatten();
            let within = within.map(|entry| (entry.path(), 0o004));
            let mut all = on_the_way.chain([(path.clone(), 0o004)]).chain(within);
            let is_closed = |(path, right): &(PathBuf, u32)| {
                fs::metadata(path).is_ok_and(|data| data.permissions().mode() & right == 0)
            };
            all.find(is_closed).map(|(path, _)| path)
        })
    }
}

/// The folders of PATH, as the command has it.
fn on_path(command: &Command) -> Vec<PathBuf> {
    let path = command.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, path)| path);
    path.map_or(Vec::new(), |path| env::split_paths(path).collect())
}

/// The file that a command starts, if there is one.
fn program_of(command: &Command, here: &Path, on_path: &[PathBuf]) -> Option<PathBuf> {
    let program = Path::new(command.get_program());
    if program.components().count() > 1 || program.is_absolute() {
        return Some(here.join(program)).filter(|path| path.exists());
    }
    on_path.iter().map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// Whether a path leads into a folder, and not out of it again.
fn is_within(path: &Path, folder: &Path) -> bool {
    let rest = path.strip_prefix(folder);
    rest.is_ok_and(|rest| rest.components().all(|part| part != Component::ParentDir))
}

/// The files and folders that the words of a command name.
fn named_by(command: &Command, here: &Path) -> Vec<PathBuf> {
    let words = command.get_args().filter_map(|word| word.to_str());
    let paths = words.flat_map(|word| word.split(['=', ':', ',']).map(|part| here.join(part)));
    paths.filter(|path| path != here && path.exists()).collect()
}

/// The files and folders of the system's settings that are closed to everybody but root: passwords and keys.
static CLOSED: LazyLock<Vec<PathBuf>> = LazyLock::new(|| {
    let (mut closed, mut folders) = (Vec::new(), vec![PathBuf::from("/etc")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(data) = entry.metadata() else { continue }; // of the link, if it is one
            let is_closed = data.permissions().mode() & 0o004 == 0;
            match data.file_type() {
                kind if kind.is_symlink() => {}
                _ if is_closed => closed.push(entry.path()),
                kind if kind.is_dir() => folders.push(entry.path()),
                _ => {}
            }
        }
    }
    closed
});

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A folder with these files in it, by its real path.
    fn folder_with(files: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        for file in files {
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().expect("it is in a folder")).expect("a folder");
            fs::write(file, "").expect("a file");
        }
        let real = folder.path().canonicalize().expect("it is there");
        (folder, real)
    }

    fn view(seen: &[&PathBuf], hidden: &[&PathBuf]) -> View {
        let seen = seen.iter().map(|path| path.to_path_buf()).collect();
        View::with(seen, hidden.iter().map(|path| path.to_path_buf()).collect())
    }

    #[test]
    fn a_link_in_what_is_shown_is_there_already_and_any_other_is_made() {
        let (_folder, root) = folder_with(&["brew/cellar/python/bin/python"]);
        let (brew, linked, outside) = (root.join("brew"), root.join("brew/opt"), root.join("opt"));
        symlink("cellar/python", &linked).expect("a link");
        symlink("brew/opt", &outside).expect("a link");
        let seen = view(&[&brew, &linked, &outside], &[]);
        assert_eq!(seen.shown, BTreeSet::from([brew]));
        assert_eq!(seen.links, BTreeMap::from([(outside, PathBuf::from("brew/opt"))]));
    }

    #[test]
    fn what_is_hidden_is_so_only_where_it_could_be_seen_but_for_what_is_started_from_it() {
        let (_folder, root) = folder_with(&["course/target/debug/ex1", "course/src/main.rs"]);
        let (course, target) = (root.join("course"), root.join("course/target"));
        let program = target.join("debug/ex1");
        let seen = view(&[&course, &program], &[&target]);
        assert_eq!(seen.shown, BTreeSet::from([course, program.clone()]));
        assert_eq!(seen.hidden, BTreeSet::from([target.clone()]));
        assert_eq!(view(&[&program], &[&target]).hidden, BTreeSet::new());
    }

    #[test]
    fn what_is_closed_to_others_is_found() {
        let (_folder, root) = folder_with(&["open/server.py", "closed/server.py"]);
        let (open, closed) = (root.join("open"), root.join("closed"));
        for (path, mode) in [(&root, 0o755), (&open, 0o755), (&closed, 0o750)] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
        }
        assert_eq!(view(&[&open], &[]).closed_to_others(), None);
        assert_eq!(view(&[&closed], &[]).closed_to_others(), Some(closed.clone()));
        let within = closed.join("server.py");
        assert_eq!(view(&[&within], &[]).closed_to_others(), Some(closed));
        let secret = open.join("server.py");
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).expect("it is ours");
        assert_eq!(view(&[&open], &[]).closed_to_others(), Some(secret));
    }

    #[test]
    fn a_command_sees_where_it_is_started_and_what_its_words_name() {
        let (_folder, root) = folder_with(&["work/server.py", "lib/jar", "here/x", "secret/key"]);
        let mut command = Command::new("sh");
        command.current_dir(root.join("here")).env("PATH", "/usr/bin");
        command.arg(format!("--class-path={}:none", root.join("lib/jar").display()));
        command.arg("../work/server.py");
        symlink(root.join("secret/key"), root.join("here/link")).expect("a link");
        command.arg("link"); // by which a stranger would have somebody else's file shown
        let expected = ["here", "lib", "work"].map(|name| root.join(name));
        assert_eq!(View::of(&command).shown, BTreeSet::from(expected));
    }
}
