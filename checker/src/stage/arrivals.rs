//! When what comes over a wire has arrived.

use std::collections::VecDeque;
use std::time::Instant;

/// How many bytes there were in all whenever something was read, and when that was.
#[derive(Default)]
pub(super) struct Arrivals(VecDeque<(usize, Instant)>);

impl Arrivals {
    /// Notes that there are so many bytes by now.
    pub fn note(&mut self, bytes: usize) {
        self.0.push_back((bytes, Instant::now()));
    }

    /// When there were at least so many bytes for the first time.
    pub fn when(&self, bytes: usize) -> Option<Instant> {
        let before = self.0.partition_point(|arrival| arrival.0 < bytes);
        self.0.get(before).map(|arrival| arrival.1)
    }

    /// When the last of them came.
    pub fn last(&self) -> Option<Instant> {
        self.0.back().map(|arrival| arrival.1)
    }

    /// Forgets when there were less than so many bytes.
    pub fn forget(&mut self, bytes: usize) {
        while self.0.len() > 1 && self.0[0].0 < bytes {
            self.0.pop_front();
        }
    }

    /// The lines of what came after the first `bytes`, each with the time when its end came.
    pub fn lines(&self, mut bytes: usize, came: &[u8]) -> Vec<(String, Instant)> {
        let lines = came.split_inclusive(|&byte| byte == b'\n').map(|line| {
            bytes += line.len();
            let when = self.when(bytes).unwrap_or_else(Instant::now);
            (String::from_utf8_lossy(line).into_owned(), when)
        });
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_the_time_when_its_end_came() {
        let mut arrivals = Arrivals::default();
        for bytes in [3, 9, 14] {
            arrivals.note(bytes);
        }
        let times: Vec<Option<Instant>> = [3, 9, 14].map(|bytes| arrivals.when(bytes)).to_vec();
        assert!(times.is_sorted() && times[2] == arrivals.last() && arrivals.when(15).is_none());
        let lines = arrivals.lines(0, b"a\nb and c\nd\n e");
        let texts: Vec<&str> = lines.iter().map(|line| line.0.as_str()).collect();
        assert_eq!(texts, ["a\n", "b and c\n", "d\n", " e"]);
        let when: Vec<Option<Instant>> = lines.iter().map(|line| Some(line.1)).collect();
        assert_eq!(when, [times[0], times[2], times[2], times[2]]);
        arrivals.forget(10);
        assert_eq!([arrivals.when(3), arrivals.when(10)], [times[2]; 2]);
        arrivals.forget(20);
        assert_eq!(arrivals.last(), times[2]);
    }

    #[test]
    fn many_lines_that_came_in_many_pieces_are_found_at_once() {
        const LINES: usize = 1 << 20;
        let mut arrivals = Arrivals::default();
        (1..=LINES).for_each(|piece| arrivals.note(piece * 2));
        assert_eq!(arrivals.lines(0, &b"a\n".repeat(LINES)).len(), LINES);
    }
}
