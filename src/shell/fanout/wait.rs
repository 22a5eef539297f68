//! What a connection has only while it would block.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

use super::gauges::Tally;
use super::stalls::Stalls;
use super::wake::{Signal, Woken};

/// What blocked connections share: whom to wake, and when to look for a stall.
#[derive(Debug)]
pub(super) struct Waits {
    pub(super) woken: Arc<Woken>,
    pub(super) stalls: Stalls,
    stall_timeout: Duration,
}

/// One blocked connection's waker and clock.
#[derive(Debug)]
pub(super) struct Wait {
    signal: Arc<Signal>,
    waker: Waker,
    progress_at: Instant,
    /// When to look for a stall; `None` once it has stalled, or never.
    look_at: Option<Instant>,
    /// What of this outbox is in the gauges, once it is there.
    gauged: Option<u64>,
}

impl Waits {
    pub(super) fn new(stall_timeout: Duration) -> Self {
        Self {
            woken: Arc::default(),
            stalls: Stalls::default(),
            stall_timeout,
        }
    }

    /// Polls a write half: first without a waker, since most are ready; one that
    /// is not is polled again with a waker of its own.
    pub(super) fn poll<T>(
        &mut self,
        row: u32,
        wait: &mut Option<Box<Wait>>,
        mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        if wait.is_none() {
            let polled = poll(&mut Context::from_waker(Waker::noop()));
            if polled.is_ready() {
                return polled;
            }
        }
        let wait = wait.get_or_insert_with(|| Box::new(Wait::begin(row, self)));
        poll(&mut Context::from_waker(&wait.waker))
    }

    fn arm(&mut self, progress_at: Instant, row: u32) -> Option<Instant> {
        let look_at = progress_at.checked_add(self.stall_timeout)?;
        self.stalls.insert(look_at, row);
        Some(look_at)
    }
}

impl Wait {
    fn begin(row: u32, waits: &mut Waits) -> Self {
        let signal = Arc::new(Signal::new(row, Arc::clone(&waits.woken)));
        let progress_at = Instant::now();
        Self {
            waker: Waker::from(Arc::clone(&signal)),
            signal,
            progress_at,
            look_at: waits.arm(progress_at, row),
            gauged: None,
        }
    }

    pub(super) fn has_fired(&self) -> bool {
        self.signal.has_fired()
    }

    pub(super) fn take_fired(&self) -> bool {
        self.signal.take()
    }

    pub(super) fn note_progress(&mut self) {
        self.progress_at = Instant::now();
    }

    /// Brings the gauges up to date with what this outbox holds now.
    pub(super) fn gauge(&mut self, held: usize, tally: &mut Tally) {
        let held = held as u64;
        tally.held_more += held;
        tally.held_peak = tally.held_peak.max(held);
        match self.gauged.replace(held) {
            Some(before) => tally.held_less += before,
            None => tally.slow_more += 1,
        }
    }

    /// Whether nothing was taken for the stall timeout; if something was, it is
    /// looked at again later. To be asked when the moment to look was popped.
    pub(super) fn is_stalled(&mut self, now: Instant, row: u32, waits: &mut Waits) -> bool {
        let is_stalled = now.duration_since(self.progress_at) >= waits.stall_timeout;
        self.look_at = if is_stalled {
            None
        } else {
            waits.arm(self.progress_at, row)
        };
        is_stalled
    }

    /// Gives a connection that has stalled already its time once more.
    pub(super) fn rearm(&mut self, row: u32, waits: &mut Waits) {
        if self.look_at.is_none() {
            self.note_progress();
            self.look_at = waits.arm(self.progress_at, row);
        }
    }

    /// The connection does not block any more, or is gone.
    pub(super) fn end(self, row: u32, waits: &mut Waits, tally: &mut Tally) {
        if let Some(look_at) = self.look_at {
            waits.stalls.remove(look_at, row);
        }
        if let Some(gauged) = self.gauged {
            tally.held_less += gauged;
            tally.slow_less += 1;
        }
    }
}
