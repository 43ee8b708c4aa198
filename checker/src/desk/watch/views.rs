//! What can be shown: the step, all that went wrong in full, the list of steps, or a question. And what keys mean there.

use crossterm::event::KeyCode;

use crate::course::step::Step;
use crate::course::table::STEPS;
use crate::report::screen::Key;

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// The step that is followed.
    Step,
    /// All that went wrong, from this line on.
    Full {
        /// The first line that is shown.
        top: usize,
    },
    /// All steps, of which one is selected.
    List {
        /// Its number in the course.
        selected: usize,
    },
    /// The question which program is to be started over.
    StartOver(&'static [&'static str]),
}

impl View {
    /// The keys that are named.
    pub(super) fn keys(self) -> &'static [Key] {
        match self {
            View::Step => &[
                ("h", "hint"),
                ("l", "list"),
                ("r", "run"),
                ("n", "next"),
                ("p", "previous"),
                ("v", "all that failed"),
                ("o", "report"),
                ("x", "start over"),
                ("q", "quit"),
            ],
            View::Full { .. } => &[("↑ ↓", "scroll"), ("space", "a page on"), ("v", "back")],
            View::List { .. } => {
                &[("↑ ↓", "choose"), ("Enter", "go there"), ("c", "check all"), ("l", "back")]
            }
            View::StartOver(_) => &[],
        }
    }

    /// What a key asks for, if anything, at this step. The list begins at `listed`; of a long text, so many lines are a
    /// page.
    pub(super) fn act(
        self,
        step: &'static Step,
        listed: &Step,
        page: usize,
        key: KeyCode,
    ) -> Option<Act> {
        match self {
            View::StartOver(programs) => {
                Some(chosen(programs, key).map_or(Act::Shows(View::Step), Act::StartsOver))
            }
            View::Step => act_at_step(step, listed, key),
            View::List { selected } => act_in_list(selected, key),
            View::Full { top } => Some(Act::Shows(scrolled(top, page, key))),
        }
    }
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Another view, or the same one moved.
    Shows(View),
    /// One hint more.
    Hint,
    /// The check once more.
    Run,
    /// The next step.
    Next,
    /// The step before.
    Previous,
    /// The step of this number.
    GoesTo(usize),
    /// A check of all steps.
    ChecksAll,
    /// The run as a page.
    Reports,
    /// This program as it was handed out.
    StartsOver(&'static str),
    /// Nothing more.
    Quits,
}

fn act_at_step(step: &'static Step, listed: &Step, key: KeyCode) -> Option<Act> {
    Some(match key {
        KeyCode::Char('h') => Act::Hint,
        KeyCode::Char('l') => {
            let selected = STEPS.iter().position(|other| other.id == listed.id)?;
            Act::Shows(View::List { selected })
        }
        KeyCode::Char('r') => Act::Run,
        KeyCode::Char('n') => Act::Next,
        KeyCode::Char('p') => Act::Previous,
        KeyCode::Char('v') => Act::Shows(View::Full { top: 0 }),
        KeyCode::Char('o') => Act::Reports,
        KeyCode::Char('x') => Act::Shows(View::StartOver(step.programs)),
        KeyCode::Char('q') => Act::Quits,
        _ => return None,
    })
}

fn act_in_list(selected: usize, key: KeyCode) -> Option<Act> {
    let shows = |selected: usize| Some(Act::Shows(View::List { selected }));
    match key {
        KeyCode::Up | KeyCode::Char('k') => shows(selected.saturating_sub(1)),
        KeyCode::Down | KeyCode::Char('j') => shows((selected + 1).min(STEPS.len() - 1)),
        KeyCode::Enter => Some(Act::GoesTo(selected)),
        KeyCode::Char('c') => Some(Act::ChecksAll),
        KeyCode::Char('l' | 'q') | KeyCode::Esc => Some(Act::Shows(View::Step)),
        _ => None,
    }
}

/// A long text, moved by a key. Any other key leads back to the step.
fn scrolled(top: usize, page: usize, key: KeyCode) -> View {
    let top = match key {
        KeyCode::Up | KeyCode::Char('k') => top.saturating_sub(1),
        KeyCode::Down | KeyCode::Char('j') => top + 1,
        KeyCode::PageUp => top.saturating_sub(page),
        KeyCode::PageDown | KeyCode::Char(' ') => top + page,
        KeyCode::Home => 0,
        KeyCode::End => usize::MAX / 2,
        _ => return View::Step,
    };
    View::Full { top }
}

/// The program that an answer chooses: `y` where there is one, its number where there are several.
fn chosen(programs: &[&'static str], key: KeyCode) -> Option<&'static str> {
    match (programs, key) {
        ([program], KeyCode::Char('y')) => Some(program),
        ([_, _, ..], KeyCode::Char(digit)) => {
            let number = digit.to_digit(10)?.checked_sub(1)?;
            programs.get(number as usize).copied()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(view: View, key: KeyCode) -> Option<Act> {
        view.act(&STEPS[1], &STEPS[1], 15, key)
    }

    #[test]
    fn every_key_that_is_named_does_something() {
        let views = [View::Step, View::Full { top: 7 }, View::List { selected: 2 }];
        for view in views {
            for (named, _) in view.keys() {
                let keys = match *named {
                    "↑ ↓" => vec![KeyCode::Up, KeyCode::Down],
                    "space" => vec![KeyCode::Char(' ')],
                    "Enter" => vec![KeyCode::Enter],
                    letter => letter.chars().map(KeyCode::Char).collect(),
                };
                for key in keys {
                    let does = act(view, key);
                    assert!(does.is_some() && does != Some(Act::Shows(view)), "{view:?} {named}");
                }
            }
        }
        assert_eq!(act(View::Step, KeyCode::Char('z')), None);
    }

    #[test]
    fn a_program_is_started_over_by_an_answer_that_names_it() {
        let [server, client] = STEPS[1].programs else { panic!("1.2 has two programs") };
        let both = View::StartOver(STEPS[1].programs);
        assert_eq!(act(both, KeyCode::Char('1')), Some(Act::StartsOver(server)));
        assert_eq!(act(both, KeyCode::Char('2')), Some(Act::StartsOver(client)));
        let one = View::StartOver(&["ex1_server"]);
        assert_eq!(act(one, KeyCode::Char('y')), Some(Act::StartsOver("ex1_server")));
        for (view, key) in
            [(both, 'y'), (both, '3'), (both, '0'), (one, 'n'), (one, 'q'), (one, '1')]
        {
            assert_eq!(act(view, KeyCode::Char(key)), Some(Act::Shows(View::Step)), "{key}");
        }
    }

    #[test]
    fn the_ends_of_the_list_are_ends() {
        let last = STEPS.len() - 1;
        let list = |selected| View::List { selected };
        assert_eq!(act(list(0), KeyCode::Up), Some(Act::Shows(list(0))));
        assert_eq!(act(list(last), KeyCode::Down), Some(Act::Shows(list(last))));
        assert_eq!(act(list(3), KeyCode::Enter), Some(Act::GoesTo(3)));
    }
}
