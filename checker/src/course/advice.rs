//! Where to look, by what was seen of a program. The words are texts of the course, in the table `[advice]`.

use crate::course::texts::TEXTS;
use crate::stage::symptom::Symptom;

/// Where to look for what a symptom comes from. It all comes after "Look at".
pub fn advice(symptom: &Symptom) -> String {
    let texts = &TEXTS.advice;
    match symptom {
        Symptom::SendsNoLineBreak => texts.sends_no_line_break.clone(),
        Symptom::WaitsForLineBreak => texts.waits_for_line_break.clone(),
        Symptom::WaitsForTheEnd => texts.waits_for_the_end.clone(),
        Symptom::WaitsForOther(name) => filled(&texts.waits_for_other, &[("name", name)]),
        Symptom::KeepsBack => texts.keeps_back.clone(),
        Symptom::PrintsInstead => texts.prints_instead.clone(),
        Symptom::PrintsLineBreakToo => texts.prints_line_break_too.clone(),
        Symptom::EndsBeforeItsThreads => texts.ends_before_its_threads.clone(),
        Symptom::Spins(Some(since)) => filled(&texts.spins_since, &[("since", since)]),
        Symptom::Spins(None) => texts.spins.clone(),
        Symptom::OtherPort(Some(port)) => filled(&texts.other_port, &[("port", &port.to_string())]),
        Symptom::OtherPort(None) => texts.not_its_port.clone(),
    }
}

/// A piece of advice as a sentence. `look` says where to look.
pub fn look_at(look: &str) -> String {
    filled(&TEXTS.advice.look_at, &[("look", look)])
}

/// The same piece of advice once more, in short.
pub fn look_at_the_same() -> String {
    TEXTS.advice.look_at_the_same.clone()
}

/// A place to look at: that of a panic.
pub fn place_of_panic(line: usize, file: &str) -> String {
    filled(&TEXTS.advice.panicked, &[("line", &line.to_string()), ("file", file)])
}

/// Two places to look at.
pub fn place_and_further(place: &str, further: &str) -> String {
    filled(&TEXTS.advice.and_further, &[("place", place), ("further", further)])
}

/// A text, with something in the place of each `{placeholder}`. That is taken as it is, even if it has braces.
fn filled(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, placeholder, after)) = first_placeholder(rest) {
        let value = values.iter().find(|(name, _)| *name == placeholder);
        let value = value.map_or(format!("{{{placeholder}}}"), |(_, value)| value.to_string());
        filled += before;
        filled += &value;
        rest = after;
    }
    filled + rest
}

/// The first placeholder of a text, with what stands before and after it.
fn first_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (placeholder, after) = rest.split_once('}')?;
    Some((before, placeholder, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_placeholder_may_have_braces() {
        let (alice, values) = ("{bob}", |alice| [("alice", alice), ("bob", "carol")]);
        assert_eq!(filled("{alice} and {bob} {x", &values(alice)), "{bob} and carol {x");
        assert_eq!(filled("{dave}: {alice}", &values("a")), "{dave}: a");
    }

    #[test]
    fn each_symptom_that_is_known_more_exactly_is_told_so() {
        for (symptom, known) in [
            (Symptom::WaitsForOther("bob".to_string()), "bob"),
            (Symptom::Spins(Some("bob has left".to_string())), "bob has left"),
            (Symptom::OtherPort(Some(4711)), "4711"),
        ] {
            let advice = advice(&symptom);
            assert!(advice.contains(known) && !advice.contains('{'), "{advice}");
        }
        assert_eq!(look_at("the loop."), "Look at the loop.");
        let further = place_and_further(&place_of_panic(7, "a.rs"), "the loop");
        assert_eq!(further, "line 7 of a.rs, where it panicked, and at the loop");
    }
}
