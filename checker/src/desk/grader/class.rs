//! A class is graded: what is wanted, which submissions there are, each by a worker, and what is told of all.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use crate::desk::answer::Answer;
use crate::desk::grader::part::Part;
use crate::desk::grader::roster::Roster;
use crate::desk::grader::submissions::{Found, Shard, Submission, find};
use crate::desk::grader::told::{self, Sources, Told};
use crate::desk::grader::worker::{self, Done, Plan};
use crate::desk::grader::workshop::Workshop;
use crate::desk::refusal::Refusal;
use crate::desk::work::Word;
use crate::judge::build::News;
use crate::report::class::classroom50::{self, Runner};
use crate::report::class::graded::Graded;
use crate::report::class::{autolab, gradescope};
use crate::report::terminal::points;
use crate::stage::show::visible;

/// What `grade` is asked for.
#[derive(Debug)]
pub struct Wanted {
    /// Where the submissions are.
    pub places: Vec<PathBuf>,
    /// Whether each of these places is itself a submission.
    pub is_one: bool,
    /// How each is graded.
    pub plan: Plan,
    /// A part of the name of those that are wanted; none: all.
    pub only: Option<String>,
    /// The part of the class that is graded; none: all of it.
    pub shard: Option<Shard>,
    /// How many are graded side by side.
    pub side_by_side: usize,
    /// The list of the class.
    pub roster: Option<PathBuf>,
    /// How else it is told of one submission.
    pub forms: Forms,
}

/// How it is told of one submission, for the systems of schools.
#[derive(Debug, Default)]
pub struct Forms {
    /// The file that Gradescope reads.
    pub gradescope: Option<PathBuf>,
    /// The file that Classroom 50 reads.
    pub classroom50: Option<PathBuf>,
    /// Whether what is printed ends as Autolab reads it.
    pub is_autolab: bool,
}

/// Grades a class.
///
/// # Errors
/// When there are no submissions, or none of them can be graded.
pub fn grade(wanted: &Wanted) -> Result<Answer> {
    let began = Instant::now();
    let roster = wanted.roster.as_deref().map(Roster::read).transpose()?.unwrap_or_default();
    let Found { mut submissions, others } = find(&wanted.places, wanted.is_one, &wanted.plan.out)?;
    submissions.retain(|it| wanted.shard.is_none_or(|shard| shard.has(&it.name)));
    let is_wanted = |it: &&Submission| {
        wanted
            .only
            .as_ref()
            .is_none_or(|part| it.name.to_lowercase().contains(&part.to_lowercase()))
    };
    let meant: Vec<&Submission> = submissions.iter().filter(is_wanted).collect();
    if let (true, Some(part)) = (meant.is_empty(), &wanted.only) {
        bail!(Refusal(format!("no submission has {part:?} in its name")));
    }
    if wanted.forms.are_wanted() && meant.len() != 1 {
        let count = meant.len();
        let options = "--gradescope, --classroom50 and --autolab";
        bail!(Refusal(format!("{options} are about one submission, and here are {count}")));
    }
    fs::create_dir_all(&wanted.plan.out).map_err(|error| {
        let out = visible(&wanted.plan.out.display().to_string());
        Refusal(format!("cannot make {out}, where results should go: {error}"))
    })?;
    let names = submissions.iter().map(|it| it.name.clone()).collect();
    Part { shard: wanted.shard, names }.keep(&wanted.plan.out)?;
    let mut warnings = others;
    let done = grade_all(&meant, wanted)?;
    let played = done.iter().filter(|done| done.is_played).count();
    let (mut class, mut sources): (Vec<Graded>, Sources) = (Vec::new(), BTreeMap::new());
    for done in done {
        sources.insert(done.graded.name.clone(), done.sources);
        class.push(done.graded);
    }
    // With `--only`, the others are told of as they were graded before.
    for other in submissions.iter().filter(|it| !is_wanted(it)) {
        if let Some(graded) = worker::read(&wanted.plan.out.join(&other.name)) {
            sources.insert(other.name.clone(), told::kept_sources(&wanted.plan.out, &other.name));
            class.push(graded);
        }
    }
    class.sort_by(|one, other| one.name.cmp(&other.name));
    let ungraded = class.iter().filter(|graded| graded.key.is_empty()).count();
    let one = class.iter().find(|graded| meant.iter().any(|it| it.name == graded.name)).cloned();
    let Told { mut text, warnings: of_class } =
        told::write(&wanted.plan.out, class, &sources, &roster)?;
    warnings.extend(of_class);
    text += &in_a_line(meant.len(), played, began.elapsed());
    if let Some(graded) = one {
        text += &wanted.forms.tell(&graded)?;
    }
    Ok(Answer { text, warnings, status: u8::from(ungraded > 0) })
}

impl Forms {
    fn are_wanted(&self) -> bool {
        self.is_autolab || self.gradescope.is_some() || self.classroom50.is_some()
    }

    /// Writes the files that are wanted of one submission. Returns what is printed last.
    fn tell(&self, graded: &Graded) -> Result<String> {
        let write = |path: &PathBuf, text: String| {
            fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
        };
        if let Some(path) = &self.gradescope {
            write(path, gradescope::results(graded)?)?;
        }
        if let Some(path) = &self.classroom50 {
            write(path, classroom50::result(graded, &runner())?)?;
        }
        Ok(if self.is_autolab { autolab::output(graded)? } else { String::new() })
    }
}

/// What the runner of Classroom 50 says of a submission, in variables of the environment. It says no time of the
/// submission: it writes the date of the commit over what stands here, and who hands in, and when that was graded.
fn runner() -> Runner {
    let said = |name: &str| env::var(name).ok().filter(|it| !it.is_empty());
    let (now, commit) = (Timestamp::now(), said("COMMIT_URL").unwrap_or_default());
    Runner {
        classroom: said("CLASSROOM").unwrap_or_default(),
        assignment: said("ASSIGNMENT").unwrap_or_default(),
        assignment_type: said("ASSIGNMENT_TYPE").unwrap_or("individual".to_string()),
        owner: said("OWNER").or(said("USERNAME")).unwrap_or_default(),
        submission: said("SUBMISSION_TAG").unwrap_or_default(),
        review: said("REVIEW_URL").unwrap_or(commit.clone()), // an older runner does not say it
        commit,
        release: said("RELEASE_URL").unwrap_or_default(),
        datetime: now,
        graded_at: Some(now),
    }
}

fn in_a_line(all: usize, played: usize, took: Duration) -> String {
    let seconds = took.as_secs_f64();
    match (all, played) {
        (0, _) => "No submission is in this part of the class.\n".to_string(),
        (_, 0) => {
            "Nothing has changed since they were graded (--regrade plays all again).\n".to_string()
        }
        (1, _) => format!("It took {seconds:.1} s.\n"),
        (all, played) if all == played => {
            let each = seconds / played as f64;
            format!("{all} submissions took {seconds:.1} s: {each:.1} s each.\n")
        }
        (all, played) => {
            let each = seconds / played as f64;
            format!("{played} of {all} were played, in {seconds:.1} s: {each:.1} s each.\n")
        }
    }
}

/// Grades these submissions, side by side.
fn grade_all(submissions: &[&Submission], wanted: &Wanted) -> Result<Vec<Done>> {
    let progress = Progress::new(submissions.len());
    let waits =
        || eprintln!("another checker makes a place to grade in; this one waits until it is done");
    let workshop = Workshop::prepare(
        &wanted.plan.limits,
        &|news| match news {
            News::Compiles(what) => progress.prepares(what),
            News::Waits => progress.prepares("cargo waits for another cargo"),
        },
        waits,
    )?;
    let (next, is_refused) = (AtomicUsize::new(0), AtomicBool::new(false));
    let done = Mutex::new(Vec::new());
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(submission) = submissions.get(index) else { break };
            if is_refused.load(Ordering::Relaxed) {
                break;
            }
            let one = worker::grade(submission, &wanted.plan, &workshop, &|word| {
                progress.is_at(&submission.name, &word);
            });
            is_refused.fetch_or(one.is_err(), Ordering::Relaxed);
            progress.is_done_with(&submission.name, one.as_ref().ok());
            done.lock().unwrap_or_else(PoisonError::into_inner).push(one);
        }
    };
    thread::scope(|scope| {
        for _ in 1..wanted.side_by_side.min(submissions.len()) {
            // Where the system has no thread to give, fewer are graded at a time.
            let _ = thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
    progress.ends();
    let done = done.into_inner().map_err(|_| anyhow!("a worker has panicked"))?;
    done.into_iter().collect::<Result<Vec<Done>>>().context("nothing was graded")
}

/// What is said meanwhile: on a terminal a bar with those under work, else a line for each that is done.
struct Progress {
    bar: ProgressBar,
    count: usize,
    under_work: Mutex<BTreeMap<String, String>>,
    done: AtomicUsize,
}

impl Progress {
    fn new(count: usize) -> Progress {
        let bar = ProgressBar::new(count as u64);
        let template = "{pos:>3} of {len} submissions {bar:20} {wide_msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Progress { bar, count, under_work: Mutex::default(), done: AtomicUsize::new(0) }
    }

    fn prepares(&self, what: &str) {
        self.bar.set_message(what.to_string());
    }

    fn is_at(&self, name: &str, word: &Word) {
        let what = match word {
            Word::Turn | Word::Lock => "waits".to_string(),
            Word::Builds(what) => format!("builds {}", what.split(' ').next().unwrap_or_default()),
            Word::Plays(done, all) => format!("{done} of {all} checks"),
        };
        let mut under_work = self.under_work.lock().unwrap_or_else(PoisonError::into_inner);
        under_work.insert(name.to_string(), what);
        self.show(&under_work);
    }

    fn is_done_with(&self, name: &str, done: Option<&Done>) {
        let mut under_work = self.under_work.lock().unwrap_or_else(PoisonError::into_inner);
        under_work.remove(name);
        self.bar.inc(1);
        self.show(&under_work);
        let number = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if let (true, Some(Done { graded, is_played: true, .. })) = (self.bar.is_hidden(), done) {
            let (sum, max) = (points(graded.points), points(graded.max));
            eprintln!("{number} of {}: {name}: {sum} of {max} points", self.count);
        }
    }

    fn show(&self, under_work: &BTreeMap<String, String>) {
        let words: Vec<String> =
            under_work.iter().map(|(name, what)| format!("{name}: {what}")).collect();
        self.bar.set_message(words.join(" · "));
    }

    fn ends(&self) {
        self.bar.finish_and_clear();
    }
}
