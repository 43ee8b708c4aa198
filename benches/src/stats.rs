//! Middle and far values of what was measured, and how busy a thread or a process was.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// The middle one of these values; of an even number, the higher of the two. `None`: there are none.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

/// The least value that this share of all of them does not exceed, such as 0.99. `None`: there are none.
pub fn percentile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

/// How much processor time this thread has used so far.
pub fn own_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32) // below a billion
}

/// Tells how much of a processor was used from here on.
pub struct Watch {
    began: Instant,
    used: Duration,
}

impl Watch {
    /// Starts where this much was used already.
    pub fn start(used: Duration) -> Watch {
        Watch { began: Instant::now(), used }
    }

    /// How many processors were busy since, when this much is used now: 1.0 is one all the time.
    pub fn share(&self, used: Duration) -> f64 {
        used.saturating_sub(self.used).as_secs_f64() / self.began.elapsed().as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[7.0]), Some(7.0));
        assert_eq!(median(&[9.0, 1.0, 5.0]), Some(5.0));
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(3.0));
    }

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        let values: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert_eq!(percentile(&values, 0.5), Some(100.0));
        assert_eq!(percentile(&values, 0.99), Some(198.0));
        assert_eq!(percentile(&values, 1.0), Some(200.0));
        assert_eq!(percentile(&[3.0], 0.99), Some(3.0));
        assert_eq!(percentile(&[], 0.99), None);
    }

    #[test]
    fn work_is_seen_as_processor_time() {
        let (watch, before) = (Watch::start(own_time()), own_time());
        while own_time() - before < Duration::from_millis(5) {}
        assert!(watch.share(own_time()) > 0.0);
    }
}
