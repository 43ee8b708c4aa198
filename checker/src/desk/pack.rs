//! `pack`: what a handout wants handed in, as one zip or one folder.
//!
//! The steps are checked first, for two reasons: a student should know what is being handed in, and the compiler knows
//! what a program is made of. Then all content is made as values, and only then anything is written.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::course::handouts::{Extra, Handout, Name, of_step};
use crate::course::layout::{Contents, Package, content, root};
use crate::course::step::Step;
use crate::desk::answer::{Answer, status_of, warnings_of};
use crate::desk::belongings::Belongings;
use crate::desk::contents::{CourseFiles, HandIn, SCREENSHOTS};
use crate::desk::parcel::{Parcel, is_packed, is_possible};
use crate::desk::refusal::Refusal;
use crate::desk::standing;
use crate::desk::work::Work;
use crate::judge::cast::{Cast, Sources};
use crate::judge::outcome::{Outcome, StepResult};
use crate::report::handin::{REPORT, Session};
use crate::report::packed::Packed;
use crate::report::project::Program;
use crate::report::terminal::{Terminal, in_words, points};
use crate::sandbox::limits::Limits;
use crate::sandbox::whole::{folder_of, takes_files};
use crate::stage::words::any_seed;

/// What is said to the student meanwhile.
const WORK: Work = Work::for_a_person(false);

/// What is to be packed.
#[derive(Debug)]
pub struct Wanted {
    /// The steps, in the order of the course.
    pub steps: Vec<&'static Step>,
    /// Who hands in, as it was given.
    pub name: String,
    /// The folder to put it into, as a folder; none: a zip, here.
    pub folder: Option<PathBuf>,
    /// Whether what was packed before is replaced.
    pub may_replace: bool,
    /// What programs may take.
    pub limits: Limits,
    /// How it is shown.
    pub terminal: Terminal,
}

/// Packs what a handout wants handed in for some steps.
///
/// # Errors
/// A [`Refusal`] when it cannot be done as it was asked for; anything else when it cannot be built or written.
pub fn pack(wanted: &Wanted) -> Result<Answer> {
    let handout = handout_of(&wanted.steps)?;
    let name = Name::of(&wanted.name).map_err(Refusal)?;
    let folder = handout.folder_of(&name).map_err(Refusal)?;
    let place = Place::of(wanted, &folder)?;
    let untouched: Vec<&Step> =
        wanted.steps.iter().copied().filter(|step| standing::is_untouched(step)).collect();
    if untouched.len() == wanted.steps.len() {
        let (first, ids) = (wanted.steps[0].id, in_words(&ids_of(&wanted.steps)));
        let reason = format!("nothing of {ids} is done yet, so there is nothing to hand in");
        return Err(Refusal(format!("{reason}: make {first} shows what to do")).into());
    }
    place.can_be_written()?; // to check takes long
    let _turn = WORK.take_turn();
    let Checked { results, sessions, belongings } = check(wanted, handout)?;
    let (explanation, source) = explanation(handout);
    let programs = programs(wanted, handout, &belongings);
    if programs.is_empty() {
        let ids = in_words(&ids_of(&wanted.steps));
        return Err(Refusal(format!("exercises/src/bin/ has no program of {ids}")).into());
    }
    let hand_in = HandIn {
        handout,
        folder: &folder,
        name: &name,
        programs,
        belongings: &belongings,
        sessions: &sessions,
        explanation: (explanation.as_deref(), &source),
    };
    let parcel = hand_in.parcel(&CourseFiles::read(&root())?)?;
    let (size, kept) = place.write(&parcel, wanted.may_replace)?;
    let missing = missing(wanted, &hand_in);
    let own: Vec<String> = hand_in.own_paths();
    let text = wanted.terminal.packed(&packed(&place, size, &parcel, &own, missing));
    let mut warnings = warnings(&results, &untouched, &belongings);
    warnings.extend(warnings_of(&results));
    warnings.extend(kept.map(|kept| format!("what was there before is kept: {}", kept.display())));
    Ok(Answer { text, warnings, status: status_of(&results) })
}

/// The handout that all of these steps are of.
fn handout_of(steps: &[&'static Step]) -> Result<&'static Handout, Refusal> {
    let of = |step: &Step| {
        of_step(step)
            .ok_or_else(|| Refusal(format!("it is not known what is handed in for {}", step.id)))
    };
    let handout = of(steps[0])?;
    for step in steps {
        let other = of(step)?;
        if other.id != handout.id {
            return Err(Refusal(format!(
                "{} is of {} and {} of {}: pack what is handed in for each by itself",
                steps[0].id, handout.id, step.id, other.id
            )));
        }
    }
    Ok(handout)
}

/// Where it is put.
struct Place {
    /// What is written: a zip or a folder.
    path: PathBuf,
    /// The folder that a folder is put into; none for a zip.
    parent: Option<PathBuf>,
}

impl Place {
    /// The place that is wanted, if nothing is in the way there.
    fn of(wanted: &Wanted, folder: &str) -> Result<Place, Refusal> {
        if !is_possible(folder) {
            return Err(Refusal(format!(
                "Windows allows no folder named {folder:?}: choose another NAME"
            )));
        }
        let path = match &wanted.folder {
            Some(parent) => parent.join(folder),
            None => PathBuf::from(format!("{folder}.zip")),
        };
        let shown = path.display();
        if let Some(parent) = wanted.folder.as_ref().filter(|it| it.exists() && !it.is_dir()) {
            return Err(Refusal(format!("--dir {}: it is not a folder", parent.display())));
        }
        let is_there = path.symlink_metadata().is_ok();
        let is_ours = match wanted.folder {
            Some(_) => is_packed(&path),
            None => !path.is_dir(),
        };
        match (is_there, is_ours, wanted.may_replace) {
            (true, false, _) => Err(Refusal(format!(
                "{shown} is there already, and was not packed by this command: move it away"
            ))),
            (true, true, false) => {
                Err(Refusal(format!("{shown} is there already: --force replaces it")))
            }
            _ => Ok(Place { path, parent: wanted.folder.clone() }),
        }
    }

    /// Whether the folder takes it, or the one in which that is to be made.
    fn can_be_written(&self) -> Result<()> {
        let folder = self.parent.as_deref().unwrap_or(folder_of(&self.path));
        let mut folders =
            folder.ancestors().map(|folder| if folder == "" { Path::new(".") } else { folder });
        let there = folders.find(|folder| folder.exists());
        let takes_it = there.filter(|folder| folder.is_dir()).map_or(Ok(()), takes_files);
        takes_it.with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// Writes it there, and returns its size, and where a folder was kept that was there before.
    fn write(&self, parcel: &Parcel, may_replace: bool) -> Result<(u64, Option<PathBuf>)> {
        match &self.parent {
            Some(parent) => Ok((parcel.size(), parcel.write_folder(parent, may_replace)?)),
            None => Ok((parcel.write_zip(&self.path, may_replace)?, None)),
        }
    }
}

/// What came of checking the steps.
struct Checked {
    results: Vec<StepResult>,
    sessions: Vec<Session>,
    belongings: Belongings,
}

/// Builds and checks the steps, and plays what is to be shown of them.
fn check(wanted: &Wanted, handout: &Handout) -> Result<Checked> {
    let sources = Sources::of(&wanted.steps, Package::Exercises);
    let builds = WORK.build(&sources.programs(), &wanted.limits)?;
    let belongings = Belongings::of(&wanted.steps, &builds)?;
    let mut casts = sources.cast(&builds, &wanted.limits);
    let is_shown = handout.wants(Extra::Report) || handout.wants(Extra::Screenshots);
    let of_sessions: Vec<Cast> = casts.iter().filter(|_| is_shown).map(for_sessions).collect();
    casts.extend(of_sessions);
    let mut results = WORK.play(&casts, any_seed());
    let played = results.split_off(wanted.steps.len());
    standing::keep(&results);
    let outcomes = played.iter().flat_map(|result| &result.outcomes);
    let sessions = Session::among(outcomes, handout);
    Ok(Checked { results, sessions, belongings })
}

/// The same programs in what is shown of them: server and client together, where there are both, as their users see them.
fn for_sessions(cast: &Cast) -> Cast {
    let step = cast.step;
    let shown = step.checks.iter().find(|check| check.id == step.shown);
    let checks = match step.pair_checks {
        [] => shown.into_iter().collect(),
        together => together.iter().collect(),
    };
    Cast { scored: step.pair_checks, checks, ..cast.clone() }
}

/// What the student has written for the report, if anything, and where that is written.
fn explanation(handout: &Handout) -> (Option<String>, String) {
    let source = format!("{}/{}.md", Package::Exercises.folder(), handout.id);
    let text = content(&root().join(&source));
    let text = text.map(|text| String::from_utf8_lossy(&text).into_owned());
    (text.filter(|text| !text.trim().is_empty()), source)
}

/// The programs that there are.
fn programs(wanted: &Wanted, handout: &Handout, belongings: &Belongings) -> Vec<Program> {
    let of_step = |step: &&'static Step| {
        let step = *step;
        let program = move |own_name: &&'static str| Program {
            step,
            own_name,
            name: handout.name_of(own_name),
            compiles: !belongings.broken.contains(own_name),
        };
        let is_there = |program: &&&'static str| !belongings.missing.contains(*program);
        step.programs.iter().filter(is_there).map(program)
    };
    wanted.steps.iter().flat_map(of_step).collect()
}

/// What the student still has to do before it is handed in.
fn missing(wanted: &Wanted, hand_in: &HandIn) -> Vec<String> {
    let (handout, name) = (hand_in.handout, hand_in.name);
    let mut missing = Vec::new();
    if handout.wants(Extra::Report) && hand_in.explanation.0.is_none() {
        let source = hand_in.explanation.1;
        missing.push(format!(
            "{REPORT} lacks your explanation of the source code: write it into {source}, and pack again"
        ));
    }
    if handout.wants(Extra::Report) && name.first().is_none() {
        missing.push(format!(
            "{REPORT} lacks your name: with --as First.Last.{0}, it has it, and the folder is called {0} all the same",
            name.number().unwrap_or_default()
        ));
    }
    if hand_in.sessions.is_empty() && handout.wants(Extra::Report) {
        missing.push(format!("{REPORT} lacks a session, as none went well: see the warnings"));
    }
    if hand_in.sessions.is_empty() && handout.wants(Extra::Screenshots) {
        missing
            .push(format!("{SCREENSHOTS}/ is missing, as no session went well: see the warnings"));
    }
    let of_handout: Vec<&'static Step> = handout.steps().collect();
    let is_in = |step: &&&'static Step| wanted.steps.iter().any(|other| other.id == step.id);
    let others: Vec<&'static Step> =
        of_handout.iter().filter(|step| !is_in(step)).copied().collect();
    if !others.is_empty() {
        let (others, all) = (in_words(&ids_of(&others)), ids_of(&of_handout).join(" "));
        let verb = if others.contains(' ') { "are" } else { "is" };
        missing.push(format!(
            "{others} of {} {verb} not in it: cargo step pack {all} --as {}",
            handout.id,
            name.whole()
        ));
    }
    missing
}

/// What was packed, for a person. The student's files come first.
fn packed(
    place: &Place,
    size: u64,
    parcel: &Parcel,
    own: &[String],
    missing: Vec<String>,
) -> Packed {
    let sized = |(path, content): (&String, &Vec<u8>)| (path.clone(), content.len());
    let (mut files, others): (Vec<_>, Vec<_>) =
        parcel.files.iter().map(sized).partition(|(path, _)| own.contains(path));
    files.extend(others);
    let shown = place.path.display().to_string();
    let build = |folder: &Path| {
        let manifest = folder.join("Cargo.toml").display().to_string();
        format!("cargo build --manifest-path {}", shell_words::quote(&manifest))
    };
    let next = match place.parent {
        Some(_) => vec![build(&place.path)],
        None => {
            let unzip = format!("unzip {} -d ~/handed-in", shell_words::quote(&shown));
            vec![unzip, format!("cd ~/handed-in/{} && cargo build", parcel.folder)]
        }
    };
    Packed {
        place: shown,
        is_zip: place.parent.is_none(),
        size,
        folder: parcel.folder.clone(),
        files,
        own: own.len(),
        missing,
        next,
    }
}

/// What the student should know of the programs that are handed in.
fn warnings(results: &[StepResult], untouched: &[&Step], belongings: &Belongings) -> Vec<String> {
    let mut warnings = Vec::new();
    for program in &belongings.missing {
        let source = Package::Exercises.source(program);
        warnings.push(format!("{} is missing, and was not packed", source.display()));
    }
    for program in &belongings.broken {
        warnings.push(format!("{program} does not compile: it was packed as it is"));
    }
    if belongings.is_guessed {
        warnings.push(
            "as that does not compile, it is not known what it is made of: all other texts in exercises/src/ were packed"
                .to_string(),
        );
    }
    for result in results.iter().filter(|result| !result.is_passed()) {
        let (id, max) = (result.step.id, result.step.points);
        let is_untouched = untouched.iter().any(|step| step.id == id);
        let why = match is_untouched {
            true => "nothing of it is done yet".to_string(),
            false => why_not_all(result),
        };
        let points = points(result.points());
        warnings.push(format!("{id} has {points} of {max} points: {why} (cargo step check {id})"));
    }
    let contents = Contents::of(Package::Exercises);
    let was_saved =
        |result: &&StepResult| contents.fingerprint(result.step.programs) != result.fingerprint;
    for result in results.iter().filter(was_saved) {
        let id = result.step.id;
        warnings.push(format!("{id} was saved while it was checked: pack it again"));
    }
    warnings
}

/// Why a step does not have all of its points: the names of its checks, if they are not too many.
fn why_not_all(result: &StepResult) -> String {
    const MOST: usize = 5;
    let named = |word: &&str| {
        let is_meant = |outcome: &&Outcome| !outcome.is_bonus && outcome.verdict.word() == *word;
        let outcomes = result.outcomes.iter().filter(is_meant);
        let mut names: Vec<String> =
            outcomes.map(|outcome| format!("\"{}\"", outcome.check.name)).collect();
        if matches!(*word, "does not compile") && !names.is_empty() {
            names = vec![format!("{} of its checks", names.len())];
        }
        let more = names.len().saturating_sub(MOST);
        names.truncate(MOST);
        names.extend((more > 0).then(|| format!("{more} more")));
        (!names.is_empty()).then(|| format!("{word}: {}", in_words(&names)))
    };
    let words = ["does not compile", "fails", "to do", "not checked", "checker fault"];
    words.iter().filter_map(named).collect::<Vec<String>>().join("; ")
}

fn ids_of<'a>(steps: &[&'a Step]) -> Vec<&'a str> {
    steps.iter().map(|step| step.id).collect()
}
