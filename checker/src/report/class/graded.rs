//! What is kept of a submission that was graded: `results/NAME/results.json`. All that is told of a class is made of these
//! files, so that results of several machines can be joined. Keys are only ever added.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::judge::likeness::Like;

/// A submission that was graded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Graded {
    /// What it is called in the class: the name of its folder in the results.
    pub name: String,
    /// What it was handed in as: `MS1_First.Last.58-1234.zip`.
    pub given: String,
    /// The parts of that name: `MS1`, `First.Last`, `58-1234`.
    pub parts: Vec<String>,
    /// The points of all steps.
    pub points: f64,
    /// The most points that all steps give.
    pub max: f64,
    /// The points that are open: of checks that were not checked.
    pub open: f64,
    /// Its steps, in the order of the course.
    pub steps: Vec<GradedStep>,
    /// What somebody should look at, in a line each; none if all went as it should.
    pub trouble: Vec<String>,
    /// The files that were taken, as they were handed in.
    pub taken: Vec<String>,
    /// The programs of these steps of which there is no file.
    pub missing: Vec<String>,
    /// Whatever else was handed in.
    pub ignored: Vec<String>,
    /// The files from elsewhere that its sources take in.
    pub outside: Vec<String>,
    /// The number that has chosen the words. It follows from what was handed in.
    pub seed: u64,
    /// The version of the course.
    pub version: String,
    /// What was in force between the programs and the machine.
    pub protection: String,
    /// How long it took to build and to play, in seconds.
    pub seconds: f64,
    /// What the verdicts follow from: what was handed in, the course, the options. The same key, the same verdicts.
    pub key: String,
    /// The hash of each file that was taken, by its name in the course, such as `ex1_server.rs`.
    pub hashes: BTreeMap<String, String>,
}

/// A step of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GradedStep {
    /// `ex1`
    pub id: String,
    /// `1.1 a server for one message`
    pub title: String,
    /// The points it gave.
    pub points: f64,
    /// The most it gives.
    pub max: f64,
    /// The points that are open.
    pub open: f64,
    /// Its checks.
    pub checks: Vec<GradedCheck>,
    /// How its programs frame their messages, by role, where that was found out.
    pub framing: BTreeMap<String, String>,
}

/// A check of a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GradedCheck {
    /// By which machines know it, within its step.
    pub id: String,
    /// By which people do.
    pub name: String,
    /// `server`, `client` or `program`.
    pub role: String,
    /// `passes`, `fails`, `does not compile`, `to do`, `not checked` or `checker fault`.
    pub verdict: String,
    /// The points it gave.
    pub points: f64,
    /// The most it gives.
    pub max: f64,
    /// Whether it goes beyond what is asked.
    pub bonus: bool,
    /// Whether it failed once, and then not: it is *not checked* then, and its points are open.
    pub unstable: bool,
    /// Why it is not a pass.
    pub message: String,
    /// Where to look.
    pub advice: String,
    /// What happened.
    pub transcript: String,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// When a student may see it, as Gradescope spells it: `visible`, `hidden`, `after_due_date`, `after_published`. Empty
    /// where the course does not say.
    pub visibility: String,
}

/// A class that was graded: all that is told of it.
#[derive(Clone, Debug, Default)]
pub struct Class {
    /// Its submissions, sorted by name.
    pub graded: Vec<Graded>,
    /// The names of columns that are passed through, such as `late days`.
    pub columns: Vec<String>,
    /// What stands in them, by the name of the submission: as many as there are columns.
    pub passed_through: BTreeMap<String, Vec<String>>,
    /// Those who are expected in the class, but of whom nothing was handed in.
    pub absent: Vec<String>,
    /// What looks like somebody else's, by the name of the submission.
    pub alike: BTreeMap<String, Vec<Alike>>,
    /// The version of the course.
    pub version: String,
}

/// A file that looks like another one: a hint to look at both, never points.
#[derive(Clone, Debug, PartialEq)]
pub struct Alike {
    /// The file, by its name in the course: `ex4_server.rs`.
    pub file: String,
    /// Whose looks like it: the name of a submission, `the reference solution`, or `66 others or more`.
    pub with: String,
    /// How much of the file is in the other one: from 0 to 1.
    pub share: f64,
}

impl From<Like> for Alike {
    fn from(like: Like) -> Alike {
        Alike { file: like.file, with: like.with.to_string(), share: like.share }
    }
}

impl Graded {
    /// Whether something of it is not as it should be.
    pub fn is_in_trouble(&self) -> bool {
        !self.trouble.is_empty()
    }
}
