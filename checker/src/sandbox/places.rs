//! Where programs and languages lie on a machine, and what comes with them.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use std::{env, fs};

/// Where a system has its programs and languages, and what they are told about it.
pub(super) const SYSTEM: [&str; 12] = [
    "/bin", "/etc", "/gnu", "/lib", "/lib32", "/lib64", "/libx32", "/nix", "/opt", "/sbin",
    "/snap", "/usr",
];

/// Whether a path is one of the system's.
pub(super) fn is_of_system(path: &Path) -> bool {
    path == Path::new("/") || SYSTEM.iter().any(|folder| path.starts_with(folder))
}

/// What has to be known of a user to tell what comes with a file.
pub(super) struct Places {
    home: PathBuf,
}

impl Places {
    /// Those of the user who runs this.
    pub(super) fn of_this_user() -> Places {
        Places { home: env::home_dir().unwrap_or_default() }
    }

    /// Something in this user's home.
    pub(super) fn in_home(&self, path: &str) -> PathBuf {
        self.home.join(path)
    }

    /// Whether everything lies in a folder, so that it is not shown for one thing's sake.
    pub(super) fn is_everything(&self, folder: &Path) -> bool {
        [Path::new("/"), &self.home, &env::temp_dir()].contains(&folder) || is_of_cargo(folder)
    }

    /// What comes with a file: those beside it, which it may take in; with one of an installation, all of that.
    pub(super) fn around(&self, path: &Path) -> Vec<PathBuf> {
        let parent = path.parent().unwrap_or(path);
        match path.is_file() && !self.is_everything(parent) {
            true if is_for_programs(parent) => self.installation(parent),
            true => vec![parent.to_path_buf()],
            false => vec![path.to_path_buf()],
        }
    }

    /// What a folder of programs belongs to, such as `~/.pyenv` for `~/.pyenv/shims`. Where many things are installed
    /// side by side, and keys may lie among them, it is only that folder and the libraries.
    pub(super) fn installation(&self, bin: &Path) -> Vec<PathBuf> {
        if !bin.is_dir() || is_of_cargo(bin) {
            return Vec::new();
        }
        let parent = bin.parent().unwrap_or(bin);
        let of_many = [".local", ".cargo"].map(|name| self.in_home(name));
        let is_of_many = self.is_everything(parent) || of_many.iter().any(|many| many == parent);
        match is_for_programs(bin) && !is_of_many {
            true => vec![parent.to_path_buf()],
            false => vec![bin.to_path_buf(), parent.join("lib")],
        }
    }
}

/// Whether a folder is called as those are in which an installation has its programs.
fn is_for_programs(folder: &Path) -> bool {
    ["bin", "sbin", "shims"].iter().any(|name| folder.ends_with(name))
}

/// Whether it is a folder into which cargo builds programs, side by side with all others.
pub(super) fn is_of_cargo(folder: &Path) -> bool {
    const MARK: &str = ".fingerprint";
    let above = folder.parent().unwrap_or(folder); // of `deps` and `examples`
    folder.join(MARK).is_dir() || above.join(MARK).is_dir()
}

/// Where a path leads. The links on the way are added to `links`, each with what it says. `None`: nowhere.
pub(super) fn follow(path: &Path, links: &mut BTreeMap<PathBuf, PathBuf>) -> Option<PathBuf> {
    const MOST: usize = 40; // as the system has it
    let names = |path: &Path| -> Vec<OsString> {
        path.components()
            .filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir))
            .map(|part| part.as_os_str().to_os_string())
            .collect()
    };
    let (mut real, mut followed) = (PathBuf::from("/"), 0);
    let mut left = VecDeque::from(names(path));
    while let Some(name) = left.pop_front() {
        if name == ".." {
            real.pop();
            continue;
        }
        real.push(name);
        if let Ok(target) = fs::read_link(&real) {
            followed += 1;
            if followed > MOST {
                return None;
            }
            for name in names(&target).into_iter().rev() {
                left.push_front(name);
            }
            links.insert(real.clone(), target.clone());
            real.pop();
            if target.is_absolute() {
                real = PathBuf::from("/");
            }
        }
    }
    real.exists().then_some(real)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A home with these files in it.
    fn home(files: &[&str]) -> tempfile::TempDir {
        let home = tempfile::tempdir().expect("a folder");
        for file in files {
            let file = home.path().join(file);
            fs::create_dir_all(file.parent().expect("it is in a folder")).expect("a folder");
            fs::write(file, "").expect("a file");
        }
        home
    }

    fn places(home: &tempfile::TempDir) -> Places {
        Places { home: home.path().to_path_buf() }
    }

    #[test]
    fn with_a_file_comes_what_is_beside_it_unless_everything_is() {
        let home = home(&["work/server.py", "server.py", "target/debug/.fingerprint/x"]);
        fs::write(home.path().join("target/debug/ex1"), "").expect("a file");
        let (places, at) = (places(&home), |path: &str| home.path().join(path));
        assert_eq!(places.around(&at("work/server.py")), [at("work")]);
        assert_eq!(places.around(&at("work")), [at("work")]);
        for alone in ["server.py", "target/debug/ex1"] {
            assert_eq!(places.around(&at(alone)), [at(alone)]);
        }
    }

    #[test]
    fn with_a_program_comes_its_installation_but_no_key_of_the_user() {
        let home = home(&["venv/bin/python", ".cargo/bin/cargo", ".local/bin/tool", "bin/tool"]);
        let (places, at) = (places(&home), |path: &str| home.path().join(path));
        assert_eq!(places.around(&at("venv/bin/python")), [at("venv")]);
        assert_eq!(places.installation(&at("venv/bin")), [at("venv")]);
        for user in [".cargo", ".local", ""] {
            let alone = [at(user).join("bin"), at(user).join("lib")];
            assert_eq!(places.installation(&at(user).join("bin")), alone);
        }
    }

    #[test]
    fn all_links_on_the_way_are_found() {
        let home = home(&["python-3.12.3/bin/python"]);
        let root = home.path().canonicalize().expect("it is there");
        let at = |path: &str| root.join(path);
        symlink("python-3.12.3", at("python-3.12")).expect("a link");
        symlink(at("python-3.12/bin"), at("bin")).expect("a link");
        symlink("loop", at("loop")).expect("a link");
        let mut links = BTreeMap::new();
        let real = follow(&at("./bin/../bin/python"), &mut links);
        assert_eq!(real, Some(at("python-3.12.3/bin/python")));
        let expected = [
            (at("bin"), at("python-3.12/bin")),
            (at("python-3.12"), PathBuf::from("python-3.12.3")),
        ];
        assert_eq!(links, BTreeMap::from(expected));
        assert_eq!(follow(&at("loop"), &mut links), None);
    }
}
