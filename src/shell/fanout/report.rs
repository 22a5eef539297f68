//! What the workers tell the hub.

use std::collections::{BTreeMap, VecDeque};

use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use crate::chat::{ConnId, Missed, RoomName};

/// What a worker tells the hub about a connection.
///
/// [`Report::Closed`] comes exactly once for each connection that was opened: after
/// the hub has ordered its end ([`Turn::finish`](super::Turn::finish) or
/// [`Turn::cut`](super::Turn::cut)), or has closed the worker's channel. It is the
/// last report about that connection; then its id may be freed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// Its outbox is under half again, after it was asked for or after
    /// [`Report::Choked`].
    Ready {
        /// Which connection.
        conn: ConnId,
    },
    /// More than the bound and half of the reserve waits for it.
    /// [`Report::Ready`] follows, unless the connection ends first.
    Choked {
        /// Which connection.
        conn: ConnId,
    },
    /// The notice of a skip was queued for it.
    Skipped {
        /// Which connection.
        conn: ConnId,
        /// In which room.
        room: RoomName,
        /// What it was not sent. If the hub was so slow to take reports that two
        /// skips of one room met, both together.
        missed: Missed,
    },
    /// It could not be written to. What waited is dropped; once the hub orders
    /// its end (`cut` or `finish`, no difference), [`Report::Closed`] follows.
    Broken {
        /// Which connection.
        conn: ConnId,
    },
    /// It took nothing for the stall timeout with bytes waiting. Told once. Its
    /// outbox lives until the hub orders its end.
    Stalled {
        /// Which connection.
        conn: ConnId,
    },
    /// Its outbox and write half are gone, as ordered.
    Closed {
        /// Which connection.
        conn: ConnId,
        /// How many bytes were written to it in all.
        bytes_out: u64,
    },
}

/// Reports that the hub has not yet taken.
///
/// At most four and one a room for each connection: what says the same is merged,
/// so that a worker never has to wait for the hub.
#[derive(Debug)]
pub(super) struct Reports {
    hub: Sender<Report>,
    order: VecDeque<Key>,
    waiting: BTreeMap<Key, Report>,
}

/// What is merged with what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    conn: ConnId,
    about: About,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Skips(RoomName),
    /// Ready and Choked: the later is true.
    Flow,
    Broken,
    Stalled,
    Closed,
}

impl Reports {
    pub(super) fn new(hub: Sender<Report>) -> Self {
        Self {
            hub,
            order: VecDeque::new(),
            waiting: BTreeMap::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    pub(super) fn push(&mut self, report: Report) {
        let key = Key::of(&report);
        match self.waiting.remove(&key) {
            Some(earlier) => {
                self.waiting.insert(key, merge(earlier, report));
            }
            None => {
                self.order.push_back(key.clone());
                self.waiting.insert(key, report);
            }
        }
    }

    /// Sends what the hub has place for. Without a hub there is nobody to tell.
    pub(super) fn send(&mut self) {
        while let Some(report) = self.pop() {
            match self.hub.try_send(report) {
                Ok(()) => {}
                Err(TrySendError::Full(report)) => {
                    self.put_back(report);
                    break;
                }
                Err(TrySendError::Closed(_)) => self.clear(),
            }
        }
    }

    /// Waits until the hub has place for a report, and sends it. May be dropped
    /// at any time; must not be called when there is none.
    pub(super) async fn send_one(&mut self) {
        let hub = self.hub.clone();
        match hub.reserve().await {
            Ok(permit) => permit.send(self.pop().expect("asked for when there is one")),
            Err(_) => self.clear(),
        };
    }

    fn pop(&mut self) -> Option<Report> {
        let key = self.order.pop_front()?;
        self.waiting.remove(&key)
    }

    fn put_back(&mut self, report: Report) {
        let key = Key::of(&report);
        self.order.push_front(key.clone());
        self.waiting.insert(key, report);
    }

    fn clear(&mut self) {
        self.order.clear();
        self.waiting.clear();
    }
}

impl Key {
    fn of(report: &Report) -> Self {
        let (conn, about) = match report {
            Report::Ready { conn } | Report::Choked { conn } => (conn, About::Flow),
            Report::Skipped { conn, room, .. } => (conn, About::Skips(room.clone())),
            Report::Broken { conn } => (conn, About::Broken),
            Report::Stalled { conn } => (conn, About::Stalled),
            Report::Closed { conn, .. } => (conn, About::Closed),
        };
        Self { conn: *conn, about }
    }
}

fn merge(earlier: Report, later: Report) -> Report {
    match (earlier, later) {
        (
            Report::Skipped {
                missed: earlier, ..
            },
            Report::Skipped { conn, room, missed },
        ) => Report::Skipped {
            conn,
            room,
            missed: both(earlier, missed),
        },
        (_, later) => later,
    }
}

fn both(earlier: Missed, later: Missed) -> Missed {
    Missed {
        lines: earlier.lines + later.lines,
        first: if earlier.lines == 0 {
            later.first
        } else {
            earlier.first
        },
        last: if later.lines == 0 {
            earlier.last
        } else {
            later.last
        },
        notices: earlier.notices + later.notices,
    }
}
