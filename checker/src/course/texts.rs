//! The course's texts: titles, hints, the names of checks, and where to look. They stand in `checker/texts/`, in a file
//! for each language, and are found by the ids of steps and checks.
//!
//! `en.toml` is whole. Another file may leave texts out; there, the English ones are read. To translate the course into
//! another language: a file like `de.toml`, and its line in [`LANGUAGES`].

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use toml::{Table, Value};

use crate::course::choice::Choice;

/// The languages that there are, each with its texts. The first one has all of them.
pub const LANGUAGES: &[(&str, &str)] =
    &[("en", include_str!("../../texts/en.toml")), ("de", include_str!("../../texts/de.toml"))];

/// The texts of this run. (That they can be read is made sure at its begin; here, a fault costs the words alone.)
pub static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    let language = Choice::of_this_run().language.as_deref();
    Texts::of(language.unwrap_or("en")).or_else(|_| Texts::of("en")).unwrap_or_default()
});

/// All texts in one language.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(deny_unknown_fields, default)]
pub struct Texts {
    /// Those of advice.
    pub advice: AdviceTexts,
    /// Those of each step, by its id.
    pub steps: BTreeMap<String, StepTexts>,
}

/// The texts of a step.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(deny_unknown_fields, default)]
pub struct StepTexts {
    /// Its number in the handout, and what it is about.
    pub title: String,
    /// What is new in it, in a few words.
    pub new: String,
    /// Its hints: the first is a question, the last is close to the answer.
    pub hints: Vec<String>,
    /// Those of each check, by its id.
    pub checks: BTreeMap<String, CheckTexts>,
}

/// The texts of a check.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(deny_unknown_fields, default)]
pub struct CheckTexts {
    /// What it is called, in a sentence.
    pub name: String,
    /// Where to look when it fails.
    pub look: String,
}

/// Where to look by what was seen of a program, and how that is said. A word in braces stands for something else.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "they are named after symptoms, and advice.rs says which")]
pub struct AdviceTexts {
    pub look_at: String,
    pub look_at_the_same: String,
    pub panicked: String,
    pub and_further: String,
    pub sends_no_line_break: String,
    pub waits_for_line_break: String,
    pub waits_for_the_end: String,
    pub waits_for_other: String,
    pub keeps_back: String,
    pub prints_instead: String,
    pub prints_line_break_too: String,
    pub ends_before_its_threads: String,
    pub spins_since: String,
    pub spins: String,
    pub other_port: String,
    pub not_its_port: String,
}

impl Texts {
    /// The texts in a language.
    ///
    /// # Errors
    /// When there are none, or they cannot be read: in one line, which.
    pub fn of(language: &str) -> Result<Texts, String> {
        let (english, _) = LANGUAGES[0];
        let mut texts = table_of(english)?;
        put_over(&mut texts, table_of(language)?);
        let read = Texts::deserialize(Value::Table(texts));
        read.map_err(|error| wrong(language, error.message()))
    }

    /// Those of a step; empty ones if it has none.
    pub fn of_step(&self, id: &str) -> &StepTexts {
        static NONE: LazyLock<StepTexts> = LazyLock::new(StepTexts::default);
        self.steps.get(id).unwrap_or(&NONE)
    }
}

/// What a language's own file has.
fn table_of(language: &str) -> Result<Table, String> {
    let Some((_, text)) = LANGUAGES.iter().find(|(name, _)| *name == language) else {
        let names: Vec<&str> = LANGUAGES.iter().map(|(name, _)| *name).collect();
        return Err(format!("no language {language:?}: there are {}", names.join(", ")));
    };
    text.parse().map_err(|error: toml::de::Error| wrong(language, error.message()))
}

fn wrong(language: &str, message: &str) -> String {
    format!("the texts in {language:?} are wrong: {message}")
}

/// Puts texts over others, one by one.
fn put_over(texts: &mut Table, others: Table) {
    for (key, other) in others {
        match (texts.get_mut(&key), other) {
            (Some(Value::Table(texts)), Value::Table(others)) => put_over(texts, others),
            (_, other) => {
                texts.insert(key, other);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::course::scenes::ROWS;

    type Checks<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>; // by step

    fn checks_with_texts(texts: &Texts) -> Checks<'_> {
        let mut checks = Checks::new();
        for (id, step) in &texts.steps {
            checks.insert(id, step.checks.keys().map(String::as_str).collect());
        }
        checks
    }

    fn checks_of_the_course() -> Checks<'static> {
        let all = ROWS.iter().map(|row| (row.id, row.checks.iter().chain(row.pair_checks)));
        all.map(|(id, checks)| (id, checks.map(|check| check.id).collect())).collect()
    }

    /// The texts that are empty or missing, and those with blanks around them, each by its keys.
    fn bad_texts(key: &str, value: &serde_json::Value) -> Vec<String> {
        use serde_json::Value::{Array, Object, String};
        match value {
            Object(map) if map.is_empty() => vec![key.to_string()],
            Object(map) => map
                .iter()
                .flat_map(|(part, value)| bad_texts(&format!("{key}.{part}"), value))
                .collect(),
            Array(list) if !list.is_empty() => {
                list.iter().flat_map(|value| bad_texts(key, value)).collect()
            }
            String(text) if !text.is_empty() && text.trim() == text => vec![],
            _ => vec![key.to_string()],
        }
    }

    #[test]
    fn each_file_of_texts_has_only_keys_that_there_are() {
        for (language, text) in LANGUAGES {
            if let Err(wrong) = toml::from_str::<Texts>(text) {
                panic!("{language}.toml: {wrong}"); // with the line
            }
        }
    }

    #[test]
    fn there_are_texts_of_each_step_and_check_of_the_course_and_of_no_others() {
        for (language, _) in LANGUAGES {
            let texts = Texts::of(language).expect("it can be read");
            let (found, expected) = (checks_with_texts(&texts), checks_of_the_course());
            for (step, checks) in &found {
                let expected = expected
                    .get(step)
                    .unwrap_or_else(|| panic!("{language}.toml: there is no {step}"));
                let too_many: Vec<_> = checks.difference(expected).collect();
                assert!(too_many.is_empty(), "{language}.toml: {step} has no check {too_many:?}");
            }
            for (step, checks) in &expected {
                let found = found
                    .get(step)
                    .unwrap_or_else(|| panic!("{language}.toml has no texts of {step}"));
                let missing: Vec<_> = checks.difference(found).collect();
                assert!(
                    missing.is_empty(),
                    "{language}.toml has no texts of {step}.checks.{missing:?}"
                );
            }
        }
    }

    #[test]
    fn no_text_is_missing_or_empty() {
        for (language, _) in LANGUAGES {
            let texts = Texts::of(language).expect("it can be read");
            let value = serde_json::to_value(&texts).expect("texts are values");
            assert_eq!(bad_texts(language, &value), [""; 0]);
        }
    }

    #[test]
    fn a_translation_has_all_hints_of_a_step_or_none() {
        let english = Texts::of("en").expect("there are English texts");
        for (language, _) in LANGUAGES {
            for (id, step) in &Texts::of(language).expect("it can be read").steps {
                let count = english.of_step(id).hints.len();
                assert_eq!(step.hints.len(), count, "the hints of {id} in {language}.toml");
            }
        }
    }

    #[test]
    fn a_title_fits_on_a_screen() {
        for (language, _) in LANGUAGES {
            for step in Texts::of(language).expect("it can be read").steps.values() {
                for check in step.checks.values() {
                    let title = format!("{} · {}", step.title, check.name);
                    assert!(title.chars().count() <= 80, "{language}.toml: too wide: {title}");
                }
            }
        }
    }

    #[test]
    fn a_piece_of_advice_has_the_same_placeholders_in_each_language() {
        let advice =
            |language: &str| match table_of(language).expect("it can be read").remove("advice") {
                Some(Value::Table(advice)) => advice,
                other => panic!("{language}.toml: {other:?}"),
            };
        let placeholders = |text: &Value| -> BTreeSet<String> {
            let text = text.as_str().expect("a text").to_string();
            let parts = text.split('{').skip(1).filter_map(|part| part.split_once('}'));
            parts.map(|(placeholder, _)| placeholder.to_string()).collect()
        };
        let english = advice("en");
        for (language, _) in LANGUAGES {
            for (key, text) in advice(language) {
                assert_eq!(
                    placeholders(&text),
                    placeholders(&english[&key]),
                    "{language}.toml: {key}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_translated_is_english() {
        let (english, german) =
            (Texts::of("en").expect("English"), Texts::of("de").expect("German"));
        let of = |texts: &Texts, id: &str| texts.of_step(id).title.clone();
        assert_ne!(of(&german, "ex1"), of(&english, "ex1"));
        assert_eq!(of(&german, "ms3"), of(&english, "ms3"));

        let mut texts: Table = "a = 'one'\n[b]\nc = 'two'\nd = 'three'".parse().expect("TOML");
        put_over(&mut texts, "[b]\nc = 'zwei'".parse().expect("TOML"));
        assert_eq!(texts, "a = 'one'\n[b]\nc = 'zwei'\nd = 'three'".parse().expect("TOML"));
    }

    #[test]
    fn an_unknown_language_is_told_with_those_that_there_are() {
        let wrong = Texts::of("tlh").expect_err("there is none");
        assert_eq!(wrong, "no language \"tlh\": there are en, de");
    }
}
