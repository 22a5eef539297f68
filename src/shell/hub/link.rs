//! The hub's side of a connection.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::time::Instant;

use crate::chat::ConnId;
use crate::dialect::{Decoded, Flavor};
use crate::engine::Ending;
use crate::shell::admission::Permit;
use crate::shell::connection::{Closing, End, Gate};
use crate::shell::metrics::{ClosedFigures, Figure};

/// A connection, from its acceptance until both its halves are done.
pub(super) struct Link {
    pub(super) conn: ConnId,
    pub(super) flavor: Flavor,
    peer: (IpAddr, u16),
    pub(super) gate: Arc<Gate>,
    pub(super) reader: tokio::task::Id,
    /// Why it is being closed; the engine knows of it no longer.
    pub(super) closing: Option<Why>,

    /// Its next requests wait: a list goes on, or it does not read its replies.
    pub(super) is_held: bool,
    /// Its next requests wait for what the keeper has to say.
    pub(super) awaits_history: bool,
    /// The engine waits for `Ready`: a list goes on, or it is choked.
    pub(super) wants_ready: bool,
    /// What waits while it is held.
    pub(super) parked: Option<Box<Requests>>,
    /// Its reader has handed over a batch, and waits for credit.
    pub(super) owes_credit: bool,
    /// Over its rate: nothing may come before this moment.
    pub(super) not_before: Option<Instant>,
    /// Bytes replied since its outbox was last known to have room.
    pub(super) replied_bytes: u32,
    /// Nothing can be written to it any more.
    pub(super) is_broken: bool,

    /// Its reader is done.
    pub(super) is_read: bool,
    /// Its outbox is closed.
    pub(super) is_written: bool,
    /// Bytes read so far, as its reader has said.
    pub(super) bytes_in: u64,
    /// Bytes written in all, once its outbox is closed.
    pub(super) bytes_out: u64,
    /// Counts as a connection for as long as it is here.
    _permit: Permit,
}

/// What a reader handed over and was not handled yet: at most one batch.
#[derive(Default)]
pub(super) struct Requests {
    pub(super) items: VecDeque<Decoded>,
    pub(super) end: Option<End>,
}

/// Why a connection is being closed.
#[derive(Clone, Copy)]
pub(super) enum Why {
    Quit,
    Ended(Ending),
    ServerFailed,
}

impl Link {
    pub(super) fn new(
        (conn, peer): (ConnId, SocketAddr),
        flavor: Flavor,
        gate: Arc<Gate>,
        reader: tokio::task::Id,
        permit: Permit,
    ) -> Self {
        Self {
            conn,
            flavor,
            peer: (peer.ip(), peer.port()),
            gate,
            reader,
            closing: None,
            is_held: false,
            awaits_history: false,
            wants_ready: false,
            parked: None,
            owes_credit: false,
            not_before: None,
            replied_bytes: 0,
            is_broken: false,
            is_read: false,
            is_written: false,
            bytes_in: 0,
            bytes_out: 0,
            _permit: permit,
        }
    }

    /// Lets the reader go on, unless what it handed over still waits. What cannot be
    /// written to holds nothing back: it would never show that it has room.
    pub(super) fn return_credit(&mut self) {
        let may_go_on = !self.is_held || self.is_broken;
        let may_go_on = may_go_on && !self.awaits_history;
        if self.owes_credit && may_go_on && self.parked.is_none() {
            self.owes_credit = false;
            self.gate.open(self.not_before.take());
        }
    }

    /// What waits, which does so no longer.
    pub(super) fn take_parked(&mut self) -> Requests {
        self.parked
            .take()
            .map_or_else(Requests::default, |parked| *parked)
    }

    /// Nothing more is taken from it.
    pub(super) fn begin_closing(&mut self, why: Why, closing: Closing) {
        self.closing = Some(why);
        self.parked = None;
        self.gate.close(closing);
    }

    /// Takes note of how many bytes were read so far; how many more that are.
    pub(super) fn note_bytes_in(&mut self, bytes_in: u64) -> u64 {
        let more = bytes_in.saturating_sub(self.bytes_in);
        self.bytes_in += more;
        more
    }

    /// The address at the other end.
    pub(super) fn peer(&self) -> SocketAddr {
        SocketAddr::from(self.peer)
    }

    /// Whether both its halves are done.
    pub(super) fn is_done(&self) -> bool {
        self.is_read && self.is_written
    }
}

impl Requests {
    /// In most cases nothing waits, and what comes is not copied.
    pub(super) fn add(&mut self, items: Vec<Decoded>) {
        if self.items.is_empty() {
            self.items = items.into();
        } else {
            self.items.extend(items);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.end.is_none()
    }
}

impl Why {
    /// Where it is counted.
    pub(super) fn figure(self, closed: &ClosedFigures) -> &Figure {
        match self {
            Self::Quit => &closed.quit,
            Self::Ended(Ending::InputEnded) => &closed.input_ended,
            Self::Ended(Ending::Reset) => &closed.reset,
            Self::Ended(Ending::TimedOut) => &closed.timed_out,
            Self::Ended(Ending::Stalled) => &closed.stalled,
            Self::Ended(Ending::Shutdown) => &closed.shutdown,
            Self::ServerFailed => &closed.server_failed,
        }
    }

    /// As operators read it in the log.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Quit => "quit",
            Self::Ended(Ending::InputEnded) => "input ended",
            Self::Ended(Ending::Reset) => "reset",
            Self::Ended(Ending::TimedOut) => "timed out",
            Self::Ended(Ending::Stalled) => "stalled",
            Self::Ended(Ending::Shutdown) => "shutdown",
            Self::ServerFailed => "server failed",
        }
    }
}
