//! Does one thing that no program that is checked should do: `hostile THING PORT NAME`. The name is there to be
//! found in a list of processes; whatever is started in turn has it too.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, exit};
use std::time::Duration;
use std::{env, thread};

use rustix::process::{Pid, Resource, Rlimit, Signal};

/// Escapes that retitle a terminal and clear it, a bell, and one that turns the direction of what follows.
const ESCAPES: &str = "\x1b]0;mine now\x07\x1b[2J\u{9b}31m\u{202e}";

/// What is written again and again.
static LINES: [u8; 64 * 1024] = {
    let mut lines = [b'x'; 64 * 1024];
    lines[79] = b'\n';
    lines[64 * 1024 - 1] = b'\n';
    lines
};

/// Types into the terminal of the checker, whose number is in `/proc` for everybody to read. What it types does nothing.
const TYPES: &str = "import fcntl, os, termios\n\
    stat = open(f'/proc/{os.getppid()}/stat').read().rsplit(')', 1)[1].split()\n\
    number = int(stat[4])\n\
    own = f'/dev/pts/{number & 0xff | number >> 12 & 0xfff00}'\n\
    for name, path in [('tty', '/dev/tty'), ('pts', own)]:\n\
    \x20   try:\n\
    \x20       with open(path, 'r+b', buffering=0) as terminal:\n\
    \x20           fcntl.ioctl(terminal, termios.TIOCSTI, b'#')\n\
    \x20           print('typed into', name)\n\
    \x20   except OSError as error:\n\
    \x20       print(name, 'refused:', error.strerror)\n";

/// How much is written in all, unless somebody puts an end to it: 10 GB.
const MUCH: usize = 10_000_000_000;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().collect();
    let [_, thing, port, name] = &arguments[..] else {
        eprintln!("usage: hostile THING PORT NAME");
        exit(2);
    };
    let listen = || TcpListener::bind(format!("127.0.0.1:{port}"));
    let again = |thing: &str| {
        let mut command = Command::new(&arguments[0]);
        command.args([thing, port, name]);
        command
    };
    match thing.as_str() {
        "never-listens" => sleep(),
        "listens-elsewhere" => {
            let _listener = TcpListener::bind("127.0.0.1:0")?;
            sleep()
        }
        "exits" => exit(3),
        "hangs" => {
            let listener = listen()?;
            let _clients: Vec<_> = listener.incoming().take(1000).collect();
        }
        "ignores-signals" => {
            let ignore = "trap '' TERM INT HUP QUIT USR1; \"$@\"";
            return Err(Command::new("sh")
                .args(["-c", ignore, "-", &arguments[0], "hangs", port, name])
                .exec());
        }
        // One in the group, one in a group of its own, one in a session of its own, and two that are orphans in
        // a group or a session of their own with no trace of where they come from.
        "leaves-children" => {
            again("sleeps").spawn()?;
            again("sleeps").process_group(0).spawn()?;
            again("leaves-session").spawn()?.wait()?;
            again("leaves-group").env_clear().spawn()?.wait()?;
            again("leaves-session").env_clear().spawn()?.wait()?;
            let _listener = listen()?;
            sleep()
        }
        "leaves-group" => {
            again("sleeps").process_group(0).spawn()?;
        }
        // It joins the group of the checker, and leaves somebody there with no trace of where they come from.
        "joins-the-checker" => {
            let checker = rustix::process::getpgid(rustix::process::getppid())?;
            let _ = rustix::process::setpgid(None, Some(checker));
            again("leaves-one").env_clear().spawn()?.wait()?;
            let _listener = listen()?;
            sleep()
        }
        "leaves-one" => {
            again("sleeps").spawn()?;
        }
        "leaves-session" => {
            rustix::process::setsid()?;
            again("sleeps").spawn()?;
        }
        "sleeps" => sleep(),
        "looks-into-the-checker" => {
            let of_checker =
                |what: &str| Ok::<_, io::Error>(format!("/proc/{}/{what}", checker(name)?));
            told(
                "write memory",
                of_checker("mem").and_then(|path| File::options().write(true).open(path)),
            );
            told("read environment", of_checker("environ").and_then(fs::read));
            told("find files", of_checker("fd/0").and_then(fs::read_link));
            let _listener = listen()?;
            sleep()
        }
        "ends-the-checker" => {
            for (what, signal) in [("end", Signal::KILL), ("stop", Signal::STOP)] {
                let sent = checker(name).and_then(|checker| {
                    let checker = Pid::from_raw(checker).ok_or(io::ErrorKind::NotFound)?;
                    Ok(rustix::process::kill_process(checker, signal)?)
                });
                told(&format!("{what} the checker"), sent);
            }
            let _listener = listen()?;
            sleep()
        }
        // The folder has the path of a file and the address of a service in it, of which the program has no business.
        "looks-around" => {
            told("read a secret", fs::read(text(name, "secret")?));
            told("call a service", TcpStream::connect(text(name, "service")?));
            let others = fs::read_dir("/proc")?.flatten().filter(|entry| {
                fs::read_to_string(entry.path().join("cmdline"))
                    .is_ok_and(|line| is_checker(&line, name))
            });
            told(
                "see the checker",
                others.map(|entry| entry.path()).next().ok_or(io::ErrorKind::NotFound.into()),
            );
            told(
                "read a password",
                fs::read("/etc/shadow").and_then(|text| {
                    if text.is_empty() {
                        Err(io::ErrorKind::PermissionDenied.into())
                    } else {
                        Ok(())
                    }
                }),
            );
            told("see a reference solution", fs::metadata(beside("ex3_threads_solution")));
            let _listener = listen()?;
            sleep()
        }
        "fills-shared-memory" => {
            // More than a single file may have, in files each of which is short enough.
            let tag = PathBuf::from(name).file_name().unwrap_or_default().display().to_string();
            let fill = |number: i32| {
                let mut file = File::create(format!("/dev/shm/hostile-{tag}-{port}-{number}"))?;
                (0..(20 << 20) / LINES.len()).try_for_each(|_| file.write_all(&LINES))
            };
            let filled = (0..4).try_for_each(fill);
            told("fill shared memory", filled);
            let _listener = listen()?;
            sleep()
        }
        // Each of them starts the next one in a session of its own, and is gone.
        "hops" => {
            again("hops-on").env_clear().spawn()?.wait()?;
            let _listener = listen()?;
            sleep()
        }
        "hops-on" => {
            let hops = env::var("HOPS").ok().and_then(|hops| hops.parse().ok()).unwrap_or(0);
            let _ = rustix::process::setsid();
            if hops < 2_000 {
                again("hops-on").env("HOPS", (hops + 1).to_string()).spawn()?;
            }
        }
        "closes-folders" => {
            for depth in ["a", "b/c"] {
                let closed = folder().join(depth);
                fs::create_dir_all(&closed)?;
                fs::write(closed.join("file"), "")?;
                fs::set_permissions(&closed, Permissions::from_mode(0o0))?;
            }
            fs::set_permissions(folder().join("b"), Permissions::from_mode(0o0))?;
            fs::set_permissions(folder(), Permissions::from_mode(0o0))?;
            let _listener = listen()?;
            sleep()
        }
        "asks-the-kernel" => {
            use rustix::net::{AddressFamily, SocketType, ipproto, socket};
            let succeeds = |command: &mut Command| match command.status() {
                Ok(status) if status.success() => Ok(()),
                Ok(_) => Err(io::ErrorKind::PermissionDenied.into()),
                Err(error) => Err(error),
            };
            let unshares = succeeds(Command::new("unshare").args(["--map-root-user", "true"]));
            told("find a world of its own", unshares);
            let mounts =
                succeeds(Command::new("mount").args(["-t", "tmpfs", "none"]).arg(folder()));
            told("mount a file system", mounts);
            let limits = checker(name).and_then(|checker| {
                let none = Rlimit { current: Some(0), maximum: Some(0) };
                #[cfg(target_os = "linux")]
                rustix::process::prlimit(Pid::from_raw(checker), Resource::Core, none)?;
                let _ = (checker, none, Resource::Core);
                Ok(())
            });
            told("limit the checker", limits);
            fs::write(folder().join("own"), "")?;
            let rights = Permissions::from_mode(0o4755);
            told("hand on its rights", fs::set_permissions(folder().join("own"), rights));
            let raw = socket(AddressFamily::INET, SocketType::RAW, Some(ipproto::ICMP));
            told("open a raw socket", raw.map_err(io::Error::from));
            #[cfg(target_os = "linux")] // elsewhere there is no such call
            {
                let flags = rustix::fs::MemfdFlags::CLOEXEC;
                let memory = rustix::fs::memfd_create("file", flags);
                told("make a file in memory", memory.map_err(io::Error::from));
            }
            let _listener = listen()?;
            sleep()
        }
        // The name is that of a folder, in which the one for temporary files is.
        "writes-everywhere" => {
            let own = folder().join("own");
            told("write its own", fs::write(&own, ""));
            told("make a file", File::create(format!("{name}/made")));
            told("move a file", fs::rename(&own, format!("{name}/moved")));
            told("link a file", fs::hard_link(&own, format!("{name}/linked")));
            told("remove its folder", fs::remove_file(&own).and(fs::remove_dir(folder())));
            told("write to a device", File::options().write(true).open("/dev/null"));
            let _listener = listen()?;
            sleep()
        }
        "types" => return Err(Command::new("python3").args(["-c", TYPES]).exec()),
        "lists-files" => {
            let mut files: Vec<_> = fs::read_dir("/dev/fd")?
                .flatten()
                .filter_map(|file| file.path().canonicalize().ok())
                .filter(|path| path.starts_with("/dev") && !path.starts_with("/dev/pts"))
                .collect();
            files.sort();
            println!("open: {files:?}");
        }
        "tells-its-rights" => {
            let status = fs::read_to_string("/proc/self/status")?;
            let told = ["NoNewPrivs:", "CapPrm:", "CapEff:", "CapInh:"];
            for line in status.lines().filter(|line| told.iter().any(|told| line.starts_with(told)))
            {
                println!("{}", line.replace('\t', " "));
            }
        }
        "prints" => write_much(io::stdout())?,
        "logs" => write_much(io::stderr())?,
        "sends" => {
            for client in listen()?.incoming() {
                thread::spawn(|| client.and_then(write_much));
            }
        }
        "eats-memory" => {
            let _listener = listen()?;
            let mut eaten = Vec::new();
            while eaten.len() < MUCH / LINES.len() {
                eaten.push(LINES.to_vec());
            }
        }
        "fills-the-disk" => {
            let _listener = listen()?;
            write_much(File::create(folder().join("much"))?)?;
        }
        "fills-the-disk-with-files" => {
            let _listener = listen()?;
            for number in 0..MUCH / LINES.len() {
                fs::write(folder().join(number.to_string()), LINES)?;
            }
        }
        "opens-files" => {
            let _listener = listen()?;
            let _files: Vec<_> = (0..100_000).map_while(|_| File::open("/dev/null").ok()).collect();
            sleep()
        }
        "starts-processes" => {
            let _listener = listen()?;
            for _ in 0..20 {
                again("sleeps").spawn()?;
            }
            sleep()
        }
        "starts-orphans" => {
            let _listener = listen()?;
            for _ in 0..20 {
                again("leaves-group").spawn()?.wait()?;
            }
            sleep()
        }
        "nests-folders" => {
            let _listener = listen()?;
            env::set_current_dir(folder())?;
            // Deeper than a process may have files open, and than a path may be long.
            for _ in 0..1_100 {
                fs::create_dir("deeper")?;
                env::set_current_dir("deeper")?;
            }
            sleep()
        }
        "starts-threads" => {
            let _listener = listen()?;
            for _ in 0..100 {
                thread::Builder::new().stack_size(16 * 1024).spawn(sleep)?;
            }
            sleep()
        }
        "spins" => {
            let _listener = listen()?;
            for _ in 0..15 {
                thread::spawn(spin);
            }
            spin()
        }
        "prints-escapes" => {
            println!("{ESCAPES}");
            eprintln!("{ESCAPES}");
            for client in listen()?.incoming() {
                client?.write_all(ESCAPES.as_bytes())?;
            }
        }
        _ => exit(2),
    }
    Ok(())
}

fn told<T>(what: &str, result: io::Result<T>) {
    match result {
        Ok(_) => println!("could {what}"),
        Err(error) => println!("could not {what}: {error}"),
    }
}

fn sleep() {
    thread::sleep(Duration::from_secs(600));
}

fn spin() {
    loop {
        std::hint::spin_loop();
    }
}

/// The number of the checker: that of a process with its command line or, where nobody else's can be seen, the parent's
/// unless that is one of the program's own.
fn checker(name: &str) -> io::Result<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut found = entries.filter_map(|entry| {
        let line = fs::read_to_string(entry.path().join("cmdline")).ok()?;
        let number = entry.file_name().to_str()?.parse().ok()?;
        is_checker(&line, name).then_some(number)
    });
    let parent = || rustix::process::getppid().map(Pid::as_raw_pid).filter(|parent| *parent != 1);
    found.next().or_else(parent).ok_or(io::ErrorKind::NotFound.into())
}

/// Whether this is the command line of the checker that checks the program of this name.
fn is_checker(line: &str, name: &str) -> bool {
    let mut words = line.split('\0');
    words.next().is_some_and(|word| word.ends_with("chatlings"))
        && words.next() == Some("check")
        && line.contains(name)
}

/// What a file in the folder of this name says.
fn text(name: &str, file: &str) -> io::Result<String> {
    fs::read_to_string(PathBuf::from(name).join(file))
}

/// A file beside this program's own.
fn beside(file: &str) -> PathBuf {
    env::current_exe().unwrap_or_default().with_file_name(file)
}

/// The folder for temporary files.
fn folder() -> PathBuf {
    env::temp_dir()
}

fn write_much(mut to: impl Write) -> io::Result<()> {
    for _ in 0..MUCH / LINES.len() {
        to.write_all(&LINES)?;
    }
    Ok(())
}
