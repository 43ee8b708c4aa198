//! What a program sees of this machine's files: the system's own folders, and what it was started from, to read; its
//! folder for temporary files, to write; a few devices. All else is not there, rather than forbidden.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde::{Deserialize, Serialize};

/// Where a system has its programs and languages, and what they are told about it.
const SYSTEM: [&str; 12] = [
    "/bin", "/etc", "/gnu", "/lib", "/lib32", "/lib64", "/libx32", "/nix", "/opt", "/sbin",
    "/snap", "/usr",
];

/// What one program sees.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct View {
    /// Files and folders, besides the system's.
    shown: BTreeSet<PathBuf>,
    /// A folder that is empty, unless something in it is shown by itself: that of the checker, where the reference
    /// solutions are too.
    hidden: Option<PathBuf>,
    /// The folder that it may write to.
    folder: PathBuf,
}

impl View {
    /// What this command is to see: its program, what its words name, and whatever the folders of PATH belong to.
    pub(super) fn of(command: &Command, folder: &Path) -> View {
        let own = env::current_exe().unwrap_or_default();
        let hidden = own.parent().unwrap_or(&own).to_path_buf();
        let here = env::current_dir().unwrap_or_default();
        let place = Place { home: env::home_dir().unwrap_or_default(), hidden: hidden.clone() };
        let here = command.get_current_dir().map_or(here.clone(), |folder| here.join(folder));
        let path = command.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, path)| path);
        let folders: Vec<PathBuf> =
            path.map_or(Vec::new(), |path| env::split_paths(path).collect());
        let mut shown: BTreeSet<PathBuf> =
            folders.iter().flat_map(|folder| place.installation(folder)).collect();
        let program = Path::new(command.get_program());
        let is_plain = program.components().count() == 1 && !program.is_absolute();
        let program = match is_plain {
            true => folders.iter().map(|folder| folder.join(program)).find(|path| path.is_file()),
            false => Some(here.join(program)),
        };
        let program = program.filter(|program| program.exists());
        if program.as_ref().is_some_and(|program| program.parent() != Some(&hidden)) {
            shown.insert(here.clone());
        }
        let words = command.get_args().filter_map(|word| word.to_str());
        let paths = words.flat_map(|word| word.split(['=', ':', ',']).map(|part| here.join(part)));
        let paths = paths.filter(|path| *path != here && path.exists());
        for path in program.into_iter().chain(paths) {
            shown.extend(place.around(&path));
            shown.extend(path.canonicalize().into_iter().flat_map(|real| place.around(&real)));
        }
        shown.retain(|path| path.is_absolute() && !is_of_system(path));
        View { shown, hidden: Some(hidden), folder: folder.to_path_buf() }
    }

    /// What a compiler is to see that builds the course in this folder: that, Rust, what was downloaded for it, and
    /// whatever the folders of PATH belong to; but no key of the user's.
    pub(super) fn of_build(course: &Path, target: &Path) -> View {
        let home = env::home_dir().unwrap_or_default();
        let place = Place { home: home.clone(), hidden: PathBuf::new() };
        let set =
            |name: &str, usually: &str| env::var_os(name).map_or(home.join(usually), PathBuf::from);
        let (cargo, rustup) = (set("CARGO_HOME", ".cargo"), set("RUSTUP_HOME", ".rustup"));
        let of_cargo =
            ["bin", "registry", "git", "config", "config.toml"].map(|name| cargo.join(name));
        // Files in all folders above say how cargo builds.
        let above = course.ancestors().map(|folder| folder.join(".cargo"));
        let above =
            above.flat_map(|folder| ["config", "config.toml"].map(|name| folder.join(name)));
        let own = env::var_os("CARGO").map(PathBuf::from);
        let path = env::var_os("PATH").unwrap_or_default();
        let mut shown: BTreeSet<PathBuf> = [course.to_path_buf(), rustup].into();
        shown.extend(of_cargo.into_iter().chain(above));
        shown.extend(own.iter().flat_map(|cargo| place.around(cargo)));
        shown.extend(env::split_paths(&path).flat_map(|folder| place.installation(&folder)));
        shown.retain(|path| path.is_absolute() && path.exists() && !is_of_system(path));
        View { shown, hidden: None, folder: target.to_path_buf() }
    }

    /// What of it is closed to everybody but its owner and group, if anything is: a folder on the way there, a file in it.
    pub(super) fn closed(&self) -> Option<PathBuf> {
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

    /// Makes this all that this process and those that it starts will see, with their terminal if they have one, and
    /// keeps where it is.
    ///
    /// # Errors
    /// When the system lets this process mount nothing.
    pub(super) fn enter(&self, terminal: Option<&Path>) -> std::io::Result<()> {
        mounts::enter(self, terminal)
    }
}

fn is_of_system(path: &Path) -> bool {
    path == Path::new("/") || SYSTEM.iter().any(|folder| path.starts_with(folder))
}

/// What has to be known of a user's folders to tell what may be shown.
struct Place {
    home: PathBuf,
    hidden: PathBuf,
}

impl Place {
    /// What comes with a file: those beside it, which it may take in; with one of an installation, all of that. But a
    /// folder in which everything lies is not shown for one file's sake.
    fn around(&self, path: &Path) -> Vec<PathBuf> {
        let parent = path.parent().unwrap_or(path);
        let everything = [Path::new("/"), &self.home, &self.hidden, &env::temp_dir()];
        match path.is_file() && !everything.contains(&parent) {
            true if is_for_programs(parent) => self.installation(parent),
            true => vec![parent.to_path_buf()],
            false => vec![path.to_path_buf()],
        }
    }

    /// What a folder of programs belongs to, such as `~/.pyenv` for `~/.pyenv/shims`. Where many things are installed side
    /// by side, and names and keys may lie among them, it is only that folder and the libraries.
    fn installation(&self, bin: &Path) -> Vec<PathBuf> {
        if bin == self.hidden || !bin.is_dir() {
            return Vec::new();
        }
        let parent = bin.parent().unwrap_or(bin);
        let of_many =
            [Path::new("/"), &self.home, &self.home.join(".local"), &self.home.join(".cargo")];
        match is_for_programs(bin) && !of_many.contains(&parent) {
            true => vec![parent.to_path_buf()],
            false => vec![bin.to_path_buf(), parent.join("lib")],
        }
    }
}

/// Whether a folder is called as those are in which an installation has its programs.
fn is_for_programs(folder: &Path) -> bool {
    ["bin", "sbin", "shims"].iter().any(|name| folder.ends_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A home with this in it; each path is that of a file.
    fn home(files: &[&str]) -> tempfile::TempDir {
        let home = tempfile::tempdir().expect("a folder");
        for file in files {
            let file = home.path().join(file);
            fs::create_dir_all(file.parent().expect("it is in a folder")).expect("a folder");
            fs::write(file, "").expect("a file");
        }
        home
    }

    fn place(home: &tempfile::TempDir) -> Place {
        Place { home: home.path().to_path_buf(), hidden: home.path().join("course/target/debug") }
    }

    #[test]
    fn with_a_file_comes_what_is_beside_it_unless_everything_is() {
        let home = home(&["work/server.py", "server.py", "course/target/debug/ex1"]);
        let (place, at) = (place(&home), |path: &str| home.path().join(path));
        assert_eq!(place.around(&at("work/server.py")), [at("work")]);
        assert_eq!(place.around(&at("work")), [at("work")]);
        for alone in ["server.py", "course/target/debug/ex1"] {
            assert_eq!(place.around(&at(alone)), [at(alone)]);
        }
    }

    #[test]
    fn with_a_program_comes_its_installation_but_no_key_of_the_user() {
        let home = home(&["venv/bin/python", ".cargo/bin/cargo", ".local/bin/tool", "bin/tool"]);
        let (place, at) = (place(&home), |path: &str| home.path().join(path));
        assert_eq!(place.around(&at("venv/bin/python")), [at("venv")]);
        assert_eq!(place.installation(&at("venv/bin")), [at("venv")]);
        for user in [".cargo", ".local", ""] {
            let alone = [at(user).join("bin"), at(user).join("lib")];
            assert_eq!(place.installation(&at(user).join("bin")), alone);
        }
    }

    #[test]
    fn what_is_closed_to_others_is_found() {
        let home = home(&["open/server.py", "closed/server.py"]);
        let (open, closed) = (home.path().join("open"), home.path().join("closed"));
        for (path, mode) in [(home.path(), 0o755), (&open, 0o755), (&closed, 0o750)] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
        }
        let closed_of = |path: &Path| {
            let shown = BTreeSet::from([path.to_path_buf()]);
            View { shown, hidden: None, folder: PathBuf::new() }.closed()
        };
        assert_eq!(closed_of(&open), None);
        assert_eq!(closed_of(&closed), Some(closed.clone()));
        assert_eq!(closed_of(&closed.join("server.py")), Some(closed));
        let secret = open.join("server.py");
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).expect("it is ours");
        assert_eq!(closed_of(&open), Some(secret));
    }

    #[test]
    fn a_program_of_the_course_comes_alone_and_a_command_with_where_it_is_started() {
        let own = env::current_exe().expect("its path");
        let (built, here) = (own.with_file_name("ex1"), env::current_dir().expect("a folder"));
        let view = View::of(Command::new(&built).arg("--port"), Path::new("/tmp/own"));
        assert!(!view.shown.contains(&here), "{view:?}");
        let view = View::of(Command::new("sh").env("PATH", "/usr/bin"), Path::new("/tmp/own"));
        assert_eq!(view.shown, BTreeSet::from([here]));
        assert_eq!(view.hidden.as_deref(), own.parent());
    }
}

#[cfg(target_os = "linux")]
mod mounts {
    use std::collections::BTreeMap;
    use std::fs::{self, File};
    use std::io;
    use std::os::fd::OwnedFd;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::{Path, PathBuf};

    use rustix::fs::{CWD, StatVfsMountFlags, fstatvfs};
    use rustix::mount::{
        MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags, mount,
        mount_change, mount_remount, move_mount, open_tree, unmount,
    };
    use rustix::process::{geteuid, pivot_root};

    use crate::sandbox::view::{SYSTEM, View, is_of_system};

    /// Devices that keep nothing. `/dev/tty` is the terminal of whoever opens it.
    const DEVICES: [&str; 6] =
        ["/dev/full", "/dev/null", "/dev/random", "/dev/tty", "/dev/urandom", "/dev/zero"];

    /// How large shared memory may become: as much as a container has. It ends with the program.
    const SHARED_MEMORY: &str = "size=64m,mode=1777";
    /// Folders of the view itself have next to nothing in them.
    const FOLDERS: &str = "size=1m,mode=755";

    /// What stands at a path of the view.
    enum Piece {
        /// What stands there now, and whether it can be written.
        Shown(OwnedFd, bool),
        /// A link to this.
        Link(PathBuf),
        /// An empty folder, which stays so.
        Empty,
    }

    pub(super) fn enter(view: &View, terminal: Option<&Path>) -> io::Result<()> {
        let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
        mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
        let mut pieces = BTreeMap::new(); // a folder comes before what is in it
        for path in SYSTEM.map(Path::new) {
            if let Some(piece) = piece_of_system(path) {
                pieces.insert(path.to_path_buf(), piece);
            }
        }
        for path in closed_to_others() {
            let nothing =
                if path.is_dir() { Some(Piece::Empty) } else { shown("/dev/null", false) };
            pieces.extend(nothing.map(|nothing| (path, nothing)));
        }
        for path in &view.shown {
            pieces.extend(shown(path, false).map(|piece| (path.clone(), piece)));
        }
        let is_seen = |hidden: &&PathBuf| {
            is_of_system(hidden) || view.shown.iter().any(|path| hidden.starts_with(path))
        };
        if let Some(hidden) = view.hidden.as_ref().filter(is_seen) {
            pieces.insert(hidden.clone(), Piece::Empty);
        }
        for path in DEVICES.iter().map(Path::new).chain(terminal) {
            pieces.extend(shown(path, true).map(|piece| (path.to_path_buf(), piece)));
        }
        let folder = clone_of(&view.folder)?;
        pieces.insert(view.folder.clone(), Piece::Shown(folder, true));
        let processes = clone_of(Path::new("/proc"))?;

        // The new root is put together where the folder for temporary files was, which stands open.
        let root = &view.folder;
        mount_tmpfs(root, FOLDERS)?;
        let place = |path: &Path| root.join(path.strip_prefix("/").unwrap_or(path));
        for (path, piece) in &pieces {
            put(&place(path), piece)?;
        }
        for (path, _) in pieces.iter().filter(|(_, piece)| matches!(piece, Piece::Empty)) {
            mount_remount(place(path), MountFlags::BIND | READ_ONLY, c"")?;
        }
        let device = |name: &str| root.join("dev").join(name);
        for (name, target) in
            [("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")]
        {
            symlink(Path::new("/proc/self").join(target), device(name))?;
        }
        fs::create_dir_all(device("shm"))?;
        mount_tmpfs(&device("shm"), SHARED_MEMORY)?;
        put_processes(&root.join("proc"), processes)?;
        let _ = fs::create_dir_all(place(&here)); // where nothing is shown, it is an empty folder
        mount_remount(root, MountFlags::BIND | READ_ONLY, c"")?;

        std::env::set_current_dir(root)?;
        pivot_root(".", ".")?;
        unmount(".", UnmountFlags::DETACH)?;
        std::env::set_current_dir(here).or_else(|_| std::env::set_current_dir("/"))
    }

    const READ_ONLY: MountFlags =
        MountFlags::RDONLY.union(MountFlags::NOSUID).union(MountFlags::NODEV);

    /// A copy of what is mounted at a path, with all that is mounted in it. Nobody sees it yet.
    fn clone_of(path: &Path) -> io::Result<OwnedFd> {
        let flags = OpenTreeFlags::OPEN_TREE_CLONE
            | OpenTreeFlags::OPEN_TREE_CLOEXEC
            | OpenTreeFlags::AT_RECURSIVE;
        Ok(open_tree(CWD, path, flags)?)
    }

    fn shown(path: impl AsRef<Path>, is_writable: bool) -> Option<Piece> {
        Some(Piece::Shown(clone_of(path.as_ref()).ok()?, is_writable))
    }

    /// Some of a system's folders are links to others, `/bin` to `usr/bin`.
    fn piece_of_system(path: &Path) -> Option<Piece> {
        match fs::read_link(path) {
            Ok(target) => Some(Piece::Link(target)),
            Err(_) => path.is_dir().then(|| shown(path, false)).flatten(),
        }
    }

    /// What root could read of the system's settings and others could not: passwords and keys.
    fn closed_to_others() -> Vec<PathBuf> {
        if !geteuid().is_root() {
            return Vec::new();
        }
        let entries = |folder| fs::read_dir(folder).into_iter().flatten().flatten();
        let is_closed = |entry: &fs::DirEntry| {
            entry
                .metadata()
                .is_ok_and(|data| !data.is_symlink() && data.permissions().mode() & 0o004 == 0)
        };
        entries("/etc").chain(entries("/etc/ssl")).filter(is_closed).map(|e| e.path()).collect()
    }

    fn mount_tmpfs(path: &Path, options: &str) -> io::Result<()> {
        let options = std::ffi::CString::new(options)?;
        let flags = MountFlags::NOSUID | MountFlags::NODEV;
        Ok(mount("tmpfs", path, "tmpfs", flags, Some(options.as_c_str()))?)
    }

    fn put(path: &Path, piece: &Piece) -> io::Result<()> {
        match piece {
            Piece::Link(target) => make_folder(path).and_then(|()| symlink(target, path)),
            Piece::Empty => {
                fs::create_dir_all(path)?;
                mount_tmpfs(path, FOLDERS) // and nothing can be put there once all else is in its place
            }
            Piece::Shown(tree, is_writable) => {
                let flags = fstatvfs(tree)?.f_flag;
                let is_folder = File::from(tree.try_clone()?).metadata()?.is_dir();
                make_place(path, is_folder)?;
                move_mount(tree, c"", CWD, path, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)?;
                let is_device = *is_writable && !is_folder;
                if is_device {
                    return Ok(());
                }
                let flags = kept(flags)
                    | if *is_writable { MountFlags::NOSUID | MountFlags::NODEV } else { READ_ONLY };
                Ok(mount_remount(path, MountFlags::BIND | flags, c"")?)
            }
        }
    }

    /// Makes something to be mounted on, unless it is there.
    fn make_place(path: &Path, is_folder: bool) -> io::Result<()> {
        if is_folder {
            return fs::create_dir_all(path);
        }
        make_folder(path)?;
        if !path.exists() {
            File::create(path)?;
        }
        Ok(())
    }

    /// Makes the folder that something is in.
    fn make_folder(path: &Path) -> io::Result<()> {
        fs::create_dir_all(path.parent().unwrap_or(path))
    }

    /// What a mount may not lose, if somebody else has mounted it.
    fn kept(flags: StatVfsMountFlags) -> MountFlags {
        let kinds = [
            (StatVfsMountFlags::RDONLY, MountFlags::RDONLY),
            (StatVfsMountFlags::NOSUID, MountFlags::NOSUID),
            (StatVfsMountFlags::NODEV, MountFlags::NODEV),
            (StatVfsMountFlags::NOEXEC, MountFlags::NOEXEC),
            (StatVfsMountFlags::NOATIME, MountFlags::NOATIME),
            (StatVfsMountFlags::NODIRATIME, MountFlags::NODIRATIME),
            (StatVfsMountFlags::RELATIME, MountFlags::RELATIME),
        ];
        let kept = kinds.into_iter().filter(|(kind, _)| flags.contains(*kind));
        kept.map(|(_, kind)| kind).collect()
    }

    /// The processes with these numbers alone. Where parts of the machine's list are covered, as in many containers, no
    /// new one can be had; then it is the machine's.
    fn put_processes(path: &Path, machines: OwnedFd) -> io::Result<()> {
        fs::create_dir_all(path)?;
        let flags = READ_ONLY | MountFlags::NOEXEC;
        if mount("proc", path, "proc", flags, None).is_ok() {
            return Ok(());
        }
        put(path, &Piece::Shown(machines, false))
    }
}

#[cfg(not(target_os = "linux"))]
mod mounts {
    use std::io::{self, ErrorKind};
    use std::path::Path;

    use crate::sandbox::view::View;

    pub(super) fn enter(_view: &View, _terminal: Option<&Path>) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }
}
