//! Which blocked connections take bytes again.

use std::future::poll_fn;
use std::mem;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::task::{Poll, Wake, Waker};

use crate::shell::sync::{AtomicBool, Mutex, MutexGuard};

/// The rows of connections whose wakers fired, in that order.
///
/// One lock for each wake of a blocked connection; a connection that never
/// blocks never comes here.
#[derive(Debug, Default)]
pub(super) struct Woken {
    list: Mutex<List>,
}

#[derive(Debug, Default)]
struct List {
    rows: Vec<u32>,
    worker: Option<Waker>,
}

/// The waker of one blocked connection.
#[derive(Debug)]
pub(super) struct Signal {
    row: u32,
    fired: AtomicBool,
    woken: Arc<Woken>,
}

impl Woken {
    /// Waits until there is at least one.
    pub(super) async fn wait(&self) {
        poll_fn(|cx| {
            let mut list = self.lock();
            if list.rows.is_empty() {
                list.worker = Some(cx.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.lock().rows.is_empty()
    }

    /// Exchanges the list for an empty one.
    pub(super) fn take(&self, rows: &mut Vec<u32>) {
        rows.clear();
        mem::swap(&mut self.lock().rows, rows);
    }

    fn push(&self, row: u32) {
        let worker = {
            let mut list = self.lock();
            list.rows.push(row);
            list.worker.take()
        };
        if let Some(worker) = worker {
            worker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        // Nothing panics while it is held, so that what it guards is whole.
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Signal {
    pub(super) fn new(row: u32, woken: Arc<Woken>) -> Self {
        Self {
            row,
            fired: AtomicBool::new(false),
            woken,
        }
    }

    /// Whether it fired since it was last taken; that is forgotten.
    pub(super) fn take(&self) -> bool {
        self.fired.swap(false, Ordering::AcqRel)
    }

    /// Whether it fired since it was last taken.
    pub(super) fn has_fired(&self) -> bool {
        self.fired.load(Ordering::Acquire)
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.fired.swap(true, Ordering::AcqRel) {
            self.woken.push(self.row);
        }
    }
}
