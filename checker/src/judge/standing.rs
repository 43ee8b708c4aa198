//! Where a student stands with a step.

use crate::course::step::Step;

/// Where a student stands with a step: what the last check of it gave, and what has become of its programs since.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// The step.
    pub step: &'static Step,
    /// What the last check gave; none if it was never checked.
    pub points: Option<f64>,
    /// Whether the programs are still what they were when it was checked.
    pub is_current: bool,
    /// Whether all of its programs are as they were handed out.
    pub is_untouched: bool,
    /// How many `todo!()` are left in its programs.
    pub todos: usize,
}

impl Standing {
    /// The points that count: of the programs as they are now. What was changed since, by the student or because
    /// somebody else's programs lie there now, counts again when it is checked.
    pub fn counted(&self) -> f64 {
        self.points.filter(|_| self.is_current).unwrap_or(0.0)
    }

    /// Whether the step, as it is now, has all of its points.
    pub fn is_complete(&self) -> bool {
        self.counted() + 1e-6 >= f64::from(self.step.points)
    }

    /// Whether it was checked, and its programs have been changed since.
    pub fn is_changed(&self) -> bool {
        self.points.is_some() && !self.is_current && !self.is_untouched
    }
}

/// The points of these steps that count, and the most that they give.
pub fn sum_of(standings: &[Standing]) -> (f64, u32) {
    let points = standings.iter().fold(0.0, |sum, standing| sum + standing.counted());
    (points, standings.iter().map(|standing| standing.step.points).sum())
}

/// The first of these steps that does not have all of its points as it lies there now.
pub fn first_incomplete(standings: &[Standing]) -> Option<&'static Step> {
    standings.iter().find(|standing| !standing.is_complete()).map(|standing| standing.step)
}
