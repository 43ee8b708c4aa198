//! A program that is checked can do no harm, and nothing that a check starts outlives it, whichever way it ends:
//! no process, no socket, no temporary file.

#![cfg(target_os = "linux")] // where a test can list them

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use course_tests::play::build_binary;
use course_tests::run::{Ended, checker, step};
use course_tests::system::{command_lines, ports_in_use};
use course_tests::{root, wait_for, wait_until};
use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal};
use rustix::pty::OpenptFlags;
use tempfile::TempDir;

static HOSTILE: LazyLock<PathBuf> =
    LazyLock::new(|| build_binary("hostile", "hostile").expect("it compiles"));

/// One run of the checker on `hostile`, with a folder for temporary files that has nothing else in it. The path
/// of the folder is the name by which its processes are found.
struct Run {
    folder: TempDir,
    ports_before: BTreeSet<u16>,
    checker: Child,
}

/// How long the system keeps a connection that has ended.
const TIME_WAIT: Duration = Duration::from_secs(60);

impl Run {
    fn of(thing: &str, options: &[&str]) -> Run {
        Run::by(checker(), thing, options)
    }

    fn by(mut command: Command, thing: &str, options: &[&str]) -> Run {
        let folder = tempfile::tempdir().expect("a folder");
        let (hostile, name) = (HOSTILE.display(), folder.path().display());
        command.current_dir(root()).env("TMPDIR", folder.path());
        command.args(["check", "ex1", "--server", &format!("{hostile} {thing} {{port}} {name}")]);
        command.args(options).stdout(Stdio::piped()).stderr(Stdio::piped());
        let ports_before = ports_in_use();
        let checker = command.spawn().expect("it starts");
        Run { folder, ports_before, checker }
    }

    /// The command lines of its processes that still run, apart from the checker.
    fn processes(&self) -> Vec<String> {
        let name = self.folder.path().display().to_string();
        let is_its_own = |line: &String| line.contains(&name) && !line.contains(" check ");
        command_lines().into_iter().filter(is_its_own).collect()
    }

    /// Waits for the checker, and makes sure that nothing is left of what it has started.
    fn end(mut self) -> Ended {
        wait_until("the checker ends", || {
            self.checker.try_wait().expect("it is a child").is_some()
        });
        assert_eq!(self.processes(), [""; 0], "processes that are left");
        let files: Vec<_> = fs::read_dir(self.folder.path()).expect("a folder").flatten().collect();
        assert!(files.is_empty(), "files that are left: {files:?}");
        let output = Ended::from(self.checker.wait_with_output().expect("it has ended"));
        let ports = output.stdout.lines().filter_map(|line| {
            let (_, arguments) = line.split_once(" $ ")?;
            arguments.split_whitespace().nth(2)?.parse().ok()
        });
        // From 32768 on the system hands them out: a client of another test may have got one.
        let is_its_own = |port: &u16| *port < 32_768 && !self.ports_before.contains(port);
        let ports: BTreeSet<u16> = ports.filter(is_its_own).collect();
        // Another test may use such a port meanwhile. And what the system keeps for a minute (TIME_WAIT) cannot be
        // freed when somebody else has been given the other side's port.
        wait_for(TIME_WAIT * 2, &format!("no socket is left on the ports {ports:?}"), || {
            ports.is_disjoint(&ports_in_use())
        });
        output
    }
}

/// Checks the program that does this thing, and demands that the report says `expected`, in one line.
fn is_contained(thing: &str, options: &[&str], expected: &str) {
    ends_well(Run::of(thing, options), expected);
}

fn ends_well(run: Run, expected: &str) {
    let Ended { stdout: text, stderr: errors, .. } = run.end().with(1);
    // The report wraps its lines.
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(words.join(" ").contains(expected), "{text}");
    let is_one_word = |line: &str| line.contains("{port}"); // of a command that can be pasted
    let fits = |line: &str| line.chars().count() <= 80 || is_one_word(line);
    assert!(text.lines().all(fits), "{text}");
    let is_harmless = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
    assert!(text.chars().chain(errors.chars()).all(is_harmless), "{text:?}{errors:?}");
}

#[test]
fn a_program_that_never_listens() {
    let expected = "connection refused; the server has not begun to listen within 2 s";
    is_contained("never-listens", &["--patience", "0.2"], expected);
}

#[test]
fn a_program_that_listens_on_another_port() {
    is_contained("listens-elsewhere", &["--patience", "0.2"], "; the server listens on port ");
}

#[test]
fn a_program_that_exits_at_once() {
    is_contained("exits", &[], "connection refused; the server has ended with status 3");
}

#[test]
fn a_program_that_hangs_forever() {
    is_contained("hangs", &["--patience", "0.5"], "but nothing was printed within 1 s");
}

#[test]
fn a_program_that_ignores_signals() {
    is_contained("ignores-signals", &["--patience", "0.5"], "but nothing was printed within 1 s");
}

#[test]
fn a_program_whose_children_outlive_it() {
    is_contained("leaves-children", &["--patience", "0.5"], "but nothing was printed within 1 s");
}

#[test]
fn a_program_that_joins_the_checkers_own_group() {
    let expected = "but nothing was printed within 1 s";
    is_contained("joins-the-checker", &["--patience", "0.5"], expected);
    // Where it succeeds, what it leaves there is known as nobody's.
    is_contained("joins-the-checker", &["--patience", "0.5", "--sandbox", "off"], expected);
}

#[test]
fn a_program_that_looks_into_the_checker() {
    let options = ["--patience", "0.5", "--verbose"];
    let text = of_one_run(Run::of("looks-into-the-checker", &options));
    for what in ["write memory", "read environment", "find files"] {
        let refused = format!("could not {what}: Permission denied (os error 13)");
        assert!(text.contains(&refused), "{refused}: {text}");
    }
}

#[test]
fn a_program_that_types_into_the_terminal_of_the_checker() {
    let (ours, theirs) = terminal();
    let within = |program: &OsStr| {
        let mut command = Command::new("setsid");
        command.args(["--ctty", "--wait"]).arg(program);
        command.stdin(theirs.try_clone().expect("a terminal"));
        command
    };
    let has_both = within("true".as_ref()).status().is_ok_and(|status| status.success())
        && Command::new("python3").arg("--version").output().is_ok();
    if !has_both {
        let _ = writeln!(io::stderr(), "skipped: it needs setsid and python3");
        return;
    }
    let text = of_one_run(Run::by(within(checker().get_program()), "types", &["--verbose"]));
    // The program has a terminal too, and that is the one that it finds as its own.
    let into_its_own = text.contains("typed into tty") || text.contains("tty refused: ");
    assert!(into_its_own && text.contains("pts refused: "), "{text}");
    rustix::io::ioctl_fionbio(&ours, true).expect("it is a terminal");
    let mut shown = String::new();
    let _ = File::from(ours).read_to_string(&mut shown); // until there is nothing more for now
    assert_eq!(shown, "", "a terminal shows what is typed");
}

/// A terminal that nobody has yet: the user's end of it, and the other.
fn terminal() -> (OwnedFd, OwnedFd) {
    let ours = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    rustix::pty::grantpt(&ours).and_then(|()| rustix::pty::unlockpt(&ours)).expect("it is ours");
    let name = rustix::pty::ptsname(&ours, Vec::new()).expect("it has a name");
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let theirs = rustix::fs::open(&name, flags, Mode::empty()).expect("it opens");
    (ours, theirs)
}

#[test]
fn a_program_does_not_get_what_the_checker_has_open() {
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"exec "$@" 7</dev/full 9>/dev/zero"#, "sh"]).arg(checker().get_program());
    let text = of_one_run(Run::by(shell, "lists-files", &["--verbose"]));
    assert!(text.contains("open: []"), "{text}");
}

#[test]
fn a_program_has_no_more_rights_than_a_user() {
    let text = of_one_run(Run::of("tells-its-rights", &["--verbose"]));
    assert!(text.contains("NoNewPrivs: 1"), "{text}");
    assert!(text.contains("CapInh: 0000000000000000"), "{text}");
    // To write another user's file, to look into another user's folder, to listen on a port below 1024.
    let kept = 1 << 1 | 1 << 2 | 1 << 10;
    for set in ["CapPrm: ", "CapEff: "] {
        let rights = text.split(set).nth(1).and_then(|text| text.split(' ').next());
        let rights = rights.and_then(|rights| u64::from_str_radix(rights, 16).ok());
        assert_eq!(rights.map(|rights| rights & !kept), Some(0), "{text}");
    }
}

#[test]
fn a_checker_that_is_killed_takes_its_programs_with_it() {
    let mut run = Run::of("hangs", &["--max-seconds", "20"]);
    wait_until("the program runs", || !run.processes().is_empty());
    run.checker.kill().and_then(|()| run.checker.wait()).expect("it is a child");
    wait_until("the program is gone", || run.processes().is_empty());
}

/// Whether this system can keep programs from files and other processes.
fn can_confine() -> bool {
    let confined = step(&["check", "ex3", "--solutions", "--sandbox", "require"]);
    if confined.code == Some(2) {
        let _ = writeln!(io::stderr(), "skipped: {}", confined.stderr);
    }
    confined.code != Some(2)
}

#[test]
fn a_program_that_ends_the_checker() {
    if can_confine() {
        let options = ["--patience", "0.5", "--verbose"];
        let text = of_one_run(Run::of("ends-the-checker", &options));
        assert!(text.contains("could not end the checker: Operation not permitted"), "{text}");
    }
}

#[test]
fn a_program_that_writes_everywhere() {
    if can_confine() {
        let options = ["--patience", "0.5", "--verbose"];
        let text = of_one_run(Run::of("writes-everywhere", &options));
        for what in ["write its own", "write to a device"] {
            assert!(text.contains(&format!("could {what}")), "{what}: {text}");
        }
        for what in ["make a file", "move a file", "link a file", "remove its folder"] {
            assert!(text.contains(&format!("could not {what}: ")), "{what}: {text}");
        }
    }
}

#[test]
fn a_program_that_asks_the_kernel_for_what_leads_out() {
    if can_confine() {
        let options = ["--patience", "0.5", "--verbose"];
        let text = of_one_run(Run::of("asks-the-kernel", &options));
        for what in ["find a world of its own", "open a raw socket", "make a file in memory"] {
            assert!(text.contains(&format!("could not {what}: ")), "{what}: {text}");
        }
    }
}

#[test]
fn what_is_in_force_is_told() {
    let check = |how: &str| step(&["check", "ex3", "--solutions", "--sandbox", how]);
    let json = step(&["check", "ex3", "--solutions", "--json"]).with(0).json();
    let protection = json["protection"].as_str().expect("a text");
    assert!(check("auto").with(0).stdout.contains(&format!("\nProtection: {protection}\n")));
    let off = check("off").with(0);
    assert!(off.stdout.contains("\nProtection: none (--sandbox off)\n"), "{off}");
    let required = check("require");
    match protection.starts_with("partial (") {
        true => assert!(required.with(0).stdout.contains(protection)),
        false => assert!(required.with(2).stderr.contains(protection)),
    }
}

/// All that the checker said of a program that has failed, in one line.
fn of_one_run(run: Run) -> String {
    let text = run.end().with(1).stdout;
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// In a container the checker's session and group may have been founded outside, and then have no number there.
#[test]
fn a_container_changes_nothing() {
    let container = ["unshare", "--map-root-user", "--fork", "--pid", "--mount-proc", "sh", "-c"]
        .map(OsStr::new);
    // All that is left ends with the container, so it is looked for before.
    let script =
        r#""$@"; status=$?; grep -l 'sleep[s]' /proc/[0-9]*/cmdline && exit 99; exit $status"#;
    let within = |program: &OsStr| {
        let mut command = Command::new(container[0]);
        command.args(&container[1..]).args([script, "sh"]).arg(program);
        command
    };
    if !within("true".as_ref()).output().is_ok_and(|output| output.status.success()) {
        let _ =
            writeln!(io::stderr(), "skipped: this machine does not let unshare make a container");
        return;
    }
    let run = Run::by(within(checker().get_program()), "leaves-children", &["--patience", "0.5"]);
    ends_well(run, "but nothing was printed within 1 s");
}

#[test]
fn a_program_that_prints_without_end() {
    is_contained("prints", &[], "printed more than 4 MiB that nobody asked for");
    is_contained("prints", &["--max-output", "1"], "printed more than 1 MiB (--max-output)");
}

#[test]
fn a_program_that_logs_without_end() {
    is_contained("logs", &[], "logged more than 4 MiB");
}

#[test]
fn a_program_that_sends_without_end() {
    is_contained("sends", &[], "sent more than 4 MiB that nobody asked for");
}

#[test]
fn a_program_that_eats_memory() {
    let options = ["--max-memory", "64"];
    is_contained("eats-memory", &options, "took more than 64 MiB of memory (--max-memory)");
}

#[test]
fn a_program_that_fills_the_disk() {
    let one = "ended by SIGXFSZ: it wrote too long a file (--max-disk)";
    is_contained("fills-the-disk", &["--max-disk", "8"], one);
    let many = "wrote more than 8 MiB to the disk (--max-disk)";
    is_contained("fills-the-disk-with-files", &["--max-disk", "8"], many);
}

#[test]
fn a_program_that_makes_folders_in_folders_in_folders() {
    let options = ["--patience", "0.5", "--max-disk", "1000"];
    is_contained("nests-folders", &options, "but nothing was printed within 1 s");
}

#[test]
fn a_program_that_opens_thousands_of_files() {
    is_contained("opens-files", &[], "had 1024 files and sockets open at once (--max-files)");
}

#[test]
fn a_program_that_starts_many_processes() {
    let options = ["--max-processes", "8"];
    let expected = "was more than 8 processes (--max-processes)";
    is_contained("starts-processes", &options, expected);
    is_contained("starts-orphans", &options, expected);
}

#[test]
fn a_program_that_starts_many_threads() {
    let options = ["--max-processes", "8"];
    is_contained("starts-threads", &options, "had more than 64 threads (--max-processes × 8)");
}

#[test]
fn a_program_with_more_busy_threads_than_processors() {
    // Its threads keep each other waiting, and the scene's clock forgives that, but not forever.
    let options = ["--max-seconds", "2", "--patience", "0.5"];
    is_contained("spins", &options, "over within 1 s (--max-seconds)");
}

#[test]
fn a_program_that_prints_terminal_escapes() {
    is_contained(
        "prints-escapes",
        &["--verbose"],
        "\\u{1b}]0;mine now\\u{7}\\u{1b}[2J\\u{9b}31m\\u{202e}",
    );
}

#[test]
fn a_check_has_an_end() {
    // The scene waits 1 s for a line and then 10 s for a connection, but not with this limit.
    let options = ["--max-seconds", "1", "--patience", "0.9"];
    is_contained("never-listens", &options, "to be over within 0.9 s (--max-seconds)");
}

#[test]
fn a_signal_ends_the_checker_and_all_that_it_has_started() {
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let run = Run::of("leaves-children", &[]);
        // The program itself and the five that it leaves, in the first scenes.
        wait_until("the programs run", || run.processes().len() >= 6);
        let checker = Pid::from_child(&run.checker);
        rustix::process::kill_process(checker, signal).expect("the checker runs");
        run.end().with(status);
    }
}
