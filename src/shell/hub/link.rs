//! The hub's side of a connection.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::time::Instant;

use crate::dialect::{Decoded, Flavor};
use crate::shell::admission::Permit;
use crate::shell::connection::{Closing, End, Gate};

/// A connection, from its acceptance until both its halves are done.
pub(super) struct Link {
    pub(super) flavor: Flavor,
    pub(super) peer: SocketAddr,
    pub(super) gate: Arc<Gate>,
    pub(super) reader: tokio::task::Id,
    /// Why it is being closed; the engine knows of it no longer.
    pub(super) closing: Option<&'static str>,

    /// Its next requests wait: a list goes on, or it does not read its replies.
    pub(super) is_held: bool,
    /// The engine waits for `Ready`: a list goes on, or it is choked.
    pub(super) wants_ready: bool,
    /// What waits while it is held: at most one batch.
    pub(super) parked: VecDeque<Decoded>,
    pub(super) parked_end: Option<End>,
    /// Its reader has handed over a batch, and waits for credit.
    pub(super) owes_credit: bool,
    /// Over its rate: nothing may come before this moment.
    pub(super) not_before: Option<Instant>,
    /// Bytes replied since its outbox was last known to have room.
    pub(super) replied_bytes: usize,
    /// Nothing can be written to it any more.
    pub(super) is_broken: bool,

    /// Bytes read in all, once its reader is done.
    pub(super) bytes_in: Option<u64>,
    /// Bytes written in all, once its outbox is closed.
    pub(super) bytes_out: Option<u64>,
    /// Counts as a connection for as long as it is here.
    _permit: Permit,
}

impl Link {
    pub(super) fn new(
        flavor: Flavor,
        peer: SocketAddr,
        gate: Arc<Gate>,
        reader: tokio::task::Id,
        permit: Permit,
    ) -> Self {
        Self {
            flavor,
            peer,
            gate,
            reader,
            closing: None,
            is_held: false,
            wants_ready: false,
            parked: VecDeque::new(),
            parked_end: None,
            owes_credit: false,
            not_before: None,
            replied_bytes: 0,
            is_broken: false,
            bytes_in: None,
            bytes_out: None,
            _permit: permit,
        }
    }

    /// Lets the reader go on, unless what it handed over still waits. What cannot be
    /// written to holds nothing back: it would never show that it has room.
    pub(super) fn return_credit(&mut self) {
        let may_go_on = !self.is_held || self.is_broken;
        if self.owes_credit && may_go_on && self.parked.is_empty() {
            self.owes_credit = false;
            self.gate.open(self.not_before.take());
        }
    }

    /// Nothing more is taken from it.
    pub(super) fn begin_closing(&mut self, why: &'static str, closing: Closing) {
        self.closing = Some(why);
        self.parked = VecDeque::new();
        self.parked_end = None;
        self.gate.close(closing);
    }

    /// Whether both its halves are done.
    pub(super) fn is_done(&self) -> bool {
        self.bytes_in.is_some() && self.bytes_out.is_some()
    }
}
