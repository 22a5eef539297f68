//! What is on its way to the keeper: bounded in bytes, and never waited for.

use std::collections::VecDeque;

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{Duration, timeout};

use crate::shell::store::{Record, Request, Ticket};

/// How long an ending server waits for a keeper that takes nothing.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// Requests that may wait for a keeper that takes none before questions are refused.
const WAITING_MAX: usize = 16_384;

/// Records and questions in their order.
pub(super) struct Outgoing {
    keeper: mpsc::Sender<Request>,
    /// What the keeper had no place for yet.
    waiting: VecDeque<Request>,
    /// What has come together in this turn.
    records: Vec<Record>,
    /// Somebody waits for what has come together.
    is_urgent: bool,
    /// What has come together in this turn costs so much.
    cost: usize,
    /// Of the turn that comes together now.
    ticket: Ticket,
    /// What is not decided yet, with its cost in bytes.
    undecided: VecDeque<(Ticket, usize)>,
    undecided_bytes: usize,
    bytes_max: usize,
}

impl Outgoing {
    pub(super) fn new(keeper: mpsc::Sender<Request>, bytes_max: usize) -> Self {
        Self {
            keeper,
            waiting: VecDeque::new(),
            records: Vec::new(),
            is_urgent: false,
            cost: 0,
            ticket: 1,
            undecided: VecDeque::new(),
            undecided_bytes: 0,
            bytes_max,
        }
    }

    /// Whether this would still be within the bound.
    pub(super) fn has_place(&self, record: &Record) -> bool {
        self.undecided_bytes() + record.cost() <= self.bytes_max
    }

    /// Nothing waits to be decided: what is read is all that there is.
    pub(super) fn is_decided(&self) -> bool {
        self.undecided.is_empty() && self.records.is_empty()
    }

    /// What is not decided yet, in bytes.
    pub(super) fn undecided_bytes(&self) -> usize {
        self.undecided_bytes + self.cost
    }

    /// Whether there is much place.
    pub(super) fn is_under_half(&self) -> bool {
        self.undecided_bytes() < self.bytes_max / 2
    }

    /// Adds a record; the ticket that will say what became of it.
    pub(super) fn keep(&mut self, record: Record) -> Ticket {
        self.cost += record.cost();
        self.records.push(record);
        self.ticket
    }

    /// Decides on what comes together now.
    pub(super) fn ticket(&self) -> Ticket {
        self.ticket
    }

    /// Adds a record that is of use and can be done without.
    pub(super) fn keep_if_place(&mut self, record: Record) {
        if self.has_place(&record) {
            self.keep(record);
        }
    }

    /// Whether so many questions wait that nobody should ask another one.
    pub(super) fn is_stuffed(&self) -> bool {
        self.waiting.len() > WAITING_MAX
    }

    /// Has the keeper commit this turn's records at once.
    pub(super) fn hurry(&mut self) {
        self.is_urgent = true;
    }

    /// Adds what is made for the ticket, if anything is.
    pub(super) fn keep_if(&mut self, make: impl FnOnce(Ticket) -> Option<Record>) {
        if let Some(record) = make(self.ticket) {
            self.keep(record);
        }
    }

    /// Adds a question, behind what was handed over before.
    pub(super) fn ask(&mut self, request: Request) {
        self.wrap_up();
        self.waiting.push_back(request);
    }

    /// Hands over as much as the keeper has place for.
    pub(super) fn hand_over(&mut self) {
        self.wrap_up();
        while let Some(request) = self.waiting.pop_front() {
            match self.keeper.try_send(request) {
                Ok(()) => {}
                Err(TrySendError::Full(request)) => {
                    self.waiting.push_front(request);
                    return;
                }
                Err(TrySendError::Closed(_)) => {
                    // Nobody will ever decide on it.
                    self.waiting.clear();
                    self.decide(Ticket::MAX);
                }
            }
        }
    }

    /// Hands over everything, unless that takes far too long.
    pub(super) async fn hand_over_all(&mut self) {
        self.wrap_up();
        while let Some(request) = self.waiting.pop_front() {
            let sending = timeout(LAST_WAIT, self.keeper.send(request));
            if !matches!(sending.await, Ok(Ok(()))) {
                return;
            }
        }
    }

    /// Everything up to this ticket waits no longer.
    pub(super) fn decide(&mut self, decided: Ticket) {
        while let Some((_, cost)) = self
            .undecided
            .pop_front_if(|(ticket, _)| *ticket <= decided)
        {
            self.undecided_bytes -= cost;
        }
    }

    /// What has come together becomes one request.
    fn wrap_up(&mut self) {
        if self.records.is_empty() {
            return;
        }
        let cost = std::mem::take(&mut self.cost);
        self.undecided.push_back((self.ticket, cost));
        self.undecided_bytes += cost;
        self.waiting.push_back(Request::Keep {
            ticket: self.ticket,
            records: std::mem::take(&mut self.records),
            is_urgent: std::mem::take(&mut self.is_urgent),
        });
        self.ticket += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{RoomName, Seq};

    /// A keeper that is gone must not cost memory for ever.
    #[test]
    fn what_nobody_takes_is_not_held() {
        let (keeper, requests) = mpsc::channel(1);
        let mut outgoing = Outgoing::new(keeper, 1_000_000);
        drop(requests);
        for number in 1..=1_000 {
            let (room, seq) = (RoomName::lobby(), Seq(number));
            outgoing.keep(Record::Mark { room, seq });
            outgoing.hand_over();
        }
        assert!(outgoing.undecided.is_empty() && outgoing.waiting.is_empty());
        assert_eq!(outgoing.undecided_bytes, 0);
    }
}
