//! Time that passes only when nobody has anything else to do.

pub use std::time::Duration;

use crate::fake::world::World;

/// A moment of the world's clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Instant(Duration);

impl Instant {
    /// What the world's clock shows.
    pub fn now() -> Instant {
        Instant(World::current().now())
    }

    /// How long it has been since another moment; none, if that is yet to come.
    pub fn saturating_duration_since(&self, earlier: Instant) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}
