//! Scenes of milestone 2 about names that are refused, with a server of any kind: whether it has let somebody in is told
//! by what it says to others that it has let in.

use crate::course::scenes::rooms::{
    a_short_time, but_for, comes, enters, introduces, name_in_place_of,
};
use crate::stage::expected::containing;
use crate::stage::show::quoted;
use crate::stage::stage::Stage;
use crate::stage::stop::Scene;

/// An empty name. A server may refuse it as it likes, but carol, whose identification is empty, must not get
/// what bob got, and nobody must hear of her what was heard of him: neither without a name nor under one that the
/// server makes up for her.
///
/// Where a line break ends a name, an empty line is an empty name. Where a name is whatever one `recv` gives, only one
/// is empty: that of a client which sends nothing any more.
pub fn an_empty_identification(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = enters(stage, stage.connects("alice")?)?;
    let bob = comes(stage, "bob")?;
    let introduced = introduces(stage, &bob, "bob")?;
    let told = alice.hears_within(a_short_time(stage))?.unwrap_or_default();
    let (word, other, last) = (stage.word(), stage.word(), stage.word());
    bob.says(&word)?;
    let said = alice.hears(containing(&word))?.text;

    let carol = comes(stage, "carol")?;
    let has_line = introduced.needs_line_break == Some(true);
    if has_line {
        carol.sends_raw(b"\n", "(nothing but a line break)")?;
    } else {
        carol.stops_sending();
    }
    let came = carol.hears_within(a_short_time(stage))?.unwrap_or_default();
    let is_the_same = |came: &str, known: &str| {
        let known = but_for(known, "bob");
        !known.is_empty() && but_for(came, "") == known
    };
    if is_the_same(&came, &introduced.welcome) {
        let came = quoted(came.trim());
        return carol
            .fails(format!("expected not to be welcomed without a name, but heard {came}"));
    }
    if has_line && !carol.is_closed() {
        let _ = carol.says(&other); // if she was not asked again, she would be heard
    }
    let mut heard = alice.hears_within(a_short_time(stage))?.unwrap_or_default();
    bob.says(&last)?;
    heard += &alice.hears(containing(&last))?.before.join("\n");
    // Under the other word she is let in by a server that has asked her again.
    let is_made_up = |name: String| name != "bob" && name != other;
    let is_of_nobody = |line: &&str| {
        let is_told = |told| {
            is_the_same(line, told) || name_in_place_of("bob", told, line).is_some_and(is_made_up)
        };
        told.lines().any(is_told) || is_the_same(line, &said.replace(&word, &other))
    };
    match heard.lines().find(is_of_nobody) {
        Some(line) => {
            let expected = "expected nobody to be let in without a name";
            alice.fails(format!("{expected}, but heard {}", quoted(line)))
        }
        None => Ok(()),
    }
}

/// A taken name: the second alice is not welcomed as the first one was, and hears nobody.
pub fn a_second_owner(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let bob = enters(stage, stage.connects("bob")?)?;
    let alice = comes(stage, "alice")?;
    let first = introduces(stage, &alice, "alice")?.welcome;
    let second = comes(stage, "alice 2")?;
    let welcome = introduces(stage, &second, "alice")?.welcome;
    if !welcome.is_empty() && but_for(&welcome, "alice") == but_for(&first, "alice") {
        let welcome = quoted(welcome.trim());
        return second.fails(format!("expected not to be welcomed, but heard {welcome}"));
    }
    let word = stage.word();
    bob.says(&word)?;
    alice.hears(containing(&word))?;
    match second.hears_within(a_short_time(stage))?.is_some_and(|heard| heard.contains(&word)) {
        true => second.fails("expected not to be let in, but heard what bob says"),
        false => Ok(()),
    }
}
