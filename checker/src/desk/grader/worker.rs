//! One submission, as whoever grades a class sees it: it is laid out, handed to a process of its own, and what that process
//! has written down is read. Whatever becomes of the process, there is a result.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{self, Path, PathBuf};
use std::process::{self, Command};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use sha2::{Digest, Sha256};

use crate::course::choice::Choice;
use crate::course::layout::hidden;
use crate::course::step::Step;
use crate::course::values::files_of_this_run;
use crate::desk::grader::commands::{self, CommandsOfSteps, SUBMISSION};
use crate::desk::grader::handed::Handed;
use crate::desk::grader::lay_out::lay_out;
use crate::desk::grader::one::{Order, REPORT, RESULTS};
use crate::desk::grader::sources::Taken;
use crate::desk::grader::submissions::{Submission, number_of, parts_of};
use crate::desk::grader::workshop::{Bench, Workshop};
use crate::desk::refusal::Refusal;
use crate::desk::work::Word;
use crate::judge::cast::Commands;
use crate::judge::likeness::Files;
use crate::report::class::graded::Graded;
use crate::report::json::in_seconds;
use crate::sandbox::limits::Limits;
use crate::sandbox::process::{Process, StartError};
use crate::sandbox::protection::Sandbox;
use crate::stage::show::visible;

/// How all submissions of a class are graded.
#[derive(Debug)]
pub struct Plan {
    /// The steps, in the order of the course.
    pub steps: Vec<&'static Step>,
    /// The commands of all who hand in none of their own, as `submission.toml` has them.
    pub commands: Option<String>,
    /// The number that chooses the words; none: it follows from what was handed in.
    pub seed: Option<u64>,
    /// What programs may take.
    pub limits: Limits,
    /// How programs are confined.
    pub sandbox: Sandbox,
    /// How long one submission may take.
    pub longest: Duration,
    /// Where results are written to.
    pub out: PathBuf,
    /// Which results are kept.
    pub kept: Kept,
    /// What no program need see: all that was handed in, and the results.
    pub hidden: Vec<PathBuf>,
}

/// Which results of an earlier run are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Those that would come out again: nothing that they follow from has changed.
    Unchanged,
    /// All that are there.
    All,
    /// None.
    None,
}

/// What became of a submission.
pub struct Done {
    /// Its results.
    pub graded: Graded,
    /// The sources that were taken, by their names in the course, such as `ex1_server.rs`.
    pub sources: Files,
    /// Whether it was played, rather than kept.
    pub is_played: bool,
}

/// A submission, taken in.
struct TakenIn {
    begun: Graded,
    handed: Handed,
    taken: Taken,
    commands: Option<String>,
}

/// Grades a submission. `tell` hears what is being done.
///
/// # Errors
/// When no submission at all can be graded like that: programs cannot be confined as it is required.
pub fn grade(
    submission: &Submission,
    plan: &Plan,
    workshop: &Workshop,
    tell: &(dyn Fn(Word) + Sync),
) -> Result<Done> {
    let began = Instant::now();
    let into = plan.out.join(&submission.name);
    let taken_in = take_in(submission, plan, workshop.key());
    let sources = sources_of(&taken_in);
    if let Some(graded) = kept(&into, plan.kept, &taken_in.begun) {
        return Ok(Done { graded, sources, is_played: false });
    }
    let played = play(&taken_in, plan, workshop, &into, tell);
    let graded = match played {
        Ok(graded) => graded,
        Err(error) if error.is::<Refusal>() => return Err(error),
        Err(error) => {
            let mut graded = taken_in.begun;
            graded.key = String::new(); // it is tried again the next time
            graded.trouble.push(visible(&format!("not graded: {error:#}")));
            graded.max = plan.steps.iter().map(|step| f64::from(step.points)).sum();
            graded.open = graded.max;
            graded.seconds = in_seconds(began.elapsed());
            if let Err(error) = write(&into, &graded) {
                graded.trouble.push(format!("{error:#}"));
            }
            graded
        }
    };
    Ok(Done { graded, sources, is_played: true })
}

/// Takes a submission in: what of it counts, and all that its verdicts follow from.
fn take_in(submission: &Submission, plan: &Plan, course: &str) -> TakenIn {
    let given = submission.path.file_name().unwrap_or(submission.path.as_os_str());
    let mut begun = Graded {
        name: submission.name.clone(),
        given: visible(&given.to_string_lossy()),
        parts: parts_of(&submission.name),
        version: env!("CARGO_PKG_VERSION").to_string(),
        ..Graded::default()
    };
    let handed = Handed::read(&submission.path).unwrap_or_else(|error| {
        begun.trouble.push(visible(&format!("cannot be read: {error:#}")));
        Handed::default()
    });
    let commands = commands_of(&handed, plan, &mut begun);
    let of_steps = commands.as_deref().and_then(|text| commands::read(text).ok());
    let of_steps: CommandsOfSteps = of_steps.unwrap_or_default();
    let in_rust = plan.steps.iter().copied().filter(|step| !of_steps.contains_key(step.id));
    let in_rust: Vec<&'static Step> = in_rust.collect();
    let taken = Taken::of(&handed, &in_rust);
    begun.trouble.extend(taken.trouble.iter().map(|line| visible(line)));
    begun.taken = taken.from.iter().map(|path| visible(path)).collect();
    let is_used = |path: &String| !of_steps.is_empty() && !taken.from.contains(path);
    if of_steps.is_empty() {
        begun.ignored = taken.ignored(&handed).iter().map(|line| visible(line)).collect();
    } else {
        begun.taken.extend(handed.files.keys().filter(|it| is_used(it)).map(|it| visible(it)));
        begun.ignored = handed.left_out.iter().map(|line| visible(line)).collect();
    }
    let content = content_of(&handed, &taken, commands.as_deref());
    begun.seed = plan.seed.unwrap_or_else(|| number_of(content.as_bytes()));
    // What is told of it belongs to it, too.
    let told = format!("{content}{:?}{:?}{:?}", begun.given, begun.ignored, begun.trouble);
    begun.key = key(&told, plan, course, begun.seed);
    let names = taken.files.iter().map(|(path, content)| (name_of(path), hash(content)));
    begun.hashes = names.collect();
    TakenIn { begun, handed, taken, commands }
}

/// What a submission says of programs in other languages, or the plan.
fn commands_of(handed: &Handed, plan: &Plan, begun: &mut Graded) -> Option<String> {
    let Some(own) = own_commands(handed) else { return plan.commands.clone() };
    let text = String::from_utf8_lossy(&handed.files[own]).into_owned();
    let given = commands::read(&text).and_then(|given| {
        given.values().try_for_each(stays_in_its_folder)?;
        Ok(given)
    });
    match given {
        Ok(given) => {
            let pairs = given.iter().filter(|(_, commands)| commands.is_pair);
            let pairs: Vec<&str> = pairs.map(|(step, _)| *step).collect();
            if !pairs.is_empty() {
                let pairs = pairs.join(", ");
                begun.trouble.push(visible(&format!(
                    "{own}: {pairs} as a pair, so what goes over the wire was not looked at"
                )));
            }
            Some(text)
        }
        Err(error) => {
            begun.trouble.push(visible(&format!("{own}: {error:#}")));
            plan.commands.clone()
        }
    }
}

/// Where the student's own file of commands is: the one that is least deep.
fn own_commands(handed: &Handed) -> Option<&String> {
    let is_theirs = |path: &&String| path.rsplit('/').next() == Some(SUBMISSION);
    handed.files.keys().filter(is_theirs).min_by_key(|path| path.matches('/').count())
}

/// Makes sure that commands of a student name nothing outside of what was handed in: a path that is named is shown to a
/// program, and what it is itself may lie anywhere.
fn stays_in_its_folder(commands: &Commands) -> Result<()> {
    let words = commands.words.iter().flat_map(|(_, words)| words);
    for word in words {
        let is_of_name = |before: char| before.is_alphanumeric() || "._-}".contains(before);
        let is_absolute = word.match_indices('/').any(|(at, _)| {
            let before = word[..at].chars().next_back();
            !before.is_some_and(is_of_name)
        });
        if is_absolute || word.contains("..") || word.contains('~') {
            bail!("{word:?} may lead out of what was handed in: name files by their names there");
        }
    }
    Ok(())
}

/// A text that differs if anything that is played does.
fn content_of(handed: &Handed, taken: &Taken, commands: Option<&str>) -> String {
    let files: Vec<_> = match commands {
        Some(_) => taken.files.iter().chain(&handed.files).collect(),
        None => taken.files.iter().collect(),
    };
    let mut content: String =
        files.into_iter().map(|(path, content)| format!("{path} {}\n", hash(content))).collect();
    content.push_str(commands.unwrap_or_default());
    content
}

/// What verdicts follow from: the same key, the same verdicts.
fn key(content: &str, plan: &Plan, course: &str, seed: u64) -> String {
    let steps: Vec<&str> = plan.steps.iter().map(|step| step.id).collect();
    let checker = env::current_exe().and_then(fs::metadata);
    let checker = checker.and_then(|data| Ok((data.len(), data.modified()?)));
    let checker = checker.map(|it| format!("{it:?}")).unwrap_or_default();
    let (limits, sandbox, language) = (&plan.limits, plan.sandbox, &Choice::of_this_run().language);
    let said = files_of_this_run().unwrap_or_default();
    let said: Vec<&String> = said.iter().map(|(_, text)| text).collect();
    let all = format!(
        "{content}\n{steps:?} {seed} {limits:?} {sandbox:?} {language:?} {course} {checker} {said:?}"
    );
    hash(all.as_bytes())
}

fn hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn name_of(path: &str) -> String {
    path.strip_prefix("src/bin/").unwrap_or(path).to_string()
}

/// What somebody has written of it, by name. (What is not text is compared with nothing.)
fn sources_of(taken_in: &TakenIn) -> Files {
    const ENDS: [&str; 12] =
        [".py", ".java", ".c", ".h", ".cc", ".cpp", ".go", ".js", ".ts", ".kt", ".cs", ".rb"];
    let is_source = |path: &&String| ENDS.iter().any(|end| path.ends_with(end));
    let others = taken_in.handed.files.keys().filter(|_| taken_in.commands.is_some());
    let others = others.filter(is_source).map(|path| (path.clone(), &taken_in.handed.files[path]));
    let of_rust = taken_in.taken.files.iter().map(|(path, content)| (name_of(path), content));
    let text =
        |(name, content): (String, &Vec<u8>)| (name, String::from_utf8_lossy(content).into_owned());
    of_rust.chain(others).map(text).collect()
}

/// The results that are there, if they are kept.
fn kept(into: &Path, kept: Kept, begun: &Graded) -> Option<Graded> {
    let graded = read(into).filter(|_| into.join(REPORT).exists())?;
    match kept {
        Kept::None => None,
        // Somebody else's may have had the same name.
        Kept::All => (graded.given == begun.given).then_some(graded),
        Kept::Unchanged => (graded.key == begun.key).then_some(graded),
    }
}

/// The results of a submission, if there are any in this folder.
pub fn read(folder: &Path) -> Option<Graded> {
    let text = fs::read_to_string(folder.join(RESULTS)).ok()?;
    serde_json::from_str(&text).ok()
}

/// Writes the results of a submission that has no report.
fn write(folder: &Path, graded: &Graded) -> Result<()> {
    fs::create_dir_all(folder).context("cannot make a folder for results")?;
    let text = serde_json::to_string_pretty(graded)? + "\n";
    fs::write(folder.join(RESULTS), text).context("cannot write results")
}

/// Lets a process of its own build and play it.
fn play(
    taken_in: &TakenIn,
    plan: &Plan,
    workshop: &Workshop,
    into: &Path,
    tell: &(dyn Fn(Word) + Sync),
) -> Result<Graded> {
    fs::create_dir_all(into).context("cannot make a folder for results")?;
    for old in [RESULTS, REPORT] {
        let _ = fs::remove_file(into.join(old));
    }
    let bench = workshop.take_bench()?;
    bench.put(&taken_in.taken).context("cannot lay it out")?;
    // By this name it is removed also when all of this is cut off.
    let prefix = format!("chatlings-{}-", process::id());
    let folder = tempfile::Builder::new().prefix(&prefix).tempdir();
    let folder = folder.context("cannot make a folder for it")?;
    if taken_in.commands.is_some() {
        lay_out(folder.path(), &taken_in.handed.files).context("cannot lay it out")?;
    }
    let order = Order {
        steps: plan.steps.iter().map(|step| step.id.to_string()).collect(),
        commands: taken_in.commands.clone(),
        folder: taken_in.commands.is_some().then(|| start_of(&taken_in.handed, folder.path())),
        limits: plan.limits.clone(),
        sandbox: plan.sandbox,
        hidden: plan.hidden.iter().cloned().chain(hidden()).collect(),
        begun: taken_in.begun.clone(),
        into: into.canonicalize().context("cannot find the folder for results")?,
    };
    let file = bench.target().join("order.json");
    fs::write(&file, serde_json::to_string(&order)?).context("cannot say what is to be done")?;
    run(&bench, &file, plan.longest, tell)?;
    read(into).ok_or_else(|| anyhow!("its results cannot be read"))
}

/// Where the commands of a submission are started: beside its `submission.toml`, or else in its only folder.
fn start_of(handed: &Handed, folder: &Path) -> PathBuf {
    let own = own_commands(handed);
    if let Some((inner, _)) = own.and_then(|path| path.rsplit_once('/')) {
        return folder.join(inner);
    }
    let mut firsts: Vec<Option<&str>> =
        handed.files.keys().map(|path| Some(path.split_once('/')?.0)).collect();
    firsts.dedup();
    match (own, &firsts[..]) {
        (None, [Some(only)]) => folder.join(only),
        _ => folder.to_path_buf(),
    }
}

/// Runs a checker that does what is in the file, and waits until it is done.
fn run(bench: &Bench, order: &Path, longest: Duration, tell: &(dyn Fn(Word) + Sync)) -> Result<()> {
    let own = env::current_exe().context("cannot find the checker's own file")?;
    let mut command = Command::new(own);
    command.arg("submission").arg(order).args(chosen()?).current_dir(bench.course());
    // By this the checker knows where the course is.
    command.env("CARGO_MANIFEST_DIR", bench.course().join("checker"));
    command.env("CARGO_TARGET_DIR", bench.target()).env_remove("CARGO_BUILD_TARGET_DIR");
    let (mut process, pipes) = Process::start_checker(&mut command).map_err(|error| {
        let (StartError::Program(error) | StartError::Machine(error)) = error;
        anyhow!(error).context("the checker cannot be started")
    })?;
    drop(pipes.stdin);
    let deadline = Instant::now() + longest;
    let (is_over, over) = mpsc::channel();
    let said = thread::scope(|scope| {
        let reader = thread::Builder::new().spawn_scoped(scope, move || {
            let said = follow(pipes.stderr, tell);
            let _ = is_over.send(()); // nobody waits any more
            said
        });
        let reader = reader.context("there is no thread to follow it")?;
        let left = deadline.saturating_duration_since(Instant::now());
        if over.recv_timeout(left).is_err() {
            process.end();
            let minutes = longest.as_secs_f64() / 60.0;
            bail!("it was ended after {minutes} minutes (--max-minutes)");
        }
        Ok(reader.join().unwrap_or_default())
    })?;
    let exit = process.wait_until(deadline);
    match exit.map(|exit| exit.to_string()).as_deref() {
        Some("with status 0") => Ok(()),
        Some("with status 2") => bail!(Refusal(said.trim_start_matches("error: ").to_string())),
        Some(exit) => bail!("the checker ended {exit}: {said}"),
        None => bail!("the checker did not end"),
    }
}

/// The options that choose the same language and course file from wherever it is started.
fn chosen() -> Result<Vec<OsString>> {
    let mut choice = Choice::of_this_run().clone();
    choice.course = choice.course.map(path::absolute).transpose().context("there is no folder")?;
    Ok(choice.options())
}

/// Follows what a checker says, to its end. Returns the last line that is no [`Word`].
fn follow(stderr: impl Read, tell: &(dyn Fn(Word) + Sync)) -> String {
    let mut said = String::new();
    for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned();
        match Word::of(&line) {
            Some(word) => tell(word),
            None if line.starts_with("warning: ") || line.trim().is_empty() => {}
            None => said = visible(&line),
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_students_command_names_nothing_outside_of_what_was_handed_in() {
        let check = |command: &str| {
            let text = format!("[ex1]\nserver = {command:?}");
            stays_in_its_folder(&commands::read(&text).expect("it is a command")["ex1"]).is_ok()
        };
        for inside in [
            "python3 server.py {port}",
            "java -cp lib/a.jar:. Server",
            "./server --port={port}",
            "sh -c 'python3 src/server.py {port}'",
        ] {
            assert!(check(inside), "{inside}");
        }
        for outside in [
            "/course/target/debug/ex1_server_solution",
            "python3 server.py /etc",
            "python3 ../ben/server.py",
            "java -cp=/etc Server",
            "java -cp .:/etc Server",
            "sh -c 'cat /etc/passwd'",
            "cat ~/grades",
        ] {
            assert!(!check(outside), "{outside}");
        }
    }
}
