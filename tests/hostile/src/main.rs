//! Does one thing that no program that is checked should do: `hostile THING PORT NAME`. The name is there to be
//! found in a list of processes; whatever is started in turn has it too.

use std::fs::{self, File};
use std::io::{self, Write};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, exit};
use std::time::Duration;
use std::{env, thread};

use rustix::process::Signal;

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
            let checker = rustix::process::getppid().expect("it has one").as_raw_pid();
            let memory = File::options().write(true).open(format!("/proc/{checker}/mem"));
            told("write memory", memory);
            told("read environment", fs::read(format!("/proc/{checker}/environ")));
            told("find files", fs::read_link(format!("/proc/{checker}/fd/0")));
            let _listener = listen()?;
            sleep()
        }
        "ends-the-checker" => {
            let checker = rustix::process::getppid().expect("it has one");
            let killed = rustix::process::kill_process(checker, Signal::KILL);
            told("end the checker", killed.map_err(io::Error::from));
            let _listener = listen()?;
            sleep()
        }
        "asks-the-kernel" => {
            use rustix::net::{AddressFamily, SocketType, ipproto, socket};
            let unshared = Command::new("unshare").args(["--map-root-user", "true"]).status()?;
            let unshared = unshared.success().then_some(()).ok_or(io::ErrorKind::PermissionDenied);
            told("find a world of its own", unshared.map_err(io::Error::from));
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
            for _ in 0..2_000 {
                fs::create_dir("d")?;
                env::set_current_dir("d")?;
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
