//! Puts together what a program sees, of mounts (<https://man7.org/linux/man-pages/man7/mount_namespaces.7.html>), and
//! makes that the root of all files.

#[cfg(target_os = "linux")]
pub(super) use linux::enter;

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::fs::{self, File};
    use std::io;
    use std::os::fd::OwnedFd;
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};

    use rustix::fs::{CWD, StatVfsMountFlags, fstatvfs};
    use rustix::mount::{
        MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags, mount,
        mount_change, mount_remount, move_mount, open_tree, unmount,
    };
    use rustix::process::pivot_root;

    use crate::sandbox::places::SYSTEM;
    use crate::sandbox::view::View;

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

    /// Makes a view all that this process and those that it starts will see, with the folder that they may write to and
    /// their terminal if they have one, and keeps where it is.
    ///
    /// # Errors
    /// When the system lets this process mount nothing.
    pub(in crate::sandbox) fn enter(
        view: &View,
        folder: &Path,
        terminal: Option<&Path>,
    ) -> io::Result<()> {
        let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
        mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
        let mut pieces = BTreeMap::new(); // a folder comes before what is in it
        for path in SYSTEM.map(Path::new) {
            if let Some(piece) = piece_of_system(path) {
                pieces.insert(path.to_path_buf(), piece);
            }
        }
        for path in &view.closed {
            let nothing =
                if path.is_dir() { Some(Piece::Empty) } else { shown("/dev/null", false) };
            pieces.extend(nothing.map(|nothing| (path.clone(), nothing)));
        }
        for path in &view.shown {
            pieces.extend(shown(path, false).map(|piece| (path.clone(), piece)));
        }
        pieces.extend(view.links.iter().map(|(path, to)| (path.clone(), Piece::Link(to.clone()))));
        pieces.extend(view.hidden.iter().map(|path| (path.clone(), Piece::Empty)));
        for path in DEVICES.iter().map(Path::new).chain(terminal) {
            pieces.extend(shown(path, true).map(|piece| (path.to_path_buf(), piece)));
        }
        pieces.insert(folder.to_path_buf(), Piece::Shown(clone_of(folder)?, true));
        let processes = clone_of(Path::new("/proc"))?;

        // The new root is put together where the folder for temporary files was, which stands open.
        let root = folder;
        mount_tmpfs(root, FOLDERS)?;
        let place = |path: &Path| root.join(path.strip_prefix("/").unwrap_or(path));
        let device = |name: &str| root.join("dev").join(name);
        fs::create_dir_all(device("shm"))?;
        mount_tmpfs(&device("shm"), SHARED_MEMORY)?; // the folder itself may lie in it
        for (path, piece) in &pieces {
            put(&place(path), piece)?;
        }
        for (path, _) in pieces.iter().filter(|(_, piece)| matches!(piece, Piece::Empty)) {
            mount_remount(place(path), MountFlags::BIND | READ_ONLY, c"")?;
        }
        for (name, target) in
            [("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")]
        {
            symlink(Path::new("/proc/self").join(target), device(name))?;
        }
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

    /// The list of the processes in this pid namespace alone. Where parts of the machine's list are covered, as in many containers, no
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
pub(super) fn enter(
    _view: &crate::sandbox::view::View,
    _folder: &std::path::Path,
    _terminal: Option<&std::path::Path>,
) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
