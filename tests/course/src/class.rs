//! Classes that were never taught: what is told of a class is tested, and shown, with them.

use std::collections::BTreeMap;

use checker::report::class::graded::{Alike, Class, Graded, GradedCheck, GradedStep};

use crate::play::{Check, STEPS, Step};

/// What somebody has called a submission, to do harm or by mistake. (No name of a file has a slash, nor a zero byte.)
pub const NAMES: &[&str] = &[
    "=HYPERLINK(\"https://example.org\",\"look\")",
    "<script>alert(1)</script>",
    "Jörg Müller-Łukasz",
    "\"quoted\", with 'both' & a comma; and %41 #1?",
    "\u{202e}desrever",
    "red\u{1b}[31m and\tbell\u{7}",
    "two\nlines",
    "]]>&amp;<!-- {{ 7 * 7 }}",
    "\u{fffe}\u{ffff}no characters",
];

/// Ten who have handed in five steps, and one who has not.
pub fn made_up() -> Class {
    const SKILLS: [(&str, &str, u32); 10] = [
        ("Ada.Berg", "58-1201", 100),
        ("Bruno.Castel", "58-1202", 82),
        ("Chidi.Okoro", "58-1203", 91),
        ("Dora.Lindqvist", "58-1204", 64),
        ("Emre.Yilmaz", "58-1205", 77),
        ("Farah.Haddad", "58-1206", 95),
        ("Gil.Navarro", "58-1207", 48),
        ("Hana.Kobayashi", "58-1208", 88),
        ("Ivo.Petrov", "58-1209", 71),
        ("Jonas.Weiß", "58-1210", 55),
    ];
    let mut graded: Vec<Graded> = SKILLS.iter().zip(0..).map(student).collect();
    graded[3].trouble = vec![
        "ex2_client.rs was not handed in".to_string(),
        "ms0_server.rs takes in a file from outside: ../notes.txt".to_string(),
    ];
    graded[6].trouble = vec!["it took longer than 300 s; ex4 was not played".to_string()];
    for (at, verdict) in [(6, "not checked"), (8, "unstable")] {
        let step = graded[at].steps.last_mut().expect("it has steps");
        let is_chosen = |number: usize| verdict == "not checked" || number == 2;
        for (number, check) in step.checks.iter_mut().enumerate().filter(|(at, _)| is_chosen(*at)) {
            check.verdict = "not checked".to_string();
            check.unstable = verdict == "unstable";
            check.message = format!("{verdict}, scene {number}");
            check.points = 0.0;
        }
    }
    graded.iter_mut().for_each(sum_up);
    let alike =
        |with: &str, share| Alike { file: "ex4_server.rs".into(), with: with.into(), share };
    let [one, other] = [4, 9].map(|at: usize| graded[at].name.clone());
    let days = |(at, graded): (usize, &Graded)| (graded.name.clone(), vec![(at % 3).to_string()]);
    Class {
        columns: vec!["late days".to_string()],
        passed_through: graded.iter().enumerate().map(days).collect(),
        absent: vec!["MS1_Kim.Seo.58-1211".to_string()],
        alike: BTreeMap::from([
            (one.clone(), vec![alike(&other, 0.93)]),
            (other, vec![alike(&one, 0.91), alike("the reference solution", 0.72)]),
        ]),
        version: "0.1.0".to_string(),
        graded,
    }
}

/// Whoever could break a format: with names that are anything else, nothing but trouble, other steps than others, and checks
/// of all kinds.
pub fn awkward() -> Class {
    let mut graded: Vec<Graded> = NAMES.iter().map(|name| of_all_kinds(name)).collect();
    graded.push(Graded {
        name: "nothing but trouble".to_string(),
        given: "nothing.zip".to_string(),
        trouble: vec!["it is no zip: \u{1b}[2J</td>".to_string(), "=1+1".to_string()],
        max: 10.0,
        open: 10.0,
        ..Graded::default()
    });
    graded.push(Graded { name: "nothing at all".to_string(), ..Graded::default() });
    let mut other = of_all_kinds("another step");
    other.steps[0].id = "of their own".to_string();
    other.steps[0].title = String::new();
    graded.push(other);
    Class {
        columns: vec!["=late".to_string()],
        passed_through: BTreeMap::from([(NAMES[0].to_string(), vec!["@SUM(A1:A9)".to_string()])]),
        absent: vec!["-absent".to_string(), "<b>".to_string()],
        alike: BTreeMap::from([(
            NAMES[1].to_string(),
            vec![Alike { file: "ex1_server.rs".into(), with: NAMES[2].into(), share: 0.9999 }],
        )]),
        version: "0.1.0".to_string(),
        graded,
    }
}

/// A submission with a check of each kind, some of them of a third of a point, whose texts are as awkward as its name.
pub fn of_all_kinds(name: &str) -> Graded {
    const THIRD: f64 = 1.0 / 3.0;
    let check = |number: usize, (verdict, unstable, max, bonus): &(&str, bool, f64, bool)| {
        let passes = *verdict == "passes";
        GradedCheck {
            id: format!("check_{number}"),
            name: format!("check {number} `{name}`"),
            role: "server".to_string(),
            verdict: verdict.to_string(),
            points: if passes { *max } else { 0.0 },
            max: *max,
            bonus: *bonus,
            unstable: *unstable,
            message: if passes { String::new() } else { format!("expected {name:?}\n{name}") },
            advice: if *verdict == "fails" { name.to_string() } else { String::new() },
            transcript: format!("server │ {name}\u{0}\nalice → {name}\u{b}!\n"),
            seconds: 0.25,
            visibility: ["", "visible", "hidden", "after_due_date", "after_published"][number % 5]
                .to_string(),
        }
    };
    let kinds = [
        ("passes", false, THIRD, false),
        ("fails", false, THIRD, false),
        ("passes", false, THIRD, false),
        ("does not compile", false, 0.5, false),
        ("to do", false, 0.5, false),
        ("not checked", false, 0.5, false),
        ("not checked", true, 0.25, false),
        ("checker fault", false, 0.25, false),
        ("passes", false, 0.0, true),
        ("fails", false, 0.0, true),
        ("not checked", false, 0.0, true),
        ("of a later version", false, 1.0, false),
    ];
    let step = GradedStep {
        id: "ex1".to_string(),
        title: format!("1.1 {name}"),
        checks: kinds.iter().enumerate().map(|(number, kind)| check(number, kind)).collect(),
        ..GradedStep::default()
    };
    let mut graded = Graded {
        name: name.to_string(),
        given: format!("{name}.zip"),
        parts: vec![name.to_string(), "58-1".to_string()],
        steps: vec![step],
        trouble: vec![format!("trouble with {name}")],
        ignored: vec![name.to_string()],
        seed: u64::MAX,
        version: "0.1.0".to_string(),
        protection: format!("full ({name})"),
        seconds: 61.0625,
        ..Graded::default()
    };
    sum_up(&mut graded);
    graded
}

fn student(((name, number, skill), at): (&(&str, &str, u32), u32)) -> Graded {
    let folder = format!("MS1_{name}.{number}");
    let mut graded = Graded {
        given: format!("{folder}.zip"),
        parts: vec!["MS1".to_string(), name.to_string(), number.to_string()],
        steps: STEPS.iter().take(5).map(|step| step_of(step, *skill, at)).collect(),
        seed: u64::from(at * 7919 + 11),
        version: "0.1.0".to_string(),
        protection: "full (user and network namespaces, Landlock, seccomp)".to_string(),
        seconds: 41.5 + f64::from(at),
        name: folder,
        ..Graded::default()
    };
    sum_up(&mut graded);
    graded
}

/// A step of somebody who passes about so many of a hundred checks: the first ones are easier than the last ones.
fn step_of(step: &Step, skill: u32, student: u32) -> GradedStep {
    let shares: u32 = step.checks.iter().filter_map(|check| check.share).sum();
    let check = |(number, check): (u32, &Check)| {
        let luck = (student * 37 + number * 53 + step.points * 29) % 70;
        let verdict = match (student, step.id) {
            (6, "ms0") => "does not compile",
            (9, "ex3") if number > 1 => "to do",
            _ if skill > luck + 5 * number.min(7) => "passes",
            _ => "fails",
        };
        let max = f64::from(check.share.unwrap_or_default() * step.points) / f64::from(shares);
        GradedCheck {
            id: check.id.to_string(),
            name: check.name.to_string(),
            role: "server".to_string(),
            verdict: verdict.to_string(),
            points: if verdict == "passes" { max } else { 0.0 },
            max,
            bonus: check.share == Some(0),
            message: if verdict == "fails" {
                "expected \"bread\", but nothing came within 2 s".to_string()
            } else {
                String::new()
            },
            seconds: 0.4,
            ..GradedCheck::default()
        }
    };
    GradedStep {
        id: step.id.to_string(),
        title: step.title.to_string(),
        checks: (0..).zip(step.checks).map(check).collect(),
        ..GradedStep::default()
    }
}

/// Sums up the checks of a step, and the steps.
fn sum_up(graded: &mut Graded) {
    let is_open = |check: &&GradedCheck| {
        check.unstable
            || !["passes", "fails", "does not compile", "to do"].contains(&&*check.verdict)
    };
    for step in &mut graded.steps {
        step.points = step.checks.iter().fold(0.0, |sum, check| sum + check.points);
        step.max = step.checks.iter().fold(0.0, |sum, check| sum + check.max);
        step.open = step.checks.iter().filter(is_open).fold(0.0, |sum, check| sum + check.max);
    }
    graded.points = graded.steps.iter().fold(0.0, |sum, step| sum + step.points);
    graded.max = graded.steps.iter().fold(0.0, |sum, step| sum + step.max);
    graded.open = graded.steps.iter().fold(0.0, |sum, step| sum + step.open);
}
