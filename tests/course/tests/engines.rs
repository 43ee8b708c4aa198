//! A class is graded by systems that start commands: the recipes of `docs/grading.md` and the files of `docs/engines` do
//! what they say, run with what these systems would set.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use course_tests::run::{Ended, checker, run, step};
use course_tests::{built, kept, read, root};
use regex::Regex;
use rustix::fs::{FlockOperation, flock};
use saphyr::{LoadableYamlNode, Yaml};
use serde_json::Value;
use tempfile::TempDir;
use zip::ZipArchive;

/// The code below a heading of `docs/grading.md`.
fn recipe(heading: &str, language: &str) -> String {
    let page = read("docs/grading.md");
    let below = page.split(&format!("\n## {heading}\n")).nth(1);
    let below = below.unwrap_or_else(|| panic!("docs/grading.md has nothing on {heading}"));
    let section = below.split("\n## ").next().unwrap_or_default();
    let code = section.split(&format!("```{language}\n")).nth(1);
    let code = code.unwrap_or_else(|| panic!("{heading} has no {language}"));
    code.split("```").next().unwrap_or_default().to_string()
}

fn yaml(text: &str) -> Yaml<'_> {
    let documents = Yaml::load_from_str(text);
    documents.unwrap_or_else(|error| panic!("{error}:\n{text}")).remove(0)
}

fn text<'a>(yaml: &'a Yaml) -> &'a str {
    yaml.as_str().unwrap_or_else(|| panic!("not a text: {yaml:?}"))
}

/// A step of a job of GitHub Actions, by its name.
fn named<'a>(job: &'a Yaml<'a>, name: &str) -> &'a Yaml<'a> {
    let steps = job["steps"].as_sequence().expect("steps");
    let is_named = |step: &&Yaml| step.as_mapping_get("name").and_then(Yaml::as_str) == Some(name);
    steps.iter().find(is_named).unwrap_or_else(|| panic!("no step is called {name}"))
}

/// A folder in which a system runs commands.
struct System {
    folder: TempDir,
    real: bool,
}

impl System {
    /// One in which commands are only written down.
    fn that_writes_down() -> System {
        System::new(false)
    }

    /// One with the checker.
    fn with_the_checker() -> System {
        System::new(true)
    }

    fn new(real: bool) -> System {
        let folder = tempfile::tempdir().expect("a folder");
        let system = System { folder, real };
        fs::create_dir_all(system.at("bin")).expect("a folder");
        fs::create_dir_all(system.at("work")).expect("a folder");
        let command = match real {
            true => format!("exec '{}' \"$@\"", Path::new(checker().get_program()).display()),
            false => format!("echo \"$*\" >> '{}'", system.at("log").display()),
        };
        system.program("bin/checker", &format!("#!/bin/sh\n{command}\n"));
        let own = system.at("bin/checker");
        system.program(
            "bin/cargo",
            &format!(
                "#!/bin/sh\n[ \"$1\" = step ] || exit 99\nshift\nexec '{}' \"$@\"\n",
                own.display()
            ),
        );
        system
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn program(&self, path: &str, content: &str) {
        let path = self.at(path);
        fs::write(&path, content).expect("a file");
        fs::set_permissions(path, Permissions::from_mode(0o755)).expect("it can be run");
    }

    fn file(&self, path: &str, content: &str) -> &System {
        let path = self.at(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
        self
    }

    /// Runs a script in a folder.
    fn run(&self, folder: &str, script: &str, variables: &[(&str, &str)]) -> Ended {
        let mut command = Command::new("bash");
        command.args(["-e", "-c", script]).current_dir(self.at(folder));
        let path = std::env::var("PATH").expect("a PATH");
        command.env("PATH", format!("{}:{path}", self.at("bin").display()));
        command.env("CHATLINGS", self.at("bin/checker"));
        command.env("TMPDIR", self.folder.path());
        if !self.real {
            command.env_remove("CARGO_TARGET_DIR");
        }
        run(command.envs(variables.iter().copied()))
    }

    /// What was run, each as its words.
    fn written_down(&self) -> Vec<Vec<String>> {
        let log = fs::read_to_string(self.at("log")).unwrap_or_default();
        let words = |line: &str| line.split(' ').map(str::to_string).collect();
        log.lines().map(words).collect()
    }
}

/// What stands behind an option.
fn behind(words: &[String], option: &str) -> String {
    let at = words.iter().position(|word| word == option);
    let value = at.and_then(|at| words.get(at + 1));
    value.unwrap_or_else(|| panic!("no {option} in {words:?}")).clone()
}

/// Each part of so many was graded once, into a folder of its own.
fn assert_all_parts(system: &System, count: usize) {
    let calls = system.written_down();
    assert!(calls.iter().all(|words| words[0] == "grade"), "{calls:?}");
    let mut shards: Vec<String> = calls.iter().map(|words| behind(words, "--shard")).collect();
    let mut expected: Vec<String> = (1..=count).map(|part| format!("{part}/{count}")).collect();
    shards.sort();
    expected.sort();
    assert_eq!(shards, expected);
    let outs: BTreeSet<String> = calls.iter().map(|words| behind(words, "--out")).collect();
    assert_eq!(outs.len(), count, "{outs:?}");
    assert!(outs.iter().all(|out| out.contains("parts/")), "{outs:?}");
}

/// Joins are written down with all parts.
fn assert_joins(system: &System, folder: &str, script: &str, parts: &str) {
    for part in [1, 2, 16] {
        fs::create_dir_all(system.at(&format!("{parts}/{part}"))).expect("a folder");
    }
    system.run(folder, script, &[]).with(0);
    let calls = system.written_down();
    let words = calls.last().expect("something was run");
    let is_part = |word: &&String| word.contains("parts/");
    assert_eq!(
        (words[0].as_str(), words.iter().filter(is_part).count()),
        ("merge", 3),
        "{words:?}"
    );
    assert!(behind(words, "--out").ends_with("results"), "{words:?}");
}

#[test]
fn an_array_of_slurm_grades_each_part_once() {
    let script = recipe("Slurm", "sh");
    let array = script.split("#SBATCH --array=1-").nth(1).expect("an array that counts from 1");
    let count: usize = array.lines().next().expect("a number").parse().expect("a number");
    let system = System::that_writes_down();
    for task in 1..=count {
        let variables = [
            ("SLURM_ARRAY_JOB_ID", "7"),
            ("SLURM_ARRAY_TASK_ID", &task.to_string()),
            ("SLURM_ARRAY_TASK_COUNT", &count.to_string()),
        ];
        system.run("work", &script, &variables).with(0);
    }
    assert_all_parts(&system, count);
}

#[test]
fn an_indexed_job_of_kubernetes_grades_each_part_once() {
    let page = recipe("Kubernetes", "yaml");
    let job = yaml(&page);
    assert_eq!((text(&job["kind"]), text(&job["spec"]["completionMode"])), ("Job", "Indexed"));
    let count = job["spec"]["completions"].as_integer().expect("a number");
    let container = &job["spec"]["template"]["spec"]["containers"][0];
    let command = container["command"].as_sequence().expect("a command");
    assert_eq!(command.iter().map(text).collect::<Vec<_>>(), ["sh", "-c"]);
    let script = text(&container["args"][0]);
    let system = System::that_writes_down();
    for index in 0..count {
        system.run("work", script, &[("JOB_COMPLETION_INDEX", &index.to_string())]).with(0);
    }
    assert_all_parts(&system, count as usize);
}

#[test]
fn parallel_jobs_of_gitlab_grade_each_part_once_and_the_next_joins_them() {
    let page = recipe("GitLab", "yaml");
    let jobs = yaml(&page);
    let count = jobs["grade"]["parallel"].as_integer().expect("a number");
    let system = System::that_writes_down();
    let script = text(&jobs["grade"]["script"][0]);
    for index in 1..=count {
        let variables =
            [("CI_NODE_INDEX", &*index.to_string()), ("CI_NODE_TOTAL", &count.to_string())];
        system.run("work", script, &variables).with(0);
    }
    assert_all_parts(&system, count as usize);
    assert_joins(&system, "work", text(&jobs["join"]["script"][0]), "work/parts");
}

#[test]
fn a_matrix_of_github_actions_grades_each_part_once_and_the_next_job_joins_them() {
    let workflow = read("docs/engines/actions/class.yml");
    let workflow = yaml(&workflow);
    let job = &workflow["jobs"]["grade"];
    let parts = job["strategy"]["matrix"]["part"].as_sequence().expect("parts");
    let grade = named(job, "Grade");
    assert_eq!(text(&grade["env"]["PART"]), "${{ matrix.part }}");
    let system = System::that_writes_down();
    fs::create_dir(system.at("work/course")).expect("a folder");
    let folder = format!("work/{}", text(&grade["working-directory"]));
    for part in parts {
        let part = part.as_integer().expect("a number").to_string();
        system.run(&folder, text(&grade["run"]), &[("PART", &part)]).with(0);
    }
    assert_all_parts(&system, parts.len());
    let join = named(&workflow["jobs"]["join"], "Join");
    assert_joins(&system, &folder, text(&join["run"]), "work/parts");
}

#[test]
fn all_files_for_these_systems_are_yaml_where_they_should_be() {
    let page = read("docs/grading.md");
    let blocks: Vec<&str> = page.split("```yaml\n").skip(1).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        yaml(block.split("```").next().unwrap_or_default());
    }
    for file in ["class.yml", "grade.yml"] {
        let workflow = read(format!("docs/engines/actions/{file}"));
        let workflow = yaml(&workflow);
        // (A reader of YAML 1.1 takes `on` for a word that means yes.)
        assert!(workflow.as_mapping_get("on").is_some(), "{file}");
        let jobs = workflow["jobs"].as_mapping().expect("jobs");
        for (_, job) in jobs {
            assert!(job["runs-on"].as_str().is_some(), "{file}");
            for step in job["steps"].as_sequence().expect("steps") {
                let uses = step.as_mapping_get("uses").is_some();
                assert!(uses != step.as_mapping_get("run").is_some(), "{file}: {step:?}");
            }
        }
    }
}

/// Whether a test cannot be done here; that is said.
fn is_skipped(why: Option<&str>) -> bool {
    if let Some(why) = why {
        let _ = writeln!(io::stderr(), "skipped: {why}");
    }
    why.is_some()
}

/// Whether a program can be run here, and says this of itself.
fn has(program: &str, option: &str, says: &str) -> bool {
    let output = Command::new(program).arg(option).output();
    output.is_ok_and(|it| String::from_utf8_lossy(&it.stdout).contains(says))
}

#[test]
fn gnu_parallel_grades_a_class_in_parts_that_are_joined() {
    let is_there = has("parallel", "--version", "GNU parallel");
    if is_skipped((!is_there).then_some("there is no GNU parallel (apt-get install parallel)")) {
        return;
    }
    let system = System::with_the_checker();
    for name in ["ann", "ben", "cleo"] {
        let path = format!("work/submissions/{name}/ex1_server.rs");
        system.file(&path, &read("solutions/src/bin/ex1_server.rs"));
    }
    system.file("work/submissions/dan/ex1_server.rs", "fn main() {}");
    // Of all steps, one is enough here.
    let script = recipe("GNU parallel", "sh");
    assert!(script.contains("grade submissions "), "{script}");
    let script = script.replace("grade submissions ", "grade submissions ex1 ");
    let output = system.run("work", &script, &[]);
    let refused = output.stderr.contains("files cannot be protected here");
    if is_skipped(refused.then_some("files cannot be protected here")) {
        return;
    }
    let output = output.with(0);
    assert!(output.stdout.contains("4 submissions of 16 folders."), "{output}");
    let table = fs::read_to_string(system.at("work/results/class.csv")).expect("a table");
    let rows: Vec<String> = table
        .lines()
        .skip(1)
        .map(|row| row.split(',').take(3).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(rows, ["ann ann 2", "ben ben 2", "cleo cleo 2", "dan dan 0"], "{table}");
}

#[test]
fn a_push_is_graded_by_the_workflow_of_a_students_repository() {
    if is_skipped((!has("jq", "--version", "jq")).then_some("there is no jq")) {
        return;
    }
    let workflow = read("docs/engines/actions/grade.yml");
    let workflow = yaml(&workflow);
    let job = &workflow["jobs"]["grade"];
    let system = System::with_the_checker();
    fs::create_dir(system.at("work/course")).expect("a folder");
    system
        .file("work/submission/exercises/src/bin/ex1_server.rs", "fn main() {}")
        .file("work/submission/README.md", "mine");
    let grade = named(job, "Grade");
    let folder = format!("work/{}", text(&grade["working-directory"]));
    let output = system.run(&folder, text(&grade["run"]), &[("STEPS", "ex1")]).with(0);
    let points = named(job, "Points");
    let summary = system.at("summary").to_string_lossy().into_owned();
    system.run("work", text(&points["run"]), &[("GITHUB_STEP_SUMMARY", &summary)]).with(0);
    let summary = fs::read_to_string(summary).expect("a summary");
    assert!(summary.contains("| submission | 0 of 2 |"), "{summary}\n{output}");
    // What is kept of it is there.
    let artifact = job["steps"].as_sequence().and_then(|steps| steps.last()).expect("a step");
    for path in text(&artifact["with"]["path"]).lines() {
        assert!(system.at("work").join(path).exists(), "{path}");
    }
}

#[test]
fn classroom_50_reads_a_result_from_what_its_runner_says() {
    let is_there = has("python3", "--version", "Python 3");
    if is_skipped((!is_there).then_some("there is no python3")) {
        return;
    }
    let system = System::with_the_checker();
    system.file("work/exercises/src/bin/ex1_server.rs", &read("solutions/src/bin/ex1_server.rs"));
    let autograder = root().join("docs/engines/classroom50/autograder.py");
    // As runner.py of Classroom 50 sets them.
    let variables = [
        ("CLASSROOM", "networks"),
        ("ASSIGNMENT", "first"),
        ("ASSIGNMENT_TYPE", "individual"),
        ("USERNAME", "ann"),
        ("OWNER", "ann"),
        ("SUBMISSION_TAG", "submit/2026-06-01T14-32-05Z-a1b2c3d"),
        ("COMMIT_URL", "https://example.org/commit/1"),
        ("RELEASE_URL", "https://example.org/releases/tag/1"),
        ("REVIEW_URL", "https://example.org/compare/1"),
    ];
    let script = format!("python3 '{}'", autograder.display());
    let output = system.run("work", &script, &variables).with(0);
    let result = fs::read_to_string(system.at("work/result.json")).expect("a result");
    let result: Value = serde_json::from_str(&result).expect("JSON");
    let said = [
        ("schema", "classroom50/result/v1"),
        ("classroom", "networks"),
        ("assignment", "first"),
        ("assignment_type", "individual"),
        ("owner", "ann"),
        ("submission", "submit/2026-06-01T14-32-05Z-a1b2c3d"),
        ("commit", "https://example.org/commit/1"),
        ("release", "https://example.org/releases/tag/1"),
        ("review", "https://example.org/compare/1"),
    ];
    for (key, value) in said {
        assert_eq!(result[key], value, "{key}: {result}");
    }
    // The contract allows no key that it does not know, and has times in this form only.
    let known: BTreeSet<&str> = said
        .iter()
        .map(|(key, _)| *key)
        .chain(["datetime", "graded_at", "score", "max-score", "tests"])
        .collect();
    let keys: BTreeSet<&str> =
        result.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, known);
    let time =
        Regex::new(r"^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$").expect("a pattern");
    for key in ["datetime", "graded_at"] {
        assert!(time.is_match(result[key].as_str().expect("a text")), "{result}");
    }
    // Two steps were asked for, of which one was handed in: in hundredths of a point.
    assert_eq!((&result["score"], &result["max-score"]), (&200.into(), &500.into()), "{output}");

    // An older runner says less.
    let less: Vec<(&str, &str)> = variables
        .into_iter()
        .filter(|(key, _)| !["ASSIGNMENT_TYPE", "OWNER", "REVIEW_URL"].contains(key))
        .collect();
    system.run("work", &script, &less).with(0);
    let result = fs::read_to_string(system.at("work/result.json")).expect("a result");
    let result: Value = serde_json::from_str(&result).expect("JSON");
    assert_eq!(result["owner"], "ann");
    assert_eq!(result["assignment_type"], "individual");
    assert_eq!(result["review"], result["commit"]);
    // What cannot be graded is told by the status, by which the runner knows.
    let output =
        system.run("work", &script.replace("python3", "CHATLINGS=false python3"), &variables);
    assert_ne!(output.code, Some(0), "{output}");
}

#[test]
fn the_last_line_that_autolab_reads_has_the_scores() {
    let is_there = has("unzip", "-v", "UnZip") && has("make", "--version", "Make");
    if is_skipped((!is_there).then_some("there is no unzip, or no make")) {
        return;
    }
    let system = System::with_the_checker();
    system.file("work/Makefile", &recipe("Autolab", "make"));
    let mut zip = zip::ZipWriter::new(File::create(system.at("work/handin.zip")).expect("a file"));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("mine/ex1_server.rs", options).expect("a file");
    zip.write_all(read("solutions/src/bin/ex1_server.rs").as_bytes()).expect("it is written");
    zip.finish().expect("a zip");
    let output = system.run("work", "make --silent autograde", &[]).with(0);
    let last = output.stdout.lines().last().expect("a line");
    let last: Value = serde_json::from_str(last).unwrap_or_else(|_| panic!("no JSON: {output}"));
    assert_eq!(last["scores"]["ex1"], 2.0, "{output}");
    assert_eq!(last["scores"]["ex2"], 0.0, "{output}");
}

/// An autograder that was unpacked, as Gradescope does it. It belongs to one test at a time, and is kept, with what is built.
struct Autograder {
    root: PathBuf,
    _turn: File,
}

impl Autograder {
    fn unpacked(zip: &Path) -> Autograder {
        let folder = kept("autograder");
        fs::create_dir_all(&folder).expect("a folder");
        let turn = File::create(folder.join("turn")).expect("a file");
        flock(&turn, FlockOperation::LockExclusive).expect("the file is locked");
        let autograder = Autograder { root: folder.join("root"), _turn: turn };
        built::begin(&autograder.root.join("source/course/target"));
        let mut zip = ZipArchive::new(File::open(zip).expect("a zip")).expect("a zip");
        for index in 0..zip.len() {
            let mut file = zip.by_index(index).expect("a file");
            let name = file.enclosed_name().expect("a name that leads nowhere else");
            let path = autograder.root.join("source").join(name);
            let mut content = Vec::new();
            file.read_to_end(&mut content).expect("it is read");
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            // What has not changed keeps its time, so it is not built again.
            if fs::read(&path).ok().as_ref() != Some(&content) {
                fs::write(&path, content).expect("a file");
            }
            let mode = file.unix_mode().expect("a mode");
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("it is set");
        }
        autograder
    }

    fn run(&self, script: &str) -> Ended {
        let mut command = Command::new(self.root.join("source").join(script));
        command.env("AUTOGRADER_ROOT", &self.root).current_dir(&self.root);
        // What is needed was downloaded to build the course.
        command.env("CARGO_NET_OFFLINE", "true");
        for variable in ["CARGO_MANIFEST_DIR", "CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"] {
            command.env_remove(variable);
        }
        run(&mut command)
    }

    /// Grades what is handed in, after what was there from the last time is gone.
    fn grades(&self, path: &str, source: &str) -> (Value, Ended) {
        for folder in ["submission", "results"] {
            let folder = self.root.join(folder);
            if folder.exists() {
                fs::remove_dir_all(&folder).expect("it is removed");
            }
        }
        let path = self.root.join("submission").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, source).expect("a file");
        let output = self.run("run_autograder");
        (results(&self.root), output)
    }
}

fn results(root: &Path) -> Value {
    let text = fs::read_to_string(root.join("results/results.json")).expect("results");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn an_autograder_of_gradescope_is_set_up_and_grades_whatever_is_handed_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let zip = folder.path().join("new/gradescope.zip");
    step(&["autograder", zip.to_str().expect("text"), "ex1"]).with(0);
    let autograder = Autograder::unpacked(&zip);
    let output = autograder.run("setup.sh").with(0);
    // It has graded the reference solutions.
    assert!(output.stderr.contains(": 2 of 2 points"), "{output}");

    let solution = read("solutions/src/bin/ex1_server.rs");
    let (good, output) = autograder.grades("work/ex1_server.rs", &solution);
    assert_eq!((&good["score"], output.code), (&2.0.into(), Some(0)), "{good}\n{output}");
    let tests = good["tests"].as_array().expect("tests");
    let is_of_ex1 = |test: &Value| test["name"].as_str().is_some_and(|it| it.starts_with("ex1: "));
    assert!(!tests.is_empty() && tests.iter().all(is_of_ex1), "{good}");

    let (bad, output) = autograder.grades("ex1_server.rs", "fn main() { println!(\"hello\"); }");
    assert_eq!((&bad["score"], output.code), (&0.0.into(), Some(0)), "{bad}\n{output}");
    assert!(bad["tests"].as_array().expect("tests").iter().any(|it| it["status"] == "failed"));

    let (broken, output) = autograder.grades("ex1_server.rs", "fn main() { nothing }");
    assert_eq!((&broken["score"], output.code), (&0.0.into(), Some(0)), "{broken}\n{output}");
    assert!(broken.to_string().contains("cannot find value `nothing`"), "{broken}");

    let (nothing, output) = autograder.grades("notes.txt", "sorry");
    assert_eq!((&nothing["score"], output.code), (&0.0.into(), Some(0)), "{nothing}\n{output}");
    assert!(nothing.to_string().contains("ex1_server was not handed in"), "{nothing}");
}

#[test]
fn an_autograder_that_is_ended_or_cannot_grade_leaves_a_result_that_says_so() {
    let system = System::that_writes_down();
    let scripts = root().join("docs/engines/gradescope");
    let grader = "root/source/course/target/debug/chatlings";
    let result = |system: &System| {
        let _ = fs::remove_dir_all(system.at("root/results"));
        let script = format!("'{}'", scripts.join("run_autograder").display());
        let root = system.at("root").to_string_lossy().into_owned();
        let output = system.run("work", &script, &[("AUTOGRADER_ROOT", &root)]);
        (results(&system.at("root")), output)
    };
    let assert_says_so = |(result, output): (Value, Ended)| {
        assert_eq!(result["score"], 0, "{result}");
        let told = result["output"].as_str().expect("a text");
        assert!(told.starts_with("This was not graded: "), "{result}");
        assert_ne!(output.code, Some(0), "{output}");
    };
    // It was never set up.
    assert_says_so(result(&system));
    system
        .file("root/source/environment", "")
        .file("root/source/settings", &read("docs/engines/gradescope/settings"));
    assert_says_so(result(&system));
    // It is ended in the middle, or refuses.
    for ended in ["kill -KILL $$", "echo 'error: cannot' >&2; exit 2"] {
        system.file(grader, "");
        system.program(grader, &format!("#!/bin/sh\n{ended}\n"));
        assert_says_so(result(&system));
    }
    // One that has written a result is believed, whatever its status.
    let writes = "for last; do :; done; echo '{\"score\": 1}' > \"$last\"; exit 1";
    system.program(grader, &format!("#!/bin/sh\n{writes}\n"));
    assert_eq!(result(&system).0["score"], 1);
}

#[test]
fn only_what_is_needed_to_grade_goes_into_an_autograder() {
    let folder = tempfile::tempdir().expect("a folder");
    let zip = folder.path().join("autograder.zip");
    let output = step(&["autograder", zip.to_str().expect("text"), "ms1", "ex1"]).with(0);
    assert!(output.stdout.ends_with("to grade ex1 ms1\n"), "{output}");
    let mut zip = ZipArchive::new(File::open(&zip).expect("a zip")).expect("a zip");
    let mut tops = BTreeSet::new();
    for index in 0..zip.len() {
        let file = zip.by_index(index).expect("a file");
        let name = file.name().expect("UTF-8").into_owned();
        let is_program = file.unix_mode().expect("a mode") & 0o111 != 0;
        assert_eq!(is_program, ["setup.sh", "run_autograder"].contains(&&*name), "{name}");
        let parts: Vec<&str> = name.split('/').collect();
        tops.insert(parts[..parts.len().min(2)].join("/"));
    }
    let course = [
        ".cargo",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "build.rs",
        "checker",
        "course.toml",
        "proto",
        "solutions",
        "src",
        "starters",
    ];
    let expected: BTreeSet<String> = course
        .iter()
        .map(|name| format!("course/{name}"))
        .chain(["run_autograder", "settings", "setup.sh"].map(String::from))
        .collect();
    assert_eq!(tops, expected);
    let mut settings = String::new();
    zip.by_name("settings").expect("settings").read_to_string(&mut settings).expect("text");
    assert!(settings.contains("\nSTEPS=\"ex1 ms1\"\n"), "{settings}");
}
