//! What the outboxes hold and have sent, for tests and metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::time::Instant;

use crate::shell::metrics::{Figure, Histogram};

/// Figures of all workers together, each worker's brought up to date once per
/// round: after it has written what can be written.
#[derive(Debug, Default)]
pub struct Gauges {
    held: AtomicU64,
    held_peak: AtomicU64,
    skipped_lines: AtomicU64,
    bytes_out: AtomicU64,
    writes: AtomicU64,
    slow_readers: AtomicU64,
    latency: Histogram,
    busy: Figure,
}

/// What one round changed.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) held_more: u64,
    pub(super) held_less: u64,
    pub(super) held_peak: u64,
    pub(super) skipped_lines: u64,
    pub(super) bytes_out: u64,
    pub(super) writes: u64,
    pub(super) slow_more: u64,
    pub(super) slow_less: u64,
}

impl Gauges {
    /// What waits in all outboxes now, in bytes, with 64 more for each range.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    /// The most that ever waited in one outbox, in bytes, with 64 more for each
    /// range.
    #[must_use]
    pub fn held_peak(&self) -> u64 {
        self.held_peak.load(Ordering::Relaxed)
    }

    /// How many numbered lines were skipped in all, for each of their readers.
    #[must_use]
    pub fn skipped_lines(&self) -> u64 {
        self.skipped_lines.load(Ordering::Relaxed)
    }

    /// How many bytes were written in all.
    #[must_use]
    pub fn bytes_out(&self) -> u64 {
        self.bytes_out.load(Ordering::Relaxed)
    }

    /// How many writes took at least one byte.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    /// How many connections have not taken all that was written to them, now.
    #[must_use]
    pub fn slow_readers(&self) -> u64 {
        self.slow_readers.load(Ordering::Relaxed)
    }

    /// From when the oldest line of a turn was read until a worker's round that wrote
    /// something of it was over; counted once for each such turn and worker. Slow
    /// readers are not waited for. What no line brought about (people who connect, a
    /// timer) does not count.
    #[must_use]
    pub fn latency(&self) -> &Histogram {
        &self.latency
    }

    /// Time in which workers were at work, all together.
    pub(crate) fn busy(&self) -> &Figure {
        &self.busy
    }

    /// Counts the latencies of the turns of a round that is over.
    pub(super) fn observe(&self, read_at: &[Instant], written_at: Instant) {
        for read_at in read_at {
            self.latency.observe(written_at.duration_since(*read_at));
        }
    }

    pub(super) fn add(&self, tally: &Tally) {
        self.held.fetch_add(tally.held_more, Ordering::Relaxed);
        self.held.fetch_sub(tally.held_less, Ordering::Relaxed);
        self.held_peak.fetch_max(tally.held_peak, Ordering::Relaxed);
        self.skipped_lines
            .fetch_add(tally.skipped_lines, Ordering::Relaxed);
        self.bytes_out.fetch_add(tally.bytes_out, Ordering::Relaxed);
        self.writes.fetch_add(tally.writes, Ordering::Relaxed);
        if tally.slow_more != tally.slow_less {
            self.slow_readers
                .fetch_add(tally.slow_more, Ordering::Relaxed);
            self.slow_readers
                .fetch_sub(tally.slow_less, Ordering::Relaxed);
        }
    }
}
