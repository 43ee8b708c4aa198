//! The sentences that the formats of a class have in common. All text is made visible: nothing in it moves a cursor, turns the
//! direction of other text, or cannot be seen.

use crate::report::class::decision::{Decision, open_points};
use crate::report::class::graded::{Alike, Graded, GradedCheck};
use crate::report::page::text::lines;
use crate::report::terminal::{points, points_in_words};
use crate::report::verdicts::advice;
use crate::stage::show::visible;

/// Points as a number for a machine: to a ten-thousandth, so that a sum of thirds is a whole number again.
pub(super) fn exact(points: f64) -> f64 {
    (points * 10_000.0).round() / 10_000.0 + 0.0 // which makes a zero of -0
}

/// `0.5 points are open`, if any are.
pub(super) fn open_in_words(open: f64) -> Option<String> {
    match exact(open) {
        open if open <= 0.0 => None,
        1.0 => Some("1 point is open".to_string()),
        open => Some(format!("{} points are open", points(open))),
    }
}

/// `14.5 of 20 points, 0.5 open (not checked)`
pub(super) fn sum_in_words(earned: f64, max: f64, open: f64) -> String {
    let open = match exact(open) > 0.0 {
        true => format!(", {} open (not checked)", points(open)),
        false => String::new(),
    };
    format!("{} of {}{open}", points(earned), points_in_words(exact(max)))
}

/// What came of a check, in one line without its name: `0 of 0.5 points: fails`.
pub(super) fn result_in_words(check: &GradedCheck) -> String {
    let word = Decision::of(check).word();
    match (open_in_words(open_points(check)), exact(check.max)) {
        (Some(open), _) => format!("{word}: {open}"),
        (None, max) if max <= 0.0 => match check.bonus {
            true => format!("{word}, a bonus"),
            false => word.to_string(),
        },
        (None, max) => format!("{word}: {} of {}", points(check.points), points_in_words(max)),
    }
}

/// The reason of a verdict; empty for a pass.
pub(super) fn reason(check: &GradedCheck) -> String {
    lines(&check.message)
}

/// All that is known of a check: the reason, where to look, and the transcript.
pub(super) fn account(check: &GradedCheck) -> String {
    let look = lines(&check.advice);
    let look = if look.is_empty() { look } else { advice(&look) };
    let parts = [reason(check), look, lines(&check.transcript)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// What somebody should know of a submission beside its checks, in a line each: `not handed in: ex2_client`. What is named as
/// trouble is not named once more.
pub(super) fn remarks(graded: &Graded) -> Vec<String> {
    let mut all: Vec<String> = graded.trouble.iter().map(|line| visible(line)).collect();
    let is_new = |name: &String| !graded.trouble.iter().any(|line| line.contains(name));
    for (what, names) in [
        ("not handed in", &graded.missing),
        ("handed in, but not part of the course", &graded.ignored),
        ("taken in from outside", &graded.outside),
    ] {
        let new = names.iter().filter(|name| is_new(name)).map(|name| visible(name));
        let new: Vec<String> = new.collect();
        if !new.is_empty() {
            all.push(format!("{what}: {}", new.join(", ")));
        }
    }
    all
}

/// `93 % of ex4_server.rs is like bob's`
pub(super) fn alike_in_words(alike: &Alike) -> String {
    let of_whom = match alike.with.as_str() {
        "the reference solution" => alike.with.clone(),
        name => format!("{}'s", visible(name)),
    };
    format!("{} of {} is like {of_whom}", percent(alike.share), visible(&alike.file))
}

/// `93 %`. Only all of it is 100 %.
pub(super) fn percent(share: f64) -> String {
    let most = if share < 1.0 { 99.0 } else { 100.0 };
    format!("{} %", (share * 100.0).round().min(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_thirds_are_whole_and_there_is_no_negative_zero() {
        assert_eq!(exact(1.0 / 3.0 + 1.0 / 3.0 + 1.0 / 3.0), 1.0);
        assert_eq!(exact(0.1 + 0.2), 0.3);
        assert!(exact(-0.0).is_sign_positive());
    }

    #[test]
    fn points_that_are_open_are_told() {
        let check = |verdict: &str, max: f64, bonus| GradedCheck {
            verdict: verdict.to_string(),
            max,
            bonus,
            ..GradedCheck::default()
        };
        assert_eq!(
            result_in_words(&check("not checked", 0.5, false)),
            "not checked: 0.5 points are open"
        );
        assert_eq!(
            result_in_words(&check("checker fault", 1.0, false)),
            "checker fault: 1 point is open"
        );
        assert_eq!(result_in_words(&check("fails", 1.0 / 3.0, false)), "fails: 0 of 0.33 points");
        assert_eq!(result_in_words(&check("not checked", 0.0, true)), "not checked, a bonus");
        assert_eq!(sum_in_words(1.0, 3.0, 0.5), "1 of 3 points, 0.5 open (not checked)");
        assert_eq!(sum_in_words(1.0, 1.0, 0.0), "1 of 1 point");
    }

    #[test]
    fn what_is_trouble_is_told_once() {
        let graded = Graded {
            trouble: vec!["ex2_client was not handed in".into()],
            missing: vec!["ex2_client".into(), "ex2_server".into()],
            ignored: vec!["notes\u{7}.txt".into()],
            ..Graded::default()
        };
        let expected = [
            "ex2_client was not handed in",
            "not handed in: ex2_server",
            "handed in, but not part of the course: notes\\u{7}.txt",
        ];
        assert_eq!(remarks(&graded), expected);
    }

    #[test]
    fn a_share_is_rounded_but_only_all_of_it_is_all() {
        assert_eq!([0.934, 0.999, 1.0].map(percent), ["93 %", "99 %", "100 %"]);
        let alike = |with: &str| Alike { file: "a.rs".into(), with: with.into(), share: 0.5 };
        assert_eq!(alike_in_words(&alike("bob")), "50 % of a.rs is like bob's");
        let solution = "50 % of a.rs is like the reference solution";
        assert_eq!(alike_in_words(&alike("the reference solution")), solution);
    }
}
