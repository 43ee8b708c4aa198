//! All that the tests use of the checker, in one place.

use std::path::PathBuf;
use std::time::Duration;

use checker::cli::{Cli, Command};
use checker::desk::run::Programs;
use checker::judge::build;
use checker::judge::cast::{Commands, helpers_of, of_commands};
use checker::judge::outcome::Lack;
use checker::judge::probe::find_out;
use checker::report::transcript;
use clap::Parser;

pub use checker::course::advice::look_at;
pub use checker::course::helpers::list as list_of_helpers;
pub use checker::course::layout::{Package, starter, target};
pub use checker::course::starter::{Starter, is_untouched};
pub use checker::course::step::{Asked, Check, Step};
pub use checker::course::table::{STEPS, find};
pub use checker::judge::build::build_binary;
pub use checker::judge::cast::Cast;
pub use checker::judge::judge::{play, play_all, play_steps};
pub use checker::judge::outcome::{Outcome, StepResult, ToDo, Verdict};
pub use checker::report::again::Again;
pub use checker::report::page::{Page, page};
pub use checker::report::sequence::{Act, Diagram};
pub use checker::report::terminal::{Ending, Next, Untouched};
pub use checker::sandbox::ending::end_everything;
pub use checker::sandbox::sockets::call;
pub use checker::stage::difference::Difference;
pub use checker::stage::launch::{Launch, Role};
pub use checker::stage::stop::Failure;
pub use checker::stage::transcript::{Line, Mark, Transcript};
pub use checker::stage::words::any_seed;
pub use verdicts::{begin, cast, choose, draw_seed, explain, plain};

/// Chooses the words of every scene that is compared with a snapshot.
pub const SEED: u64 = 1;

/// The programs of all steps, with their steps.
pub fn all_programs() -> impl Iterator<Item = (&'static Step, &'static str)> {
    STEPS.iter().flat_map(|step| step.programs.iter().map(move |program| (step, *program)))
}

/// The check that the README shows a run of.
///
/// # Panics
/// When the step has no check of that id.
pub fn shown(step: &Step) -> &'static Check {
    let mut checks = step.checks.iter();
    let shown = checks.find(|check| check.id == step.shown);
    shown.unwrap_or_else(|| {
        panic!("{} has no check {:?}, which it is to be shown by", step.id, step.shown)
    })
}

/// The cast of a step that is played with commands in any language, and with these options of `cargo step check`.
///
/// # Errors
/// When cargo cannot be run, or there are no such options.
pub fn foreign_cast(
    step: &'static Step,
    commands: &[(Role, Vec<String>)],
    options: &[&str],
) -> Result<Cast, String> {
    let roles = commands.iter().map(|(role, _)| format!("--{}=program", role.word()));
    let line: Vec<String> = ["cargo step", "check", step.id].map(str::to_string).into();
    let options = options.iter().map(|option| option.to_string());
    let cli = Cli::try_parse_from(line.into_iter().chain(roles).chain(options));
    let Command::Check(arguments) = cli.map_err(|error| error.to_string())?.command else {
        unreachable!("check is what was asked for");
    };
    let wanted = arguments.wanted(Vec::new()).run;
    let Programs::Commands(given) = wanted.programs else {
        unreachable!("commands are what was given");
    };
    let commands = Commands { words: commands.to_vec(), ..given };
    let helpers = helpers_of(step);
    let builds = match helpers.is_empty() {
        true => build::Builds::new(),
        false => build::build(&helpers, &wanted.limits, false, &|_| ())
            .map_err(|error| format!("{error:#}"))?,
    };
    let mut cast = of_commands(step, &commands, &builds, &wanted.limits);
    find_out(&mut cast, SEED);
    Ok(cast)
}

/// The transcript as text, without its title.
pub fn lines_of(transcript: &Transcript) -> String {
    let text = transcript::plain(transcript);
    text.split_once('\n').map_or(String::new(), |(_title, lines)| lines.to_string())
}

/// Whether a check fails, for whatever reason.
pub fn has_failed(outcome: &Outcome) -> bool {
    matches!(outcome.verdict, Verdict::Fails { .. })
}

/// What a machine is so late with is busy: what happens may look like something else.
pub const LATE: Duration = Duration::from_millis(100);

/// Whether it says nothing against the course that a check was not checked: of a bonus, where the system does not tell
/// what it needs (elsewhere than on Linux), and while others keep the machine too busy to measure anything, which must be
/// true.
pub fn may_be_missed(outcome: &Outcome) -> bool {
    let is_missed = matches!(outcome.verdict, Verdict::NotChecked(_));
    let is_too_busy = outcome.lacked == Some(Lack::Time) && outcome.held_up > LATE;
    is_missed && (outcome.check.is_bonus() || !cfg!(target_os = "linux") || is_too_busy)
}

/// Where the binary of a reference solution is, once it is built: that of a step's program, or of another one in
/// `solutions`.
///
/// # Panics
/// When it does not compile.
pub fn reference(program: &'static str) -> PathBuf {
    let step = all_programs().find(|(_, other)| *other == program);
    let Some((step, _)) = step else {
        return build_binary("solutions", &Package::Solutions.binary(program))
            .expect("it compiles");
    };
    let cast = cast(Package::Solutions, step).expect("cargo runs");
    match &cast.roles[&Role::of(program)] {
        Launch::Built(_, path) => path.clone(),
        other => panic!("{program}: {other:?}"),
    }
}
