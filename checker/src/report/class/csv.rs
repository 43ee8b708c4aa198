//! A class as a table for a spreadsheet or a gradebook: `class.csv`, in UTF-8, a row for each submission and each who is absent.

use anyhow::{Context, Result};
use csv::Writer;

use crate::report::class::columns::{CheckColumn, StepColumn, columns};
use crate::report::class::decision::Decision;
use crate::report::class::graded::{Class, Graded, GradedStep};
use crate::report::class::told::{alike_in_words, exact};
use crate::stage::show::visible;

/// The table. A number is a number; what anybody has typed is text, and stays text in a spreadsheet.
///
/// # Errors
/// None of these values can fail to be written.
pub fn csv(class: &Class) -> Result<String> {
    let steps = columns(&class.graded);
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(heading(class, &steps))?;
    for graded in &class.graded {
        writer.write_record(row(class, graded, &steps))?;
    }
    for name in &class.absent {
        writer.write_record(absent(class, name, &steps))?;
    }
    let bytes = writer.into_inner().context("cannot write the table")?;
    Ok(String::from_utf8(bytes)?)
}

/// The columns behind those of the steps.
const LAST: [&str; 6] = ["trouble", "alike", "seed", "version", "protection", "seconds"];

fn heading(class: &Class, steps: &[StepColumn]) -> Vec<String> {
    let mut cells = vec!["name".to_string(), "given".to_string()];
    cells.extend(class.columns.iter().map(|column| text(column)));
    cells.extend(["points", "open", "max"].map(String::from));
    for step in steps {
        cells.push(text(step.id));
        cells.extend(step.checks.iter().map(|check| text(&format!("{} {}", step.id, check.id))));
    }
    cells.extend(LAST.map(String::from));
    cells
}

fn row(class: &Class, graded: &Graded, steps: &[StepColumn]) -> Vec<String> {
    let mut cells = vec![text(&graded.name), text(&graded.given)];
    cells.extend(passed_through(class, &graded.name));
    cells.extend([graded.points, graded.open, graded.max].map(number));
    for column in steps {
        let step = column.of_submission(graded);
        cells.push(step.map_or(String::new(), |step| number(step.points)));
        cells.extend(column.checks.iter().map(|check| cell(step, check)));
    }
    let alike = class.alike.get(&graded.name).map(Vec::as_slice).unwrap_or_default();
    let alike: Vec<String> = alike.iter().map(alike_in_words).collect();
    cells.extend([
        text(&graded.trouble.join("; ")),
        text(&alike.join("; ")),
        seed(graded.seed),
        text(&graded.version),
        text(&graded.protection),
        number(graded.seconds),
    ]);
    cells
}

/// Somebody of whom nothing was handed in has no points: neither some nor none.
fn absent(class: &Class, name: &str, steps: &[StepColumn]) -> Vec<String> {
    let mut cells = vec![text(name), String::new()];
    cells.extend(passed_through(class, name));
    let of_steps: usize = steps.iter().map(|step| 1 + step.checks.len()).sum();
    cells.extend(vec![String::new(); ["points", "open", "max"].len() + of_steps]);
    cells.push("nothing was handed in".to_string());
    cells.extend(vec![String::new(); LAST.len() - 1]);
    cells
}

fn passed_through<'a>(class: &'a Class, name: &str) -> impl Iterator<Item = String> + use<'a> {
    let values = class.passed_through.get(name).map(Vec::as_slice).unwrap_or_default();
    (0..class.columns.len()).map(|at| values.get(at).map_or(String::new(), |value| text(value)))
}

/// The points of a check: a word where nothing was decided, or where there are no points to be had.
fn cell(step: Option<&GradedStep>, column: &CheckColumn) -> String {
    let Some(check) = step.and_then(|step| column.of_step(step)) else { return String::new() };
    let decision = Decision::of(check);
    match decision.is_open() || exact(check.max) == 0.0 && exact(check.points) == 0.0 {
        true => decision.word().to_string(),
        false => number(check.points),
    }
}

fn number(value: f64) -> String {
    exact(value).to_string()
}

/// A spreadsheet keeps 15 digits of a number. With more, it would play other words, so it is text.
fn seed(seed: u64) -> String {
    const MOST: u64 = 999_999_999_999_999;
    if seed > MOST { format!("'{seed}") } else { seed.to_string() }
}

/// A text that no spreadsheet takes for a formula, which could send what else is in the sheet to somebody, or start a program:
/// <https://owasp.org/www-community/attacks/CSV_Injection>. What cannot be seen is spelled out.
fn text(text: &str) -> String {
    let text = visible(text);
    let begins_one = |c: char| {
        matches!(c, '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}')
    };
    let is_number = text.parse::<f64>().is_ok_and(f64::is_finite);
    match text.trim_start().starts_with(begins_one) && !is_number {
        true => format!("'{text}"),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_keeps_all_digits_of_a_seed() {
        assert_eq!(seed(7), "7");
        assert_eq!(seed(u64::MAX), "'18446744073709551615");
    }

    #[test]
    fn no_text_is_a_formula_and_a_number_stays_one() {
        for (given, expected) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+1+cmd|'/C calc'!A0", "'+1+cmd|'/C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "'  =1"),
            ("\t=1", "\\t=1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("-1", "-1"),
            ("+2.5", "+2.5"),
            ("-inf", "'-inf"),
            ("Jürgen-Ole", "Jürgen-Ole"),
            ("two\r\nlines", "two\\r\\nlines"),
        ] {
            assert_eq!(text(given), expected);
        }
    }
}
