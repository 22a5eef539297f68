//! One number.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A number that parts of a server bring up to date and a scrape reads.
///
/// Nothing is ordered by it and nobody is woken by it: each figure stands alone.
#[derive(Debug, Default)]
pub(crate) struct Figure(AtomicU64);

impl Figure {
    /// For what is counted.
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// For time that adds up, in nanoseconds; five centuries fit.
    pub(crate) fn add_time(&self, more: Duration) {
        self.add(nanos(more));
    }

    /// For what is so much now.
    pub(crate) fn set(&self, to: u64) {
        self.0.store(to, Ordering::Relaxed);
    }

    /// What it is now.
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Time that has added up, in seconds.
    pub(crate) fn seconds(&self) -> f64 {
        Duration::from_nanos(self.get()).as_secs_f64()
    }
}

/// In nanoseconds, or as many as there can be.
pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
