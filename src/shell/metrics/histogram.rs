//! How long things took, by how many took how long.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::figure::nanos;

/// Upper ends of the buckets, in nanoseconds: 1, 2.5 and 5 of each decade, from a
/// microsecond (a step of the engine) to ten seconds (a disk that hangs).
const BOUNDS: [u64; 22] = [
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    5_000_000_000,
    10_000_000_000,
];

/// Durations, counted in buckets. Two additions for each, no lock: a scrape never
/// makes anybody wait who has something to count.
#[derive(Debug, Default)]
pub struct Histogram {
    counts: [AtomicU64; BOUNDS.len()],
    /// Longer than the last bucket's.
    beyond: AtomicU64,
    sum_nanos: AtomicU64,
}

/// Durations, counted by one task alone, which adds them to a [`Histogram`] now and then:
/// what is counted for every line is not to cost even an atomic addition.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    counts: [u64; BOUNDS.len() + 1],
    sum_nanos: u64,
}

/// What a [`Histogram`] held at a moment. Counted while it was read, something may be
/// in the buckets and not in the sum.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Of all durations, in seconds.
    pub sum: f64,
    /// How many there were.
    pub count: u64,
    /// For each bucket its upper end in seconds and how many are in it (not in those
    /// before it too). The last one's upper end is [`f64::MAX`].
    pub buckets: Vec<(f64, u64)>,
}

impl Histogram {
    /// Counts one.
    pub fn observe(&self, took: Duration) {
        let nanos = nanos(took);
        let place = place(nanos);
        let count = self.counts.get(place).unwrap_or(&self.beyond);
        count.fetch_add(1, Ordering::Relaxed);
        self.sum_nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    /// Counts all of a tally, which is empty then.
    pub(crate) fn add(&self, tally: &mut Tally) {
        let all = self.counts.iter().chain([&self.beyond]);
        for (count, more) in all.zip(&tally.counts) {
            if *more > 0 {
                count.fetch_add(*more, Ordering::Relaxed);
            }
        }
        self.sum_nanos.fetch_add(tally.sum_nanos, Ordering::Relaxed);
        *tally = Tally::default();
    }

    /// What it holds now.
    #[must_use]
    pub fn read(&self) -> Reading {
        let seconds = |nanos: u64| Duration::from_nanos(nanos).as_secs_f64();
        let ends = BOUNDS.iter().map(|bound| seconds(*bound)).chain([f64::MAX]);
        let counts = self.counts.iter().chain([&self.beyond]);
        let buckets: Vec<(f64, u64)> = ends
            .zip(counts.map(|count| count.load(Ordering::Relaxed)))
            .collect();
        Reading {
            sum: seconds(self.sum_nanos.load(Ordering::Relaxed)),
            count: buckets.iter().map(|(_, count)| count).sum(),
            buckets,
        }
    }
}

impl Tally {
    /// Counts one.
    pub(crate) fn observe(&mut self, took: Duration) {
        let nanos = nanos(took);
        if let Some(count) = self.counts.get_mut(place(nanos)) {
            *count += 1;
        }
        self.sum_nanos = self.sum_nanos.saturating_add(nanos);
    }
}

/// Which bucket a duration is in: the first whose upper end it does not exceed.
/// From the front, since what happens most often is short: with a search by halves the
/// steps of the engine were counted at twice the cost.
fn place(nanos: u64) -> usize {
    let within = BOUNDS.iter().position(|bound| nanos <= *bound);
    within.unwrap_or(BOUNDS.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_in_the_first_bucket_that_holds_it() {
        let histogram = Histogram::default();
        for nanos in [0, 1_000, 1_001, 10_000_000_000, 10_000_000_001] {
            histogram.observe(Duration::from_nanos(nanos));
        }
        let reading = histogram.read();
        let filled = reading.buckets.iter().filter(|(_, count)| *count > 0);
        let filled: Vec<_> = filled.copied().collect();
        assert_eq!(
            filled,
            [(0.000_001, 2), (0.000_002_5, 1), (10.0, 1), (f64::MAX, 1)]
        );
        assert_eq!(reading.count, 5);
        assert!((reading.sum - 20.000_002_002).abs() < 1e-9, "{reading:?}");
    }

    #[test]
    fn a_tally_counts_as_a_histogram_does_and_once() {
        let (one_by_one, added) = (Histogram::default(), Histogram::default());
        let mut tally = Tally::default();
        for nanos in [0, 1_000, 1_001, 10_000_000_000, 10_000_000_001] {
            one_by_one.observe(Duration::from_nanos(nanos));
            tally.observe(Duration::from_nanos(nanos));
        }
        added.add(&mut tally);
        assert_eq!(added.read(), one_by_one.read());
        added.add(&mut tally);
        assert_eq!(added.read(), one_by_one.read());
    }

    #[test]
    fn the_buckets_ascend() {
        assert!(BOUNDS.is_sorted_by(|a, b| a < b));
    }
}
