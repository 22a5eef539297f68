//! How the hub paces the reader of a connection, and tells it to end.

use std::future::poll_fn;
use std::sync::PoisonError;
use std::task::{Context, Poll, Waker};

use tokio::time::Instant;

use crate::shell::sync::{Mutex, MutexGuard};

/// Between a reader and the hub. A reader hands over a batch and passes again
/// when the hub has handled it: that is its credit. One lock, held for a few
/// instructions, once per batch and never per message.
#[derive(Debug, Default)]
pub(crate) struct Gate(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: State,
    /// Nothing can be written to this connection any more.
    broken: bool,
    waker: Option<Waker>,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// The hub has a batch that it has not handled yet.
    #[default]
    Shut,
    /// The next batch may come, not before a moment.
    Open {
        not_before: Option<Instant>,
    },
    Closing(Closing),
}

/// What a reader does when its connection is being closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closing {
    /// The other side is still being told things: read on and discard, so that
    /// unread input does not reset the connection under what is on its way.
    Drain,
    /// It is over.
    Cut,
}

/// What a reader finds at the gate.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Passage {
    /// The next batch may come, not before this moment.
    Free { not_before: Option<Instant> },
    /// No more batches.
    Closing(Closing),
}

impl Gate {
    /// For the hub: the batch is handled.
    pub(crate) fn open(&self, not_before: Option<Instant>) {
        self.change(|inner| {
            if matches!(inner.state, State::Shut) {
                inner.state = State::Open { not_before };
            }
        });
    }

    /// For the hub: the connection is being closed. A cut is final.
    pub(crate) fn close(&self, closing: Closing) {
        self.change(|inner| {
            if !matches!(inner.state, State::Closing(Closing::Cut)) {
                inner.state = State::Closing(closing);
            }
        });
    }

    /// For the hub: nothing can be written any more; read what is there, and end.
    pub(crate) fn set_broken(&self) {
        self.change(|inner| inner.broken = true);
    }

    fn change(&self, change: impl FnOnce(&mut Inner)) {
        let mut inner = self.lock();
        change(&mut inner);
        let waker = inner.waker.take();
        drop(inner);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// For the reader: ready when the last batch is handled; shuts the gate behind
    /// it.
    pub(crate) fn poll_pass(&self, context: &mut Context<'_>) -> Poll<Passage> {
        self.poll(context, |inner| match inner.state {
            State::Shut => None,
            State::Open { not_before } => {
                inner.state = State::Shut;
                Some(Passage::Free { not_before })
            }
            State::Closing(closing) => Some(Passage::Closing(closing)),
        })
    }

    /// For the reader: whether the connection is being closed.
    pub(crate) fn closing(&self) -> Option<Closing> {
        match self.lock().state {
            State::Shut | State::Open { .. } => None,
            State::Closing(closing) => Some(closing),
        }
    }

    /// For the reader: waits until the connection is being cut.
    pub(crate) async fn cut(&self) {
        let is_cut = |inner: &mut Inner| matches!(inner.state, State::Closing(Closing::Cut));
        poll_fn(|context| self.poll(context, |inner| is_cut(inner).then_some(()))).await;
    }

    /// For the reader: ready when it is being closed, or nothing can be written
    /// any more (`None`).
    pub(crate) fn poll_closing_or_broken(
        &self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Closing>> {
        self.poll(context, |inner| match inner.state {
            State::Closing(closing) => Some(Some(closing)),
            State::Shut | State::Open { .. } => inner.broken.then_some(None),
        })
    }

    fn poll<T>(
        &self,
        context: &mut Context<'_>,
        look: impl FnOnce(&mut Inner) -> Option<T>,
    ) -> Poll<T> {
        let mut inner = self.lock();
        if let Some(found) = look(&mut inner) {
            return Poll::Ready(found);
        }
        inner.waker = Some(context.waker().clone());
        Poll::Pending
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing panics while it holds the lock; if it did, the state is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
