//! A list of the class, as a table of comma-separated values: its first column names submissions, the others are passed
//! through. So late days, groups or e-mail addresses come out beside the points, and who has handed in nothing is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow};

use crate::desk::refusal::Refusal;
use crate::report::class::graded::Graded;
use crate::stage::show::visible;

/// A list of the class.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// What its columns are called, without the first.
    pub columns: Vec<String>,
    rows: Vec<(String, Vec<String>)>,
}

impl Roster {
    /// Reads such a table. Its first line names the columns.
    ///
    /// # Errors
    /// When it cannot be read, or is not a table.
    pub fn read(path: &Path) -> Result<Roster> {
        let shown = visible(&path.display().to_string());
        let text =
            fs::read(path).map_err(|error| Refusal(format!("cannot read {shown}: {error}")))?;
        let roster = Roster::of(&text);
        roster.map_err(|error| anyhow!(Refusal(format!("{shown} is not a table: {error}"))))
    }

    fn of(text: &[u8]) -> Result<Roster, csv::Error> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text); // as spreadsheets write it
        let mut table = csv::Reader::from_reader(text);
        let words = |row: &csv::StringRecord| -> Vec<String> {
            row.iter().skip(1).map(|word| visible(word.trim())).collect()
        };
        let columns = words(table.headers()?);
        let mut rows = Vec::new();
        for row in table.records() {
            let row = row?;
            let name = row.get(0).unwrap_or_default().trim().to_string();
            if !name.is_empty() {
                rows.push((name, words(&row)));
            }
        }
        Ok(Roster { columns, rows })
    }

    /// What is passed through for each of these submissions, by name, and who has handed in nothing. A row is somebody's
    /// if it has the name of the submission, or one of the parts of that.
    pub fn of_class(&self, class: &[Graded]) -> (BTreeMap<String, Vec<String>>, Vec<String>) {
        let (mut found, mut absent) = (BTreeMap::new(), BTreeSet::new());
        for (name, words) in &self.rows {
            let is_theirs = |graded: &&Graded| {
                graded.name == *name || graded.given == *name || graded.parts.contains(name)
            };
            let theirs: Vec<&Graded> = class.iter().filter(is_theirs).collect();
            for graded in &theirs {
                found.insert(graded.name.clone(), words.clone());
            }
            if theirs.is_empty() {
                absent.insert(visible(name));
            }
        }
        (found, absent.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_passed_through_by_the_name_or_a_part_of_it() {
        let text =
            "\u{feff}number,late days,group\r\n58-1234, 2 ,\"a, b\"\r\n58-99,0,c\r\nben,1,d\r\n";
        let roster = Roster::of(text.as_bytes()).expect("a table");
        assert_eq!(roster.columns, ["late days", "group"]);
        let graded = |name: &str, parts: &[&str]| Graded {
            name: name.to_string(),
            parts: parts.iter().map(|part| part.to_string()).collect(),
            ..Graded::default()
        };
        let class =
            [graded("MS1_A.B.58-1234", &["MS1", "A.B", "58-1234"]), graded("ben", &["ben"])];
        let (found, absent) = roster.of_class(&class);
        assert_eq!(found["MS1_A.B.58-1234"], ["2", "a, b"]);
        assert_eq!(found["ben"], ["1", "d"]);
        assert_eq!(absent, ["58-99"]);
    }

    #[test]
    fn what_is_not_a_table_is_an_error() {
        assert!(Roster::of(b"name,late\nann,1,2,3\n").is_err());
    }
}
