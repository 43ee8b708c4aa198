//! The page of a report (`cargo step report`) and that of a class, in a browser: what is on it can be seen, read and reached,
//! by everybody and on every screen; and what programs have said is nothing but text on it.
//!
//! Without a browser on PATH (`apt-get install chromium`) these tests are skipped, and say so. A picture of a page that
//! fails one is kept in `target/tmp/page`.

use std::fs;
use std::process::ExitCode;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use course_tests::kept;
use course_tests::play::{Diagram, Outcome, StepResult, has_failed};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde::Deserialize;

#[path = "page/browser.rs"]
mod browser;
#[path = "page/class.rs"]
mod class;
#[path = "page/drawn.rs"]
mod drawn;
#[path = "page/runs.rs"]
mod runs;
#[path = "page/tab.rs"]
mod tab;
use browser::Browser;
use drawn::{Drawn, beginning};
use tab::{HEIGHT, Key, Tab};

/// A phone, half a screen, a whole one.
const WIDTHS: [u32; 3] = [360, 800, 1600];

type Test = fn(&mut Browser) -> Result<(), Failed>;

const TESTS: &[(&str, Test)] = &[
    (
        "every_actor_and_every_arrow_of_a_failed_check_is_in_sight",
        every_actor_and_every_arrow_of_a_failed_check_is_in_sight,
    ),
    ("nothing_overlaps_or_overflows", nothing_overlaps_or_overflows),
    ("the_whole_course_fits", the_whole_course_fits),
    ("the_names_of_actors_stay_in_sight", the_names_of_actors_stay_in_sight),
    ("all_text_stands_out_in_light_and_dark", all_text_stands_out_in_light_and_dark),
    ("the_tab_key_reaches_everything", the_tab_key_reaches_everything),
    ("it_can_be_listened_to", it_can_be_listened_to),
    ("hostile_text_is_text", hostile_text_is_text),
    ("nothing_is_asked_of_the_network", nothing_is_asked_of_the_network),
    ("print_hides_nothing", print_hides_nothing),
    ("a_class_fits_on_a_phone_and_on_a_screen", class::fits),
    ("a_class_stands_out_in_light_and_dark", class::stands_out_in_light_and_dark),
    ("a_class_is_sorted_by_keyboard_and_by_click", class::is_sorted_by_keyboard_and_by_click),
    ("a_class_asks_for_nothing_and_is_text", class::asks_for_nothing_and_is_text),
    ("a_class_can_be_listened_to", class::can_be_listened_to),
    ("a_class_is_whole_on_paper", class::is_whole_on_paper),
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1); // they share one browser
    let path = browser::find();
    let browser: Arc<Mutex<Option<Browser>>> = Arc::default();
    let trial = |(name, test): &(&str, Test)| {
        let (path, browser, test) = (path.clone(), Arc::clone(&browser), *test);
        Trial::ignorable_test(*name, move || {
            let Some(path) = path else { return Ok(Completion::ignored_with(NO_BROWSER)) };
            let mut browser = browser.lock().unwrap_or_else(PoisonError::into_inner);
            test(browser.get_or_insert_with(|| Browser::start(&path, &kept("page"))))?;
            Ok(Completion::Completed)
        })
    };
    let conclusion = libtest_mimic::run(&arguments, TESTS.iter().map(trial).collect());
    if path.is_none() {
        eprintln!("the browser's tests are skipped: {NO_BROWSER}");
    }
    drop(browser);
    conclusion.exit_code()
}

const NO_BROWSER: &str = "neither chromium nor google-chrome is on PATH";

/// Shows the page of a run. It is kept as a file, for whoever wants to look at it too.
fn open<'a>(browser: &'a mut Browser, name: &str, html: &str) -> Result<Tab<'a>, Failed> {
    let file = kept("page").join(format!("{name}.html"));
    fs::create_dir_all(kept("page"))?;
    fs::write(&file, html)?;
    Ok(Tab::open(browser, &file))
}

/// The page of wrong programs, and the checks on it that fail.
fn open_wrong(browser: &mut Browser) -> Result<(Tab<'_>, Vec<&'static Outcome>), Failed> {
    static RESULTS: LazyLock<Result<Vec<StepResult>, String>> =
        LazyLock::new(runs::of_wrong_programs);
    let results = RESULTS.as_ref()?;
    let outcomes = results.iter().flat_map(|result| &result.outcomes);
    let failed: Vec<&Outcome> = outcomes.filter(|outcome| has_failed(outcome)).collect();
    if failed.len() < runs::FAILURES {
        return Err(format!("only {} checks fail", failed.len()).into());
    }
    Ok((open(browser, "wrong", &runs::html(results, &[]))?, failed))
}

/// The page of programs, sources and a compiler that say what is hostile.
fn open_hostile(browser: &mut Browser) -> Result<Tab<'_>, Failed> {
    open(browser, "hostile", &runs::html(&runs::of_hostile_programs(), runs::MARKUP))
}

/// Fails, and keeps a picture, if anything is wrong.
fn expect_none(mut wrong: Vec<String>, tab: &mut Tab, name: &str) -> Result<(), Failed> {
    wrong.dedup();
    if wrong.is_empty() {
        return Ok(());
    }
    let picture = kept("page").join(format!("{name}.png"));
    let shown = wrong.iter().take(MOST_SHOWN).map(|what| format!("  {what}\n")).collect::<String>();
    let kept = match tab.keep_picture(&picture) {
        Ok(()) => picture.display().to_string(),
        Err(error) => error,
    };
    Err(format!("{} things are wrong on {name} (a picture: {kept}):\n{shown}", wrong.len()).into())
}

/// How many of the things that are wrong are told.
const MOST_SHOWN: usize = 20;

/// Opens all that is folded.
fn unfold(tab: &mut Tab) {
    tab.evaluate::<usize>(
        "[...document.querySelectorAll('details')].map((details) => (details.open = true)).length",
    );
}

fn every_actor_and_every_arrow_of_a_failed_check_is_in_sight(
    browser: &mut Browser,
) -> Result<(), Failed> {
    let (mut tab, failed) = open_wrong(browser)?;
    for width in WIDTHS {
        tab.width(width);
        let drawn: Vec<Drawn> = tab.evaluate("measure.diagrams('.check.fails .diagram')");
        let mut wrong = Vec::new();
        if drawn.len() != failed.len() {
            wrong.push(format!("{} diagrams of {} failures", drawn.len(), failed.len()));
        }
        for (drawn, outcome) in drawn.iter().zip(&failed) {
            let differences = drawn.differs_from(&Diagram::of(&outcome.transcript));
            wrong.extend(differences.iter().map(|what| format!("{}: {what}", outcome.check.id)));
        }
        wrong.extend(tab.evaluate::<Vec<String>>("measure.covered('.check.fails .diagram')"));
        expect_none(wrong, &mut tab, &format!("wrong-{width}"))?;
    }
    Ok(())
}

/// What is too wide, lies upon something else or is cut off, in all widths, folded and unfolded.
fn fits(tab: &mut Tab, name: &str) -> Result<(), Failed> {
    for state in ["folded", "unfolded"] {
        for width in WIDTHS {
            tab.width(width);
            let wrong = tab.evaluate("[...measure.overflowing(), ...measure.overlapping()]");
            expect_none(wrong, tab, &format!("{name}-{width}-{state}"))?;
        }
        unfold(tab);
    }
    Ok(())
}

fn nothing_overlaps_or_overflows(browser: &mut Browser) -> Result<(), Failed> {
    let (mut tab, _) = open_wrong(browser)?;
    fits(&mut tab, "wrong")?;
    let wrong = tab.evaluate("measure.covered('main')");
    expect_none(wrong, &mut tab, "wrong-covered")
}

/// With all scenes that there are, in which more actors take part than in those of the wrong programs.
fn the_whole_course_fits(browser: &mut Browser) -> Result<(), Failed> {
    let mut tab = open(browser, "course", &runs::html(&runs::of_right_programs()?, &[]))?;
    fits(&mut tab, "course")
}

fn the_names_of_actors_stay_in_sight(browser: &mut Browser) -> Result<(), Failed> {
    let mut tab = open(browser, "long", &runs::html(&runs::of_many_rounds(), &[]))?;
    for width in WIDTHS {
        tab.width(width);
        let wrong = tab.evaluate(&format!("measure.namesOutOfSight({HEIGHT})"));
        expect_none(wrong, &mut tab, &format!("long-{width}"))?;
    }
    Ok(())
}

fn all_text_stands_out_in_light_and_dark(browser: &mut Browser) -> Result<(), Failed> {
    let (tab, _) = open_wrong(browser)?;
    stands_out(tab, "wrong")?;
    stands_out(open_hostile(browser)?, "hostile") // it has all kinds of verdicts
}

fn stands_out(mut tab: Tab, name: &str) -> Result<(), Failed> {
    unfold(&mut tab);
    for (medium, scheme) in [("print", "dark"), ("screen", "light"), ("screen", "dark")] {
        tab.show(medium, scheme);
        let mut wrong: Vec<String> = tab.evaluate("measure.faint()");
        let brightness: f64 = tab.evaluate("measure.brightness()");
        let is_dark = (medium, scheme) == ("screen", "dark");
        if is_dark != (brightness < 0.2) || is_dark == (brightness > 0.8) {
            wrong.push(format!("the ground has a brightness of {brightness}"));
        }
        expect_none(wrong, &mut tab, &format!("{name}-{medium}-{scheme}"))?;
    }
    Ok(())
}

/// What has the focus.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stop {
    number: i64,
    name: String,
    href: Option<String>,
    is_marked: bool,
    is_in_sight: bool,
}

fn the_tab_key_reaches_everything(browser: &mut Browser) -> Result<(), Failed> {
    for scheme in ["light", "dark"] {
        let (mut tab, _) = open_wrong(browser)?;
        tab.show("screen", scheme);
        unfold(&mut tab);
        let stops: Vec<String> = tab.evaluate("measure.stops()");
        let mut wrong = Vec::new();
        for (expected, number) in stops.iter().zip(0..) {
            tab.press(Key::Tab);
            let stop: Option<Stop> = tab.evaluate("measure.stop()");
            let what = stop.map_or(Some("is not reached".to_string()), |stop| stop.wrong(number));
            wrong.extend(what.map(|what| format!("{expected} {what}")));
        }
        let foldable: usize = tab.evaluate("document.querySelectorAll('details').length");
        if foldable == 0 || stops.len() <= foldable {
            wrong.push(format!("{} stops, with {foldable} things to unfold", stops.len()));
        }
        expect_none(wrong, &mut tab, &format!("wrong-keyboard-{scheme}"))?;
        skips(&mut tab)?;
    }
    Ok(())
}

impl Stop {
    /// What is wrong with it, as the stop of this number.
    fn wrong(&self, number: i64) -> Option<String> {
        let leads_into_the_page = || self.href.as_ref().is_some_and(|href| href.starts_with('#'));
        let what = match self.number == number {
            false => return Some(format!("is not reached, but {}", self.name)),
            true if !self.is_in_sight => "has the focus, out of sight",
            true if !self.is_marked => "has the focus, which cannot be seen",
            true if number == 0 && !leads_into_the_page() => {
                "comes first, rather than a link to what the page is about"
            }
            true => return None,
        };
        Some(what.to_string())
    }
}

/// The first link takes the keyboard past what stands above: the next stop is behind its end.
fn skips(tab: &mut Tab) -> Result<(), Failed> {
    tab.evaluate::<()>("document.querySelector('.skip').focus()");
    tab.press(Key::Enter);
    tab.press(Key::Tab);
    let is_past = "document.querySelector('#checks').contains(document.activeElement)";
    let wrong =
        (!tab.evaluate::<bool>(is_past)).then(|| "the first link skips nothing".to_string());
    expect_none(wrong.into_iter().collect(), tab, "wrong-skip")
}

fn it_can_be_listened_to(browser: &mut Browser) -> Result<(), Failed> {
    let (mut tab, failed) = open_wrong(browser)?;
    let mut wrong: Vec<String> = tab.evaluate("measure.structure()");
    let told = tab.told();
    for landmark in ["banner", "main", "navigation", "contentinfo"] {
        if !told.iter().any(|told| told.role == landmark) {
            wrong.push(format!("there is no {landmark}"));
        }
    }
    for told in &told {
        let is_picture =
            ["image", "img"].contains(&&*told.role) || told.role.starts_with("graphics");
        let needs_name = is_picture || (told.can_have_focus && !NAMELESS.contains(&&*told.role));
        if needs_name && told.name.is_empty() {
            wrong.push(format!("something has no name: {told:?}"));
        }
    }
    // A diagram is read aloud as who did what.
    let drawn: Vec<Drawn> = tab.evaluate("measure.diagrams('.check.fails .diagram')");
    for (drawn, outcome) in drawn.iter().zip(&failed) {
        wrong.extend(drawn.leaves_untold(&Diagram::of(&outcome.transcript)));
    }
    expect_none(wrong, &mut tab, "wrong-aloud")
}

/// What may have the focus and no name: the page itself has a title, and a part of it that a link leads to has headings.
const NAMELESS: &[&str] = &["RootWebArea", "generic"];

fn hostile_text_is_text(browser: &mut Browser) -> Result<(), Failed> {
    let mut tab = open_hostile(browser)?;
    unfold(&mut tab);
    let signs = tab.signs_of_scripts();
    let mut wrong: Vec<String> =
        signs.iter().map(|sign| format!("a script ran, or was to run: {sign:.200}")).collect();
    wrong.extend(tab.evaluate::<Vec<String>>("[...measure.outward(), ...measure.unseen()]"));
    // Wherever it can stand, it is read as it is written.
    for place in PLACES {
        let texts: Vec<String> = tab.evaluate(&format!("measure.read({place:?})"));
        for markup in runs::MARKUP {
            if !texts.iter().any(|text| text.contains(&beginning(markup))) {
                wrong.push(format!("{place} does not show {markup:?}"));
            }
        }
    }
    expect_none(wrong, &mut tab, "hostile")?;
    drop(tab);
    let mut tab = open_hostile(browser)?;
    fits(&mut tab, "hostile")?;
    let wrong = tab.evaluate("measure.covered('.diagram')");
    expect_none(wrong, &mut tab, "hostile-covered")
}

/// Where a page shows what programs, their sources and the compiler say.
const PLACES: &[&str] = &[
    ".message.sends .label",
    ".message.received .label",
    ".note.prints p",
    ".note.logs p",
    ".note.types p",
    ".check.fails .reason",
    ".check.fails .advice",
    ".check.todo .reason",
    ".check.open .reason",
    ".check.fault .reason",
    ".check.fails .transcript pre",
    ".broken pre",
    ".to-do",
    ".again code",
];

/// Comes to an end when the page has been drawn.
const NEXT_FRAME: &str = "new Promise((resolve) =>
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(null))))";

fn nothing_is_asked_of_the_network(browser: &mut Browser) -> Result<(), Failed> {
    let (mut tab, _) = open_wrong(browser)?;
    unfold(&mut tab);
    for (medium, scheme) in [("screen", "dark"), ("print", "light"), ("screen", "light")] {
        tab.show(medium, scheme);
        tab.evaluate::<()>(NEXT_FRAME);
    }
    let mut wrong: Vec<String> = tab.evaluate("measure.outward()");
    let page: String = tab.evaluate("location.href");
    match &tab.requests()[..] {
        [only] if *only == page => {}
        requests => wrong.push(format!("requests {requests:?}, expected one of {page}")),
    }
    expect_none(wrong, &mut tab, "wrong-network")
}

fn print_hides_nothing(browser: &mut Browser) -> Result<(), Failed> {
    const READ: &str = "measure.texts().map(({ text }) => text)";
    let mut tab = open_hostile(browser)?;
    tab.width(PAPER);
    let on_screen: Vec<String> = tab.evaluate(READ);
    tab.show("print", "dark");
    let in_print: Vec<String> = tab.evaluate(READ);
    let mut wrong: Vec<String> = tab.evaluate("[...measure.overflowing(), ...measure.scrolled()]");
    let missing = on_screen.iter().filter(|text| !in_print.contains(text));
    wrong.extend(missing.map(|text| format!("not in print: {text:.60}")));
    // Paper cannot be unfolded.
    wrong.extend(tab.evaluate::<Vec<String>>("measure.folded('.check.fails .bytes')"));
    let document = tab.print();
    let pages = document.windows(PAGE.len()).filter(|window| *window == PAGE).count();
    if pages < 2 {
        wrong.push(format!("{pages} pages in print"));
    }
    expect_none(wrong, &mut tab, "hostile-print")
}

/// How wide a sheet of paper (A4) is between its margins.
const PAPER: u32 = 718;

/// What each page of a PDF begins with.
const PAGE: &[u8] = b"/Type /Page\n";
