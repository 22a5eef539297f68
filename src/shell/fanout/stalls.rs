//! When blocked connections will have taken nothing for too long.

use std::collections::BTreeSet;
use std::future::pending;
use std::pin::Pin;

use tokio::time::{Instant, Sleep, sleep_until};

/// The moments at which to look at blocked connections, by row, and one timer
/// for the first of them.
///
/// A row's moment is not moved when bytes are taken: whoever looks, and finds
/// that there was progress, enters it again.
#[derive(Debug, Default)]
pub(super) struct Stalls {
    moments: BTreeSet<(Instant, u32)>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Stalls {
    pub(super) fn insert(&mut self, at: Instant, row: u32) {
        self.moments.insert((at, row));
    }

    pub(super) fn remove(&mut self, at: Instant, row: u32) {
        self.moments.remove(&(at, row));
    }

    /// Takes the first row whose moment has come.
    pub(super) fn pop(&mut self, now: Instant) -> Option<u32> {
        let (at, row) = *self.moments.first()?;
        (at <= now).then(|| {
            self.moments.pop_first();
            row
        })
    }

    /// Whether there is no moment to wait for.
    pub(super) fn is_empty(&self) -> bool {
        self.moments.is_empty()
    }

    /// Waits until the first moment has come. Without one, for ever.
    pub(super) async fn wait(&mut self) {
        let Some((at, _)) = self.moments.first() else {
            return pending().await;
        };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(*at)));
        if timer.deadline() != *at {
            timer.as_mut().reset(*at);
        }
        timer.await;
    }
}
