//! A class is graded: every submission has its row, whatever it is, and costs no other.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use course_tests::run::{Ended, checker, run, step};
use course_tests::{read, wait_for};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A class, and where its results go.
struct Class {
    folder: TempDir,
}

impl Class {
    fn new() -> Class {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("class")).expect("a folder");
        Class { folder }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Somebody hands in a file.
    fn hands_in(&self, path: &str, content: impl AsRef<[u8]>) -> &Class {
        let path = self.at("class").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
        self
    }

    fn grade(&self, options: &[&str]) -> Ended {
        self.grade_into("results", options)
    }

    fn grade_into(&self, out: &str, options: &[&str]) -> Ended {
        let (class, out) = (self.at("class"), self.at(out));
        let (class, out) = (class.to_string_lossy(), out.to_string_lossy());
        // `auto`: where the system refuses namespaces, what is tested here is the same.
        let words = [&["grade", &class, "--out", &out, "--sandbox", "auto"], options].concat();
        step(&words)
    }

    /// The results of a submission.
    fn results(&self, name: &str) -> Value {
        let text = fs::read_to_string(self.at("results").join(name).join("results.json"));
        let text = text.unwrap_or_else(|error| panic!("{name} has no results: {error}"));
        serde_json::from_str(&text).expect("results are JSON")
    }

    fn csv(&self, out: &str) -> BTreeMap<String, BTreeMap<String, String>> {
        let text = fs::read(self.at(out).join("class.csv")).expect("there is a table");
        let mut table = csv::Reader::from_reader(&text[..]);
        let columns: Vec<String> =
            table.headers().expect("columns").iter().map(str::to_string).collect();
        let rows = table.records().map(|row| {
            let row = row.expect("a row");
            let words = columns.iter().cloned().zip(row.iter().map(str::to_string));
            (row[0].to_string(), words.collect())
        });
        rows.collect()
    }
}

fn solution(program: &str) -> String {
    read(format!("solutions/src/bin/{program}.rs"))
}

fn zip_of(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a file");
        zip.write_all(content.as_bytes()).expect("it is written");
    }
    zip.finish().expect("a zip").into_inner()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().expect("a list").iter().filter_map(Value::as_str).collect()
}

fn trouble(results: &Value) -> String {
    texts(&results["trouble"]).join("\n")
}

#[test]
fn whatever_is_handed_in_has_its_row_and_costs_no_other() {
    let class = Class::new();
    let (ex1, ex2_server, ex2_client) =
        (solution("ex1_server"), solution("ex2_server"), solution("ex2_client"));
    let solved = zip_of(&[
        ("work/ex1_server.rs", &ex1.replace('\n', "\r\n")),
        ("work/ex2_server.rs", &ex2_server),
        ("work/ex2_client.rs", &ex2_client),
        ("work/target/debug/ex1_server", "junk"),
        ("work/Cargo.toml", "[package]\nname = \"mine\"\nbuild = \"build.rs\""),
        ("work/build.rs", "fn main() { panic!(\"it runs\") }"),
        ("__MACOSX/work/._ex1_server.rs", "junk"),
    ]);
    let includes = "include!(concat!(\"../../../\", \"solutions/src/bin/ex1_server.rs\"));";
    class
        .hands_in("MS1_Ada.Lovelace.58-1234.zip", solved)
        .hands_in("broken/exercises/src/bin/ex1_server.rs", &ex1)
        .hands_in("broken/exercises/src/bin/ex2_server.rs", "fn main() { let x: u8 = \"text\"; }")
        .hands_in("broken/exercises/src/bin/ex2_client.rs", &ex2_client)
        .hands_in("includes/ex1_server.rs", includes)
        .hands_in("is not a zip.zip", "PK")
        .hands_in("nothing/notes.txt", "sorry")
        .hands_in("untouched/src/bin/ex1_server.rs", read("starters/ex1_server.rs"))
        .hands_in("<b>.zip", zip_of(&[("ex1_server.rs", "fn main() {}")]))
        .hands_in("grades.xlsx", "");
    let output = class.grade(&["ex1", "ex2"]).with(0);
    assert!(output.stderr.contains("grades.xlsx is neither a folder nor a zip"), "{output}");

    let ada = class.results("MS1_Ada.Lovelace.58-1234");
    assert_eq!((&ada["points"], trouble(&ada).as_str()), (&5.0.into(), ""), "{ada}");
    assert_eq!(texts(&ada["parts"]), ["MS1", "Ada.Lovelace", "58-1234"]);
    let taken = ["work/ex1_server.rs", "work/ex2_client.rs", "work/ex2_server.rs"];
    assert_eq!(texts(&ada["taken"]), taken);
    let ignored = [
        "__MACOSX/ (not written by hand)",
        "work/Cargo.toml",
        "work/build.rs",
        "work/target/ (not written by hand)",
    ];
    assert_eq!(texts(&ada["ignored"]), ignored);

    let broken = class.results("broken");
    assert_eq!(trouble(&broken), "ex2_server does not compile");
    assert_eq!(broken["steps"][0]["points"], 2.0);
    let of_client = |check: &&Value| check["role"] == "client" && check["bonus"] == false;
    let checks = broken["steps"][1]["checks"].as_array().expect("checks");
    assert!(checks.iter().filter(of_client).all(|check| check["verdict"] == "passes"), "{broken}");

    let includes = class.results("includes");
    assert_eq!(includes["points"], 0.0, "{includes}");
    assert!(trouble(&includes).contains("ex1_server does not compile"), "{includes}");
    assert!(trouble(&class.results("is not a zip")).starts_with("cannot be read: it is not a zip"));
    let nothing = class.results("nothing");
    assert_eq!((&nothing["points"], &nothing["open"]), (&0.0.into(), &5.0.into()));
    assert_eq!(texts(&nothing["missing"]), ["ex1_server", "ex2_server", "ex2_client"]);
    let untouched = class.results("untouched");
    assert_eq!(untouched["steps"][0]["checks"][0]["verdict"], "to do", "{untouched}");

    let rows = class.csv("results");
    assert_eq!(rows.len(), 7, "{rows:?}");
    assert_eq!(rows["MS1_Ada.Lovelace.58-1234"]["points"], "5");
    assert_eq!(rows["nothing"]["open"], "5");
    let page = fs::read_to_string(class.at("results/class.html")).expect("there is a page");
    assert!(page.contains("&lt;b&gt;") && !page.contains("<b>"), "a name is only text");
    for name in rows.keys() {
        assert!(class.at("results").join(name).join("report.html").exists(), "{name}");
    }
}

/// The names of the submissions that were played, as the lines on stderr say.
fn played(output: &Ended) -> Vec<String> {
    let lines = output.stderr.lines().filter(|line| line.ends_with(" points"));
    let names = lines.filter_map(|line| line.split(": ").nth(1).map(str::to_string));
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn what_has_not_changed_is_not_played_again_and_words_follow_from_what_was_handed_in() {
    let class = Class::new();
    let source = solution("ex1_server");
    for name in ["ann", "ben"] {
        class.hands_in(&format!("{name}/ex1_server.rs"), &source);
    }
    assert_eq!(played(&class.grade(&["ex1"]).with(0)), ["ann", "ben"]);
    let first = class.results("ann");
    assert_eq!(first["seed"], class.results("ben")["seed"], "the same sources, the same words");
    let again = class.grade(&["ex1"]).with(0);
    assert_eq!(played(&again), [""; 0]);
    assert!(again.stdout.contains("Nothing has changed"), "{again}");

    class.hands_in("ben/ex1_server.rs", "fn main() {}");
    assert_eq!(played(&class.grade(&["ex1", "--resume"]).with(0)), [""; 0]);
    assert_eq!(class.results("ben")["points"], 2.0, "--resume keeps all that is there");
    assert_eq!(played(&class.grade(&["ex1"]).with(0)), ["ben"]);
    assert_eq!(class.results("ben")["points"], 0.0);
    assert_ne!(class.results("ben")["seed"], first["seed"]);

    // What is left of a run that was cut off is graded anew.
    fs::remove_file(class.at("results/ann/results.json")).expect("it is there");
    assert_eq!(played(&class.grade(&["ex1", "--resume"]).with(0)), ["ann"]);
    let said = |results: &Value| {
        let transcript = results["steps"][0]["checks"][0]["transcript"].as_str();
        let lines = transcript.expect("a text").lines().filter(|line| line.contains('→'));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert!(!said(&first).is_empty());
    assert_eq!(said(&class.results("ann")), said(&first), "the same words");
    assert_eq!(played(&class.grade(&["ex1", "--regrade", "--only", "AN"]).with(0)), ["ann"]);
    assert_eq!(class.csv("results").len(), 2, "the other one is told of too");
}

#[test]
fn parts_of_a_class_are_joined_to_the_whole() {
    let class = Class::new();
    for number in 0..6 {
        let source = match number % 2 {
            0 => solution("ex1_server"),
            _ => read("starters/ex1_server.rs"),
        };
        class.hands_in(&format!("student-{number}/ex1_server.rs"), source);
    }
    class.grade(&["ex1"]).with(0);
    let mut folders = Vec::new();
    for part in 1..=3 {
        let out = format!("part-{part}");
        let output = class.grade_into(&out, &["ex1", "--shard", &format!("{part}/3")]);
        folders.push(class.at(&out).to_string_lossy().into_owned());
        output.with(0);
    }
    let out = class.at("merged").to_string_lossy().into_owned();
    let merge = |folders: &[String]| {
        let folders = folders.iter().map(String::as_str);
        step(&["merge", "--out", &out].into_iter().chain(folders).collect::<Vec<_>>())
    };
    let two_of_three = merge(&folders[..2]).with(1);
    assert!(two_of_three.stderr.contains("part 3/3 of the class is missing"), "{two_of_three}");
    merge(&folders).with(0);
    let but_for_times = |out: &str| {
        let mut rows = class.csv(out);
        rows.values_mut().for_each(|row| _ = row.remove("seconds"));
        rows
    };
    assert_eq!(but_for_times("merged"), but_for_times("results"));
    assert_eq!(but_for_times("merged").len(), 6);
    assert!(class.at("merged/student-0/report.html").exists());
}

/// A program that hangs is ended by the limits of its scenes, and a compiler by its own; here all of it takes too long.
#[test]
fn a_submission_that_takes_too_long_is_ended_and_the_next_one_is_graded() {
    let class = Class::new();
    let forever = "#![allow(long_running_const_eval)]\n\
        const X: u64 = {\n    let mut x = 0;\n    while x < u64::MAX {\n        x += 1;\n    }\n    x\n};\n\
        fn main() {\n    println!(\"{X}\");\n}\n";
    class
        .hands_in("ann/ex3_threads.rs", forever)
        .hands_in("ben/notes.txt", "nothing, which is judged at once");
    let output = class.grade(&["ex3", "--max-minutes", "0.25", "--jobs", "1"]).with(1);
    let told = "not graded: it was ended after 0.25 minutes (--max-minutes)";
    assert_eq!(trouble(&class.results("ann")), told, "{output}");
    assert_eq!(class.results("ann")["open"], 2.0);
    assert_eq!(trouble(&class.results("ben")), "ex3_threads was not handed in");
    // It is tried again the next time.
    class.hands_in("ann/ex3_threads.rs", solution("ex3_threads"));
    assert_eq!(played(&class.grade(&["ex3", "--resume"]).with(0)), ["ann"]);
    assert_eq!(class.results("ann")["points"], 2.0);
}

#[test]
fn what_is_cut_off_leaves_nothing_behind_and_goes_on_where_it_was() {
    let class = Class::new();
    let (from, out, tmp) = (class.at("class"), class.at("results"), class.at("tmp"));
    fs::create_dir(&tmp).expect("a folder");
    let begun = class.at("begun");
    let source = format!("fn main() {{ std::fs::write({begun:?}, \"\").unwrap(); loop {{}} }}");
    class.hands_in("ann/ex3_threads.rs", source).hands_in("ben/notes.txt", "");
    let mut command = checker();
    // It says that it has begun, which it could not if it were confined.
    command.arg("grade").arg(from).args(["ex3", "--jobs", "1", "--sandbox", "off"]);
    command.arg("--out").arg(&out).env("TMPDIR", &tmp);
    let running = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut running = running.expect("it starts");
    let is_at_work = || begun.exists() || running.try_wait().is_ok_and(|ended| ended.is_some());
    wait_for(Duration::from_secs(300), "a program runs", is_at_work);
    let id = Pid::from_child(&running);
    kill_process(id, Signal::INT).expect("it runs");
    let status = running.wait().expect("it ends");
    assert_eq!(status.code(), Some(130), "as shells have it");
    let left: Vec<_> = fs::read_dir(&tmp).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(!out.join("ann/results.json").exists());
    class.hands_in("ann/ex3_threads.rs", solution("ex3_threads"));
    assert_eq!(played(&class.grade(&["ex3", "--resume"]).with(0)), ["ann", "ben"]);
    assert_eq!(class.results("ann")["points"], 2.0);
}

fn has_python() -> bool {
    std::process::Command::new("python3").arg("--version").output().is_ok()
}

#[test]
fn programs_in_other_languages_are_named_by_their_author_or_by_whoever_grades() {
    if !has_python() {
        let _ = writeln!(std::io::stderr(), "skipped: there is no python3");
        return;
    }
    let class = Class::new();
    let source = |name: &str| read(format!("tests/foreign/python/ex2_plain/{name}.py"));
    let commands = "[ex2]\nserver = \"python3 server.py\"\nclient = \"python3 client.py\"\n";
    class
        .hands_in("own/deep/server.py", source("server"))
        .hands_in("own/deep/client.py", source("client"))
        .hands_in("own/deep/submission.toml", commands)
        .hands_in("own/deep/ex1_server.rs", solution("ex1_server"))
        .hands_in(
            "named.zip",
            zip_of(&[("a/server.py", &source("server")), ("a/client.py", &source("client"))]),
        )
        .hands_in("pair/submission.toml", commands.to_string() + "pair = true\n")
        .hands_in("pair/server.py", source("server"))
        .hands_in("pair/client.py", source("client"))
        .hands_in("wrong/submission.toml", "[ex2]\nsrever = \"true\"\n");
    let file = class.at("commands.toml");
    fs::write(&file, commands).expect("a file");
    let output = class.grade(&["ex1", "ex2", "--commands", &file.to_string_lossy()]).with(0);
    let own = class.results("own");
    assert_eq!((&own["points"], trouble(&own).as_str()), (&5.0.into(), ""), "{output}\n{own}");
    let named = class.results("named");
    assert_eq!(named["steps"][1]["points"], 3.0, "{named}");
    assert_eq!(trouble(&named), "ex1_server was not handed in");
    let pair = trouble(&class.results("pair"));
    assert!(pair.contains("submission.toml: ex2 as a pair, so what goes over the wire"), "{pair}");
    let wrong = trouble(&class.results("wrong"));
    assert!(wrong.starts_with("submission.toml: line 2: unknown field `srever`"), "{wrong}");
}

/// A program that fails when it is started for the first time, and is right the second time. (What it remembers is beside
/// it, where it can write only if it is not confined.)
#[test]
fn a_failure_that_does_not_come_again_is_unstable_and_its_points_are_open() {
    if !has_python() {
        let _ = writeln!(std::io::stderr(), "skipped: there is no python3");
        return;
    }
    let class = Class::new();
    let program = "import os, sys\n\
        try:\n    os.mkdir('was here')\nexcept FileExistsError:\n    exec(open('server.py').read())\nelse:\n    sys.exit(1)\n";
    class
        .hands_in("ann/server.py", read("tests/foreign/python/ex1_plain/server.py"))
        .hands_in("ann/first.py", program)
        .hands_in("ann/submission.toml", "[ex1]\nserver = \"python3 first.py\"\n");
    let output = class.grade(&["ex1", "--sandbox", "off"]);
    assert_eq!(output.code, Some(2), "an option twice: {output}");
    let (from, out) = (class.at("class"), class.at("results"));
    let (from, out) = (from.to_string_lossy(), out.to_string_lossy());
    let output = step(&["grade", &from, "ex1", "--out", &out, "--sandbox", "off"]).with(0);
    let ann = class.results("ann");
    let checks = ann["steps"][0]["checks"].as_array().expect("checks");
    let unstable: Vec<&Value> = checks.iter().filter(|check| check["unstable"] == true).collect();
    assert_eq!(unstable.len(), 1, "{output}\n{ann}");
    assert_eq!(unstable[0]["verdict"], "not checked");
    // With a port of its own, checks are played one at a time: the first one has failed.
    assert_eq!(unstable[0]["id"], "prints_the_message_and_ends", "{ann}");
    assert!(trouble(&ann).contains("unstable: it failed, and passed when"), "{ann}");
    // No other check is asked of a program in another language, so nothing is decided.
    assert_eq!((&ann["points"], &ann["open"]), (&0.0.into(), &2.0.into()), "{ann}");
}

/// What lies there from the one before, and the reference solutions, are nobody's to take in.
#[test]
fn a_program_that_takes_in_what_is_not_its_own_has_no_points() {
    let class = Class::new();
    let takes = |what: &str| {
        let bytes = format!("const X: &[u8] = include_bytes!({what:?});");
        format!("{bytes}\nfn main() {{ println!(\"{{}}\", X.len()); }}")
    };
    let secret = class.at("secret");
    fs::write(&secret, "the grader's").expect("a file");
    let linking = format!("compile_error!(concat!(\"linking with \", include_str!({secret:?})));");
    class
        .hands_in("a_solved/ex1_server.rs", solution("ex1_server"))
        .hands_in("b_binary/ex1_server.rs", takes("../../../../target/debug/ex1_server"))
        .hands_in("c_solution/ex1_server.rs", takes("../../../solutions/src/bin/ex1_server.rs"))
        .hands_in("d_secret/ex1_server.rs", linking)
        .hands_in(
            "e_key/ex1_server.rs",
            "const X: &str = env!(\"MY_TOKEN\");\nfn main() { panic!(\"{X}\") }",
        );
    let (from, out) = (class.at("class"), class.at("results"));
    let mut command = checker();
    command.arg("grade").arg(&from).args(["ex1", "--jobs", "1", "--sandbox", "auto", "--out"]);
    let output = run(command.arg(&out).env("MY_TOKEN", "a key of the grader"));
    assert_eq!(class.results("a_solved")["points"], 2.0, "{output}");
    for name in ["b_binary", "c_solution", "d_secret", "e_key"] {
        let results = class.results(name);
        assert_eq!(results["points"], 0.0, "{results}");
        let report = fs::read_to_string(out.join(name).join("report.html")).unwrap_or_default();
        assert!(!report.contains("a key of the grader"), "{name}");
        // Where the compiler is in no box, it reads what the user can read.
        if results["protection"].as_str().is_some_and(|it| it.starts_with("full")) {
            assert!(
                !report.contains("the grader&#39;s") && !report.contains("the grader's"),
                "{name}"
            );
        }
    }
}

#[test]
fn whatever_a_submission_is_called_and_has_in_it_costs_no_other() {
    let class = Class::new();
    let long = format!("{}.rs", "x".repeat(300));
    class
        .hands_in("ann/ex1_server.rs", solution("ex1_server"))
        .hands_in(&format!("{}x/notes.txt", "\u{202e}".repeat(80)), "")
        .hands_in("ben.zip", zip_of(&[("words.rs", ""), ("words.rs/x.rs", ""), (&long, "")]))
        .hands_in("cleo/submission.toml", "[ex1]\nserver = \"cat /etc/passwd\"\n")
        .hands_in(".dora/ex1_server.rs", "");
    let output = class.grade(&["ex1"]).with(0);
    assert!(output.stderr.contains(".dora is hidden: not graded"), "{output}");
    let rows = class.csv("results");
    assert_eq!(rows.len(), 4, "{rows:?}");
    assert_eq!(rows["ann"]["points"], "2");
    let cleo = trouble(&class.results("cleo"));
    assert!(cleo.contains("\"/etc/passwd\" may lead out of what was handed in"), "{cleo}");
    // Results are not graded, and do not go where submissions are.
    let inside = class.grade_into("class/results", &["ex1"]).with(0);
    let again = class.grade_into("class/results", &["ex1"]).with(0);
    assert_eq!(
        (class.csv("class/results").len(), played(&again).len()),
        (4, 0),
        "{inside}\n{again}"
    );
    assert_eq!(class.grade_into("class", &["ex1"]).code, Some(2));
}

#[test]
fn what_cannot_be_graded_like_that_is_refused_in_a_line() {
    let class = Class::new();
    let empty = class.at("class").to_string_lossy().into_owned();
    let file = class.at("a file").to_string_lossy().into_owned();
    fs::write(&file, "[ex1]\nserver = 3\n").expect("a file");
    let out = class.at("results").to_string_lossy().into_owned();
    for (words, told) in [
        (&["grade", "ex1"][..], "no folder and no zip is named (for a folder ex1, write ./ex1)"),
        (&["grade", &empty, "--out", &out], "no submission in "),
        (&["grade", "not/there", "--out", &out], "cannot read not/there"),
        (&["grade", &file, "--out", &out], "is neither a folder nor a zip"),
        (&["grade", &empty, "--shard", "0/3"], "not a part such as 3/16"),
        (&["grade", &empty, "--commands", &file], "line 2: "),
        (&["grade", &empty, "--roster", "not/there"], "cannot read not/there"),
        (&["grade", &empty, "--max-minutes", "0"], "not in 0.01..=1440"),
        (&["grade", &empty, "--resume", "--regrade"], "cannot be used with"),
        (&["merge", &empty, "--out", &out], "there are no results in "),
        (&["merge", "not/there", "--out", &out], "cannot read results in not/there"),
    ] {
        let output = step(words);
        assert_eq!(output.code, Some(2), "{words:?}: {output}");
        assert!(output.stderr.contains(told), "{words:?}: {output}");
        assert_eq!(output.stdout, "", "{words:?}");
    }
    class.hands_in("ann/ex1_server.rs", "").hands_in("ben/ex1_server.rs", "");
    for (options, told) in [
        (&["--only", "cleo"][..], "no submission has \"cleo\" in its name"),
        (&["--autolab"], "are about one submission, and here are 2"),
    ] {
        let output = class.grade(options);
        assert_eq!(output.code, Some(2), "{options:?}: {output}");
        assert!(output.stderr.contains(told), "{options:?}: {output}");
    }
    assert!(!Path::new("not").exists());
}
