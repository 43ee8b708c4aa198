//! What a student hands in: what is in it, that it builds and runs by itself, and what is not packed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use course_tests::copy::Copy;
use course_tests::play::find;
use course_tests::run::{Ended, run};
use course_tests::{kept, root};
use prost::Message as _;
use tempfile::TempDir;
use zip::ZipArchive;

#[path = "pack/files.rs"]
mod files;
#[path = "pack/place.rs"]
mod place;

/// A name as the handouts have it.
const NAME: &str = "Ada.Lovelace.58-1234";

fn empty_folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// All files in a folder, with what is in them.
fn files_in(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder is read") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("it is in there").display().to_string();
                files.insert(name, fs::read_to_string(&path).expect("a text"));
            }
        }
    }
    files
}

/// Packs steps into a folder.
fn pack(copy: &Copy, steps: &str, into: &Path) -> Ended {
    let mut arguments: Vec<&str> = vec!["pack", "--as", NAME, "--force", "--dir"];
    let into = into.display().to_string();
    arguments.push(&into);
    arguments.extend(steps.split(' '));
    copy.step(&arguments)
}

/// What was said on stderr, but for what cargo waits for: others may build at the same time.
fn said(output: &Ended) -> Vec<&str> {
    output.stderr.lines().filter(|line| !line.starts_with("cargo waits for another")).collect()
}

/// Nothing was packed: one line says why.
fn refuses(output: &Ended, code: i32, expected: &str) {
    assert_eq!(output.code, Some(code), "{output}");
    let said = said(output);
    assert!(said.len() == 1 && said[0].starts_with("error: "), "{output}");
    assert!(said[0].contains(expected), "{output}");
    assert_eq!(output.stdout, "", "{output}");
}

#[test]
fn each_handout_gets_what_it_asks_for_and_nothing_else() {
    const HELPERS: &[&str] = &[
        "Cargo.toml",
        "LICENSE-MIT",
        "src/args.rs",
        "src/console.rs",
        "src/lib.rs",
        "src/ports.rs",
        "src/serve.rs",
    ];
    const PROTOBUF: &[&str] = &["build.rs", "proto/chat.proto", "src/frame.rs", "src/proto.rs"];
    const ROOM: &[&str] =
        &["src/room.rs", "src/room/log.rs", "src/room/log/tests.rs", "src/room/queue.rs"];
    let copy = Copy::of_the_course();
    for (steps, folder, expected, helpers) in [
        (
            "ex1 ex2 ex3 ex4",
            "assignment-1_Ada.Lovelace.58-1234",
            &[
                "src/bin/ex1_server.rs",
                "src/bin/ex2_client.rs",
                "src/bin/ex2_server.rs",
                "src/bin/ex3_threads.rs",
                "src/bin/ex4_client.rs",
                "src/bin/ex4_server.rs",
            ][..],
            &[HELPERS, &["src/text.rs"]],
        ),
        (
            "ex6",
            "assignment-2_Ada.Lovelace.58-1234",
            &["src/bin/ex6_client.rs", "src/bin/ex6_server.rs"],
            &[HELPERS, PROTOBUF],
        ),
        (
            "ms1",
            "MS1_Ada.Lovelace.58-1234",
            &[
                "screenshots/1-in_capitals.svg",
                "screenshots/2-two_at_once.svg",
                "screenshots/3-close_socket.svg",
                "src/bin/ms1_client.rs",
                "src/bin/ms1_server.rs",
            ],
            &[HELPERS, &["src/text.rs"]],
        ),
        (
            "ms0",
            "web-technologies-1_Ada.Lovelace.58-1234",
            &["src/bin/ms0_client.rs", "src/bin/ms0_server.rs"],
            &[HELPERS, &["src/text.rs"]],
        ),
        (
            "ms3",
            "58-1234",
            &[
                "report.md",
                "screenshots/1-time_and_sender.svg",
                "screenshots/2-reaches_all_but_its_sender.svg",
                "screenshots/3-at_any_time.svg",
                "screenshots/4-leavers_harm_nobody.svg",
                "src/bin/client.rs",
                "src/bin/server.rs",
            ],
            &[HELPERS, &[&["src/text.rs"], ROOM].concat()],
        ),
    ] {
        let place = empty_folder();
        let output = pack(&copy, steps, place.path()).with(0);
        assert_eq!(said(&output), [""; 0], "{output}");
        let all = files_in(place.path());
        let inner = |path: &&str| format!("{folder}/{path}");
        let around = [".dockerignore", "Cargo.lock", "Cargo.toml", "Dockerfile", "README.md"];
        let helpers = helpers.iter().flat_map(|files| files.iter());
        let mut expected: Vec<String> = around.iter().chain(expected).map(inner).collect();
        expected.extend(helpers.map(|file| format!("{folder}/chatlings/{file}")));
        expected.sort();
        assert_eq!(all.keys().cloned().collect::<Vec<_>>(), expected, "{steps}");
        // Ours are marked, and the student's are as they lie there.
        for (path, text) in &all {
            let path = path.strip_prefix(&format!("{folder}/")).expect("all are in there");
            if path.starts_with("chatlings/src/") && !path.ends_with("lib.rs") {
                assert!(
                    text.starts_with("// A helper of the course, as it was handed out.\n"),
                    "{path}"
                );
            }
            if path.ends_with(".svg") {
                assert!(
                    text.starts_with("<svg ") && text.contains(">alice</text>"),
                    "{path}: {text}"
                );
            }
        }
        let readme = &all[&inner(&"README.md")];
        assert!(readme.contains("\nAda Lovelace, 58-1234\n"), "{readme}");
        if steps == "ms3" {
            let solved = fs::read_to_string(copy.exercise("ms3_server")).expect("the program");
            assert_eq!(all["58-1234/src/bin/server.rs"], solved);
        }
    }
}

#[test]
fn the_report_has_what_was_played_and_what_the_student_writes() {
    let (copy, place) = (Copy::of_the_course(), empty_folder());
    let report = || files_in(place.path())["58-1234/report.md"].clone();
    let output = pack(&copy, "ms3", place.path()).with(0);
    let missing = "  - report.md lacks your explanation of the source code";
    assert!(output.stdout.contains(missing), "{output}");
    let text = report();
    let port = find("ms3").and_then(|step| step.port).expect("it has one");
    for expected in [
        "Ada Lovelace, 58-1234\n",
        "**To be written, in your own words:**",
        "cargo run --bin server\n",
        &format!("| `client` | `src/bin/client.rs` | {port} | a username, then lines"),
        "![a message reaches everybody but its sender](screenshots/2-reaches_all_but_its_sender.svg)",
        "  server │ $ server --port 0\n",
        "  alice  > ",
        "  bob    │ [",
    ] {
        assert!(text.contains(expected), "no {expected:?}: {text}");
    }
    fs::write(copy.exercises().join("instant-messaging.md"), "One thread for each.\n")
        .expect("it is written");
    let output = pack(&copy, "ms3", place.path()).with(0);
    assert!(!output.stdout.contains("Before you hand it in"), "{output}");
    let text = report();
    assert!(
        text.contains("## Explanation of the source code\n\nOne thread for each.\n\n"),
        "{text}"
    );
    let output = copy.step(&[
        "pack",
        "ms3",
        "--as",
        "150150000",
        "--dir",
        &place.path().display().to_string(),
    ]);
    assert!(output.stdout.contains("  - report.md lacks your name"), "{output}");
    assert!(place.path().join("150150000/report.md").exists());
}

/// A server that was built from a packed folder.
struct Server {
    child: Child,
    stream: TcpStream,
}

impl Server {
    fn start(binary: &Path) -> Server {
        let mut command = Command::new(binary);
        command.args(["--port", "0"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}"));
        let stream = TcpStream::connect(address).expect("it listens");
        Server { child, stream }
    }

    /// Sends some bytes, and receives as many.
    fn echoes(&mut self, sent: &[u8]) {
        self.stream.write_all(sent).expect("it reads");
        let mut received = vec![0; sent.len()];
        self.stream.read_exact(&mut received).expect("it replies");
        assert_eq!(received, sent);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_zip_unpacks_to_one_folder_that_builds_on_its_own_and_runs() {
    let (copy, place) = (Copy::of_the_course(), empty_folder());
    // What is built of other packages is kept for the next time; here and on a new machine, it is built first.
    let built = kept("packed").join("target");
    let unpack = |steps: &str, folder: &str| -> PathBuf {
        let arguments =
            [&["pack", "--as", NAME], &steps.split(' ').collect::<Vec<_>>()[..]].concat();
        copy.step_in(place.path(), "", &arguments).with(0);
        let zip = place.path().join(format!("{folder}.zip"));
        let mut archive = ZipArchive::new(File::open(&zip).expect("it is there")).expect("a zip");
        for name in archive.file_names() {
            let name = name.expect("UTF-8");
            assert!(name.starts_with(&format!("{folder}/")) && !name.contains('\\'), "{name}");
        }
        // The program that most people have, where it is.
        match Command::new("unzip").arg("-tqq").arg(&zip).status() {
            Ok(status) => assert!(status.success(), "unzip does not like it"),
            Err(_) => eprintln!("not tried: unzip is not installed"),
        }
        archive.extract(place.path()).expect("it unpacks");
        place.path().join(folder)
    };
    let build = |folder: &Path| {
        let cargo = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO"));
            command.env_remove("CARGO_MANIFEST_DIR").env("CARGO_TARGET_DIR", &built);
            run(command.current_dir(folder).args(arguments)).with(0)
        };
        let name = fs::read_to_string(folder.join("Cargo.toml")).expect("it has a manifest");
        let name = name.lines().find_map(|line| line.strip_prefix("name = \"")).expect("a name");
        cargo(&[
            "clean",
            "--quiet",
            "--offline",
            "-p",
            "chatlings",
            "-p",
            name.trim_end_matches('"'),
        ]);
        cargo(&["build", "--offline"])
    };
    let text = unpack("ex3 ex4", "assignment-1_Ada.Lovelace.58-1234");
    let frames = unpack("ex6", "assignment-2_Ada.Lovelace.58-1234");
    drop(copy); // others may have it while this builds
    build(&text);
    Server::start(&built.join("debug/ex4_server")).echoes(b"bread\n");
    build(&frames);
    let message = chatlings::proto::Message { from: 7, to: 8, msg: "bread".to_string() };
    let message = message.encode_to_vec();
    let length = (message.len() as u32).to_be_bytes();
    Server::start(&built.join("debug/ex6_server")).echoes(&[&length[..], &message].concat());
}

#[test]
fn the_same_sources_have_the_same_zip() {
    let (copy, place) = (Copy::of_the_course(), empty_folder());
    let zip = || {
        copy.step_in(place.path(), "", &["pack", "ex1", "--as", NAME, "--force"]).with(0);
        fs::read(place.path().join("assignment-1_Ada.Lovelace.58-1234.zip")).expect("a zip")
    };
    assert!(zip() == zip(), "they differ");
}

#[test]
fn what_fails_or_does_not_compile_is_packed_with_a_warning() {
    let (copy, place) = (Copy::of_the_course(), empty_folder());
    copy.edit("ex1_server", "println!(\"{message}\");", "drop(message);");
    copy.edit("ex2_client", "fn main", "fn fn main");
    fs::remove_file(copy.exercise("ex3_threads")).expect("it is removed");
    fs::write(copy.exercise("words"), "// mine").expect("it is written");
    fs::write(copy.exercises().join("src/bin/words.rs.bak"), "// old").expect("it is written");
    let output = pack(&copy, "ex1 ex2 ex3", place.path()).with(1);
    for expected in [
        "warning: exercises/src/bin/ex3_threads.rs is missing, and was not packed\n",
        "warning: ex2_client does not compile: it was packed as it is\n",
        "it is not known what it is made of: all other texts in exercises/src/ were packed\n",
        "warning: ex1 has 0.5 of 2 points: fails: \"prints the message and ends\" and \"",
        "of its checks (cargo step check ex2)\n",
    ] {
        assert!(output.stderr.contains(expected), "no {expected:?}: {output}");
    }
    let expected = "ex4 of assignment-1 is not in it: cargo step pack ex1 ex2 ex3 ex4 --as Ada";
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&output.stdout).contains(expected), "{output}");
    let files = files_in(&place.path().join("assignment-1_Ada.Lovelace.58-1234"));
    let own: Vec<&String> = files.keys().filter(|path| path.starts_with("src/")).collect();
    assert_eq!(
        own,
        [
            "src/bin/ex1_server.rs",
            "src/bin/ex2_client.rs",
            "src/bin/ex2_server.rs",
            "src/bin/words.rs"
        ]
    );
    assert!(files["Dockerfile"].contains("--keep-going || true"), "{files:#?}");
    assert!(!files["Cargo.toml"].contains("ex3"), "{files:#?}");
}

#[test]
fn a_step_that_was_not_begun_is_not_handed_in_alone() {
    let (copy, place) = (Copy::of_the_course(), empty_folder());
    let starter = root().join("starters/ex1_server.rs");
    fs::copy(starter, copy.exercise("ex1_server")).expect("it is copied");
    let output = pack(&copy, "ex1", place.path());
    refuses(&output, 2, "nothing of ex1 is done yet, so there is nothing to hand in: make ex1");
    let output = pack(&copy, "ex1 ex3", place.path()).with(0);
    assert!(
        said(&output)[0].starts_with("warning: ex1 has 0 of 2 points: nothing of it is done yet"),
        "{output}"
    );
    fs::remove_file(copy.exercise("ex1_server")).expect("it is removed");
    refuses(&pack(&copy, "ex1", place.path()), 2, "exercises/src/bin/ has no program of ex1");
}

#[test]
fn a_helper_that_the_student_has_changed_is_marked() {
    let (copy, place) = (Copy::of_the_course(), empty_folder());
    copy.edit_helper("text.rs", "use std::mem;", "use std::mem; // mine");
    pack(&copy, "ex4", place.path()).with(0);
    let files = files_in(&place.path().join("assignment-1_Ada.Lovelace.58-1234"));
    let marked = |path: &str, how: &str| {
        let text = &files[path];
        assert!(
            text.starts_with(&format!("// A helper of the course, {how}.\n")),
            "{path}: {text}"
        );
    };
    marked("chatlings/src/text.rs", "changed by the author of the programs");
    marked("chatlings/src/serve.rs", "as it was handed out");
    let expected = "not by the author, but for changes in `chatlings/src/text.rs`.";
    assert!(files["README.md"].contains(expected), "{}", files["README.md"]);
}
