//! The figures of a class in a few lines.

use std::collections::BTreeSet;

use maud::{Markup, html};

use crate::report::class::graded::{Class, Graded};
use crate::report::class::told::{exact, open_in_words};
use crate::report::terminal::{counted, points, points_in_words};
use crate::stage::show::visible;

/// How many there are, what they have, and what somebody should look at.
pub(super) fn overview(class: &Class) -> Markup {
    let graded = &class.graded;
    let open: f64 = graded.iter().map(|one| one.open).sum();
    let with_open = graded.iter().filter(|one| exact(one.open) > 0.0).count();
    let in_trouble = graded.iter().filter(|one| one.is_in_trouble()).count();
    html! {
        p.key {
            @if graded.is_empty() { "No submissions." } @else {
                strong { (counted(graded.len(), "submission")) }
                @if !class.absent.is_empty() { ", " (class.absent.len()) " absent" }
                ": median " strong { (points(median(graded))) }
                ", mean " strong { (points(mean(graded))) } (of(graded)) "."
            }
        }
        @if in_trouble > 0 || with_open > 0 {
            p {
                @if in_trouble > 0 { span.trouble { (in_trouble) " with trouble." } " " }
                @if let Some(open) = open_in_words(open) {
                    (open) " in " (counted(with_open, "submission"))
                    ": nothing was decided of them. They are neither given nor taken."
                }
            }
        }
        @if !class.version.is_empty() {
            dl { div { dt { "Version" } dd { (visible(&class.version)) } } }
        }
    }
}

/// The most points that all of them can have; none if that is not the same for all.
fn most(graded: &[Graded]) -> Option<f64> {
    let first = exact(graded.first()?.max);
    graded.iter().all(|one| exact(one.max) == first).then_some(first)
}

fn of(graded: &[Graded]) -> String {
    most(graded).map_or(" points".to_string(), |most| format!(" of {}", points_in_words(most)))
}

fn median(graded: &[Graded]) -> f64 {
    let mut all: Vec<f64> = graded.iter().map(|one| one.points).collect();
    all.sort_by(f64::total_cmp);
    let middle = all.len() / 2;
    match all.len() % 2 {
        0 => (all[middle - 1] + all[middle]) / 2.0,
        _ => all[middle],
    }
}

fn mean(graded: &[Graded]) -> f64 {
    graded.iter().map(|one| one.points).sum::<f64>() / graded.len() as f64
}

/// What was in force between the programs and the machines on which they were graded.
pub(super) fn protections(class: &Class) -> BTreeSet<&str> {
    let all = class.graded.iter().map(|one| one.protection.as_str());
    all.filter(|protection| !protection.is_empty()).collect()
}
