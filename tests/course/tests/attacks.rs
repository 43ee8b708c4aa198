//! Attacks by a program that is checked, on machines that protect the checker more or less: each is stopped, or stands
//! in the list of those that are not.

#![cfg(target_os = "linux")] // elsewhere there is no such protection

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::process::Command;

use course_tests::hostile::{HOSTILE, Run, is_contained, of_one_run};
use course_tests::machine::Machine;
use course_tests::run::{checker, run, step};
use rustix::fs::{Mode, OFlags};
use rustix::pty::OpenptFlags;

/// What each program tries, as it tells.
const ATTACKS: [(&str, &[&str]); 6] = [
    ("looks-into-the-checker", &["write memory", "read environment", "find files"]),
    ("ends-the-checker", &["end the checker", "stop the checker"]),
    ("writes-everywhere", &["make a file", "move a file", "link a file", "remove its folder"]),
    (
        "asks-the-kernel",
        &[
            "find a world of its own",
            "mount a file system",
            "limit the checker",
            "hand on its rights",
            "open a raw socket",
            "make a file in memory",
        ],
    ),
    (
        "looks-around",
        &[
            "read a secret",
            "call a service",
            "see the checker",
            "read a password",
            "see a reference solution",
        ],
    ),
    ("fills-shared-memory", &["fill shared memory"]),
];

/// What is not stopped if files alone are protected.
const LEFT_BY_PARTIAL: [&str; 6] = [
    "call a service",
    "fill shared memory",
    "read a password", // by root
    "read a secret",
    "see a reference solution",
    "see the checker",
];

/// What all attacks have come to on a machine: those that were not stopped. In each run the program must tell of
/// every one, and the checker comes to its verdict.
fn not_stopped(machine: Machine) -> BTreeSet<&'static str> {
    let elsewhere = tempfile::NamedTempFile::new().expect("a file");
    let service = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let mut left = BTreeSet::new();
    let mut total = 0;
    for (thing, attacks) in ATTACKS {
        let folder = tempfile::tempdir().expect("a folder");
        let bait = |name: &str, text: String| fs::write(folder.path().join(name), text);
        bait("secret", elsewhere.path().display().to_string()).expect("a file");
        bait("service", service.local_addr().expect("its address").to_string()).expect("a file");
        let options = ["--patience", "0.5", "--verbose"];
        let tag = folder.path().file_name().expect("its name").display().to_string();
        let text = of_one_run(Run::within(folder, machine.checker(), thing, &options));
        remove_from_shared_memory(&tag);
        if thing == "writes-everywhere" {
            // It must be able to.
            assert!(text.contains("could write its own"), "{text}");
            assert!(text.contains("could write to a device"), "{text}");
        }
        for attack in attacks {
            total += 1;
            let (stopped, succeeded) = (format!("could not {attack}"), format!("could {attack}"));
            assert!(text.contains(&stopped) != text.contains(&succeeded), "{attack}: {text}");
            left.extend(text.contains(&succeeded).then_some(*attack));
        }
    }
    let _ = writeln!(io::stderr(), "{machine:?}: {} of {total} stopped", total - left.len());
    left
}

#[test]
fn all_attacks_are_stopped_where_programs_have_namespaces() {
    all_are_stopped(Machine::AsItIs);
}

#[test]
fn all_attacks_are_stopped_in_a_container_with_namespaces() {
    all_are_stopped(Machine::RootOfContainer);
}

fn all_are_stopped(machine: Machine) {
    if machine.protection("full").is_some() {
        assert_eq!(not_stopped(machine), BTreeSet::new());
    }
}

#[test]
fn attacks_on_files_and_processes_are_stopped_without_namespaces() {
    files_and_processes_are_safe(Machine::WithoutNamespaces);
}

#[test]
fn attacks_on_files_and_processes_are_stopped_in_a_strict_container() {
    files_and_processes_are_safe(Machine::RootOfStrictContainer);
}

fn files_and_processes_are_safe(machine: Machine) {
    if let Some(protection) = machine.protection("partial") {
        let is_nobodys = machine == Machine::RootOfStrictContainer;
        assert_eq!(protection.contains("; run by nobody"), is_nobodys, "{protection}");
        let left = not_stopped(machine);
        assert!(left.is_subset(&BTreeSet::from(LEFT_BY_PARTIAL)), "{left:?}");
    }
}

#[test]
fn what_is_in_shared_memory_ends_with_its_program() {
    if Machine::AsItIs.protection("full").is_some() {
        let folder = tempfile::tempdir().expect("a folder");
        let tag = folder.path().file_name().expect("its name").display().to_string();
        let options = ["--patience", "0.5", "--verbose"];
        of_one_run(Run::within(folder, checker(), "fills-shared-memory", &options));
        assert_eq!(remove_from_shared_memory(&tag), 0);
    }
}

/// What is handed in may have links in it, to a reference solution, say.
#[test]
fn a_link_in_what_was_handed_in_leads_nowhere() {
    if Machine::AsItIs.protection("full").is_some() {
        let handed_in = tempfile::tempdir().expect("a folder");
        let solution = HOSTILE.with_file_name("ex3_threads_solution"); // it was just checked
        symlink(solution, handed_in.path().join("link")).expect("a link");
        let script = "#!/bin/sh\nexec ./link \"$@\"\n";
        fs::write(handed_in.path().join("script"), script).expect("a file");
        for command in ["./link", "sh script link", "sh ./script ./link"] {
            let mut checker = checker();
            checker.current_dir(handed_in.path()).args(["check", "ex3", "--json", "--program"]);
            let output = run(checker.arg(command));
            assert_eq!(output.json()["points"].as_f64(), Some(0.0), "{command}: {output}");
        }
    }
}

/// Somebody on the machine has the port that is written into the program.
#[test]
fn a_port_that_is_taken_on_the_machine_is_free_on_a_network_of_its_own() {
    if Machine::AsItIs.protection("full").is_some() {
        let _taken = TcpListener::bind("127.0.0.1:8080"); // or another test has it
        let command = format!("{} hangs 8080 name", HOSTILE.display());
        let text = step(&["check", "ex1", "--server", &command, "--patience", "0.5"]).with(1);
        assert!(text.stdout.contains("nothing was printed"), "{text}");
        assert!(!text.stdout.contains("is taken"), "{text}");
    }
}

/// Removes what a program has left there, if it was started for this. Returns how many files that were.
fn remove_from_shared_memory(tag: &str) -> usize {
    let files = fs::read_dir("/dev/shm").into_iter().flatten().flatten();
    let is_left = |file: &fs::DirEntry| {
        file.file_name().to_string_lossy().starts_with(&format!("hostile-{tag}"))
    };
    files.filter(is_left).map(|file| fs::remove_file(file.path()).expect("it is ours")).count()
}

/// Without namespaces it is gone before it can be ended: then the checker waits for a moment and says so.
#[test]
fn a_program_that_goes_from_one_process_to_the_next() {
    if Machine::AsItIs.protection("full").is_some() {
        is_contained("hops", &["--patience", "0.5"], "but nothing was printed within 1 s");
    }
}

#[test]
fn a_program_that_closes_its_folders() {
    is_contained("closes-folders", &["--patience", "0.5"], "but nothing was printed within 1 s");
}

#[test]
fn a_program_that_joins_the_checkers_own_group() {
    let expected = "but nothing was printed within 1 s";
    is_contained("joins-the-checker", &["--patience", "0.5"], expected);
    // Where it succeeds, what it leaves there is known as nobody's.
    is_contained("joins-the-checker", &["--patience", "0.5", "--sandbox", "off"], expected);
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
fn what_is_in_force_is_told() {
    let check = |how: &str| step(&["check", "ex3", "--solutions", "--sandbox", how]);
    let json = step(&["check", "ex3", "--solutions", "--json"]).with(0).json();
    let protection = json["protection"].as_str().expect("a text");
    let auto = check("auto").with(0);
    assert!(auto.stdout.contains(&format!("\nProtection: {protection}\n")), "{auto}{protection}");
    let off = check("off").with(0);
    assert!(off.stdout.contains("\nProtection: none (--sandbox off)\n"), "{off}");
    let is_none = protection.starts_with("none (");
    let required = check("require").with(if is_none { 2 } else { 0 });
    let told = if is_none { &required.stderr } else { &required.stdout };
    assert!(told.contains(protection), "{required}{protection}");
}
