//! A list of the class, as a table of comma-separated values: its first column names submissions, the others are passed
//! through. So late days, groups or e-mail addresses come out beside the points, and who has handed in nothing is seen.

use std::collections::BTreeMap;
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

    /// Whose rows these are. A row is somebody's if it has the name of a submission, or one of the parts of that. What may
    /// be several people's is nobody's, and is told.
    pub fn of_class(&self, class: &[Graded]) -> OfClass {
        let mut of_class = OfClass::default();
        let mut rows_of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (number, (key, _)) in self.rows.iter().enumerate() {
            let named = |is_theirs: &dyn Fn(&Graded) -> bool| -> Vec<&str> {
                let theirs = class.iter().filter(|graded| is_theirs(graded));
                theirs.map(|graded| graded.name.as_str()).collect()
            };
            let whole = named(&|graded| graded.name == *key || graded.given == *key);
            let theirs = match whole.is_empty() {
                true => named(&|graded| graded.parts.contains(key)),
                false => whole,
            };
            let shown = visible(key);
            match &theirs[..] {
                [] => of_class.absent.push(shown),
                [one] => rows_of.entry(one).or_default().push(number),
                several => of_class.warnings.push(format!(
                    "the row {shown} of the list may be that of {}: nobody has it",
                    several.join(", ")
                )),
            }
        }
        for (name, rows) in &rows_of {
            match rows[..] {
                [row] => {
                    of_class.passed_through.insert(name.to_string(), self.rows[row].1.clone());
                }
                _ => of_class.warnings.push(format!(
                    "{name} is in the list {} times: none of these rows counts",
                    rows.len()
                )),
            }
        }
        let is_known = |graded: &&Graded| !rows_of.contains_key(graded.name.as_str());
        let unlisted = class.iter().filter(is_known).filter(|_| !self.rows.is_empty());
        of_class.warnings.extend(unlisted.map(|it| format!("{} is not in the list", it.name)));
        of_class
    }
}

/// What a list says of a class.
#[derive(Debug, Default)]
pub struct OfClass {
    /// What is passed through for each submission, by its name.
    pub passed_through: BTreeMap<String, Vec<String>>,
    /// Who has handed in nothing.
    pub absent: Vec<String>,
    /// What is not clear.
    pub warnings: Vec<String>,
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
        let found = roster.of_class(&class);
        assert_eq!(found.passed_through["MS1_A.B.58-1234"], ["2", "a, b"]);
        assert_eq!(found.passed_through["ben"], ["1", "d"]);
        assert_eq!(found.absent, ["58-99"]);
        assert_eq!(found.warnings, [""; 0]);
    }

    #[test]
    fn a_row_that_may_be_several_peoples_is_nobodys_and_told() {
        let roster = Roster::of(b"name,late\nMS1,7\nann,1\nann,2\n").expect("a table");
        let graded = |name: &str| Graded {
            name: name.to_string(),
            parts: name.split('_').map(str::to_string).collect(),
            ..Graded::default()
        };
        let found = roster.of_class(&[graded("MS1_ann"), graded("MS1_ben")]);
        assert!(found.passed_through.is_empty(), "{found:?}");
        assert_eq!(
            found.warnings,
            [
                "the row MS1 of the list may be that of MS1_ann, MS1_ben: nobody has it",
                "MS1_ann is in the list 2 times: none of these rows counts",
                "MS1_ben is not in the list",
            ]
        );
    }

    #[test]
    fn what_is_not_a_table_is_an_error() {
        assert!(Roster::of(b"name,late\nann,1,2,3\n").is_err());
    }
}
