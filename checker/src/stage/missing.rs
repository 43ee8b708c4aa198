//! What a command in any language needs, and this machine does not have or the person who typed it has mistyped: a
//! module, a library, the file of the program itself. That is no fault of the program's. Of a module, it cannot be told
//! whether it should have been handed in; so the check's points stay open, and a person decides.

use crate::sandbox::process::Exit;
use crate::stage::show::visible;

/// What Java and Node say of it, with status 1.
const MISSED: [&str; 3] = [
    "Error: Could not find or load main class ",
    "Error: Unable to access jarfile ",
    "Error: Cannot find module ",
];

/// What a program has missed, if it ended for that, in the words of its language.
pub(super) fn missed(exit: Exit, log: &str) -> Option<String> {
    let last = log.lines().rfind(|line| !line.trim().is_empty())?.trim();
    let line_with = |words: &&str| log.lines().find(|line| line.contains(*words));
    let line = match exit {
        // Python, of a module, of one that is the program (`-m`), and of the program's file
        Exit::Status(1) if last.starts_with("ModuleNotFoundError: ") => Some(last),
        Exit::Status(1) if last.starts_with('/') && last.contains(": No module named ") => {
            Some(last)
        }
        Exit::Status(2) if last.contains("can't open file ") => Some(last),
        // A shell or `env`, of the program
        Exit::Status(127) => Some(last),
        // The system, of a library
        Exit::Status(_) if last.contains("cannot open shared object file") => Some(last),
        Exit::Status(1) => MISSED.iter().find_map(line_with),
        Exit::Status(_) | Exit::Signal(_) => None,
    };
    let line = visible(line?.trim());
    Some(format!("something is missing, on this machine or in what was handed in: {line}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_and_what_goes_wrong_is_not() {
        let (failed, wrong_usage) = (Exit::Status(1), Exit::Status(2));
        let python = "Traceback (most recent call last):\n  File \"a.py\", line 1\nModuleNotFoundError: No module named 'google'\n";
        let told = missed(failed, python).expect("a module is missing");
        assert!(told.ends_with(": ModuleNotFoundError: No module named 'google'"), "{told}");
        for (exit, log) in [
            (
                wrong_usage,
                "python3: can't open file '/a.py': [Errno 2] No such file or directory\n",
            ),
            (failed, "/usr/bin/python3: No module named server\n"),
            (failed, "Error: Could not find or load main class Server\nCaused by: x\n"),
            (
                failed,
                "node:internal:1\n  throw err;\nError: Cannot find module '/a.js'\n\nNode.js v20\n",
            ),
            (Exit::Status(127), "sh: 1: pyhton3: not found\n"),
            (failed, "ImportError: libx.so.1: cannot open shared object file: No such file\n"),
        ] {
            let told = missed(exit, log).unwrap_or_else(|| panic!("{log}"));
            assert!(log.contains(told.split_once(": ").expect("two parts").1), "{told}");
        }
        for (exit, log) in [
            (failed, "FileNotFoundError: [Errno 2] No such file or directory: 'users.txt'\n"),
            (failed, "ImportError: cannot import name 'x' from 'y'\n"),
            (Exit::Signal(9), python),
            (Exit::Status(0), python),
            (failed, ""),
        ] {
            assert_eq!(missed(exit, log), None, "{log}");
        }
    }
}
