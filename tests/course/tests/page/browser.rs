//! A browser that a test drives: Chromium or Chrome, without a window.
//!
//! It speaks the DevTools protocol (<https://chromedevtools.github.io/devtools-protocol/>) over two pipes: JSON, with a
//! zero byte behind each message. When this process ends, however it does, the pipes are closed, and so the browser ends too.

use std::env;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use course_tests::DEADLINE;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;

/// What a browser may be called.
const NAMES: &[&str] = &["chromium", "google-chrome-stable", "google-chrome", "chrome"];

/// It shows a page of ours, and does nothing else: no sandbox (root has none, and a container may not allow it), nothing
/// fetched in the background, and no address found for any name.
const OPTIONS: &[&str] = &[
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-first-run",
    "--no-default-browser-check",
];

/// It reads commands on descriptor 3, and writes on 4.
const START: &str = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null"#;

/// How long it may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where a browser is, if there is one on PATH.
pub fn find() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    let paths = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    paths.into_iter().find(|path| path.is_file())
}

/// A running browser. It ends when it is dropped.
pub struct Browser {
    process: Child,
    commands: Option<ChildStdin>,
    messages: Receiver<Value>,
    events: Vec<Value>,
    last_id: u64,
    profile: TempDir,
}

impl Browser {
    /// Starts it with a profile of its own, a folder in `folder`, which goes when it ends.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(path: &Path, folder: &Path) -> Browser {
        fs::create_dir_all(folder).expect("a folder is made");
        let profile = TempDir::with_prefix_in("profile-", folder).expect("a folder is made");
        let log = File::create(profile.path().join("log")).expect("a file is made");
        let mut process = Command::new("sh")
            .args(["-c", START])
            .arg(path)
            .args(OPTIONS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .process_group(0)
            .spawn()
            .expect("a shell is started");
        let commands = process.stdin.take();
        let messages = read(process.stdout.take().expect("it is piped"));
        Browser { process, commands, messages, events: Vec::new(), last_id: 0, profile }
    }

    /// Runs a command of the protocol: of a page, or without one, of the browser.
    ///
    /// # Errors
    /// When the browser refuses it.
    ///
    /// # Panics
    /// When it does not answer within [`DEADLINE`].
    pub fn call(
        &mut self,
        page: Option<&str>,
        method: &str,
        parameters: Value,
    ) -> Result<Value, String> {
        self.last_id += 1;
        let mut command = json!({ "id": self.last_id, "method": method, "params": parameters });
        if let Some(page) = page {
            command["sessionId"] = json!(page);
        }
        let bytes = format!("{command}\0");
        let sent =
            self.commands.as_mut().is_some_and(|pipe| pipe.write_all(bytes.as_bytes()).is_ok());
        if !sent {
            self.fail(&format!("does not take {method}"));
        }
        let deadline = Instant::now() + DEADLINE;
        loop {
            let mut message = self.next(deadline, method);
            if message["id"] != self.last_id {
                self.events.push(message);
                continue;
            }
            return match message["error"].take() {
                Value::Null => Ok(message["result"].take()),
                error => Err(format!("the browser refuses {command}: {error}")),
            };
        }
    }

    /// Waits for an event of a page, of which it is known by its parameters.
    ///
    /// # Panics
    /// When it does not come within [`DEADLINE`].
    pub fn wait_for(&mut self, page: &str, method: &str, is_it: impl Fn(&Value) -> bool) {
        let is_it = |event: &Value| {
            event["sessionId"] == page && event["method"] == method && is_it(&event["params"])
        };
        let deadline = Instant::now() + DEADLINE;
        while !self.events.iter().any(is_it) {
            let message = self.next(deadline, method);
            self.events.push(message);
        }
    }

    /// The parameters of all events of this kind that have come from a page.
    pub fn events(&self, page: &str, method: &str) -> Vec<Value> {
        let of_page = |event: &&Value| event["sessionId"] == page && event["method"] == method;
        self.events.iter().filter(of_page).map(|event| event["params"].clone()).collect()
    }

    /// Forgets the events of a page.
    pub fn forget(&mut self, page: &str) {
        self.events.retain(|event| event["sessionId"] != page);
    }

    fn next(&mut self, deadline: Instant, awaited: &str) -> Value {
        let left = deadline.saturating_duration_since(Instant::now());
        match self.messages.recv_timeout(left) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => {
                self.commands = None; // what is asked next fails at once
                self.fail(&format!("does not answer {awaited} within {DEADLINE:?}"))
            }
            Err(RecvTimeoutError::Disconnected) => {
                self.fail(&format!("has ended before {awaited}"))
            }
        }
    }

    fn fail(&self, what: &str) -> ! {
        let log = fs::read_to_string(self.profile.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        panic!("the browser {what}\n{}", lines[lines.len().saturating_sub(10)..].join("\n"));
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.commands = None;
        let deadline = Instant::now() + PATIENCE;
        let left = || deadline.saturating_duration_since(Instant::now());
        while self.messages.recv_timeout(left()).is_ok() {}
        // It is not reaped yet, so its number is still that of its group: of all that it has started.
        let _ = kill_process_group(Pid::from_child(&self.process), Signal::KILL);
        let _ = self.process.wait();
    }
}

/// What comes from the browser, until it closes its end.
fn read(pipe: ChildStdout) -> Receiver<Value> {
    let (sender, receiver) = mpsc::channel();
    let read = move || {
        for bytes in BufReader::new(pipe).split(0).map_while(Result::ok) {
            let Ok(message) = serde_json::from_slice(&bytes) else { return };
            if sender.send(message).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().name("browser".to_string()).spawn(read).expect("a thread is started");
    receiver
}
