//! The queue of bytes to one connection, and what it costs. Does no I/O.

use std::ops::Range;
use std::time::Duration;

use crate::chat::{Message, Missed, RoomName, Seq};
use crate::dialect::{Flavor, encode};
use crate::shell::Config;

use super::backlog::Backlog;
use super::round::{Chain, Round};

/// What a range costs on top of its bytes: its place in the queue, generously.
pub(super) const RANGE_COST: usize = 64;

/// The most bytes that are gathered into one write.
const GATHERED_BYTES_MAX: usize = 64 * 1024;

/// A first piece of at least so many bytes is written from where it lies.
const DIRECT_BYTES_MIN: usize = 16 * 1024;

/// What an outbox is held to.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// What may wait for one connection before rooms are skipped, in bytes;
    /// every separate range counts 64 more. An empty outbox takes any one line.
    pub outbox_bytes_max: usize,
    /// What replies and private messages may take on top of that, in bytes.
    pub outbox_reserve_bytes: usize,
    /// How long a connection may take nothing at all with bytes waiting.
    pub stall_timeout: Duration,
    /// Whether what is skipped can be had from history, so that the notice says how.
    pub keeps_history: bool,
}

impl From<&Config> for Bounds {
    fn from(config: &Config) -> Self {
        Self {
            outbox_bytes_max: config.outbox_bytes_max,
            outbox_reserve_bytes: config.outbox_reserve_bytes,
            stall_timeout: config.stall_timeout,
            keeps_history: config.history.is_some(),
        }
    }
}

impl Bounds {
    /// Whether so much is under half of the bound; nothing always is.
    fn is_under_half(&self, held: usize) -> bool {
        held == 0 || held < self.outbox_bytes_max.div_ceil(2)
    }

    /// Whether so much takes more than half of the reserve.
    fn is_choking(&self, held: usize) -> bool {
        let half_reserve = self.outbox_reserve_bytes / 2;
        held > self.outbox_bytes_max.saturating_add(half_reserve)
    }
}

/// The queue of bytes to one connection: ranges, not copies.
///
/// What was queued in this round is a chain in the [`Round`]; what is older, and
/// what is being skipped, is in the backlog, which a connection that takes what
/// it is sent does not have. Idle, it holds no heap memory.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    bytes: usize,
    fresh: Chain,
    /// It was reported as choked and not as ready since.
    choked: bool,
    /// The hub waits to hear that it is ready.
    awaited: bool,
    backlog: Option<Box<Backlog>>,
}

/// How an outbox stands, when that is news to the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Ready,
    Choked,
}

impl Outbox {
    /// What waits, in bytes, and what its ranges cost.
    #[inline]
    pub(super) fn held(&self) -> usize {
        let pieces = self.backlog.as_ref().map_or(0, |backlog| backlog.pieces());
        self.bytes + RANGE_COST * (pieces + self.fresh.ranges())
    }

    /// Whether nothing waits to be written.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Queues a range of room traffic of the latest turn, if there is place for it:
    /// the work of a delivery.
    #[inline]
    pub(super) fn push_if_place(
        &mut self,
        range: &Range<u32>,
        round: &mut Round,
        bounds: &Bounds,
    ) -> bool {
        let lengthens = round.extends(&self.fresh, range);
        let more = range.len() + if lengthens { 0 } else { RANGE_COST };
        if !self.is_empty() && self.held() + more > bounds.outbox_bytes_max {
            return false;
        }
        self.bytes += range.len();
        if lengthens {
            round.lengthen(&self.fresh, range);
        } else {
            round.append(&mut self.fresh, range);
        }
        true
    }

    /// Queues a range of the latest turn's bytes, place or not.
    pub(super) fn push(&mut self, range: &Range<u32>, round: &mut Round) {
        if !range.is_empty() {
            self.bytes += range.len();
            round.push(&mut self.fresh, range);
        }
    }

    /// Whether everything of this room is skipped now.
    #[inline]
    pub(super) fn is_skipping(&self, room: &RoomName) -> bool {
        let backlog = self.backlog.as_ref();
        backlog.is_some_and(|backlog| backlog.is_skipping(room))
    }

    /// Skips one line (with its number) or notice of a room, and from now on
    /// everything of that room.
    pub(super) fn skip(&mut self, room: &RoomName, seq: Option<Seq>) {
        self.backlog_mut().skip(room, seq);
    }

    /// Queues the notice of what was skipped in this room, if anything was.
    pub(super) fn settle(
        &mut self,
        flavor: Flavor,
        room: &RoomName,
        round: &mut Round,
        bounds: &Bounds,
    ) -> Option<Missed> {
        let missed = self.backlog.as_mut()?.end_skip(room)?;
        self.tell(flavor, (room, missed), round, bounds);
        Some(missed)
    }

    /// Queues the notice of the skip that began first, if there is any.
    pub(super) fn settle_first(
        &mut self,
        flavor: Flavor,
        round: &mut Round,
        bounds: &Bounds,
    ) -> Option<(RoomName, Missed)> {
        let (room, missed) = self.backlog.as_mut()?.end_first_skip()?;
        self.tell(flavor, (&room, missed), round, bounds);
        Some((room, missed))
    }

    /// Whether little enough waits for notices to be queued.
    pub(super) fn is_under_half(&self, bounds: &Bounds) -> bool {
        bounds.is_under_half(self.held())
    }

    /// Asks for [`Flow::Ready`] as soon as it is true.
    pub(super) fn await_ready(&mut self) {
        self.awaited = true;
    }

    /// Whether the hub should know how this outbox stands. Asked after what can
    /// be written was.
    pub(super) fn flow(&mut self, bounds: &Bounds) -> Option<Flow> {
        let held = self.held();
        if (self.choked || self.awaited) && bounds.is_under_half(held) {
            (self.choked, self.awaited) = (false, false);
            return Some(Flow::Ready);
        }
        if !self.choked && bounds.is_choking(held) {
            self.choked = true;
            return Some(Flow::Choked);
        }
        None
    }

    /// What to write next: everything, or as much as one write should carry. Small
    /// pieces are gathered in `scratch`; a single or large one is not copied.
    pub(super) fn next_write<'a>(&'a self, round: &'a Round, scratch: &'a mut Vec<u8>) -> &'a [u8] {
        let mut parts = self.parts(round);
        let first = parts.next().unwrap_or_default();
        if first.len() == self.bytes || first.len() >= DIRECT_BYTES_MIN {
            return first;
        }
        scratch.clear();
        for part in std::iter::once(first).chain(parts) {
            let place = GATHERED_BYTES_MAX - scratch.len();
            scratch.extend_from_slice(&part[..part.len().min(place)]);
            if scratch.len() == GATHERED_BYTES_MAX {
                break;
            }
        }
        scratch
    }

    /// Takes so many bytes, which are written, from the front.
    pub(super) fn advance(&mut self, count: usize, round: &mut Round) {
        self.bytes -= count;
        let held = self.backlog.as_mut();
        let of_held = held.map_or(0, |backlog| backlog.advance(count));
        round.advance(&mut self.fresh, count - of_held);
        self.drop_empty_backlog();
    }

    /// Keeps what was queued in this round for later.
    pub(super) fn hold(&mut self, round: &Round) {
        if self.fresh.ranges() > 0 {
            let fresh = std::mem::take(&mut self.fresh);
            let backlog = self.backlog_mut();
            for (chunk, range) in round.ranges(&fresh) {
                backlog.hold(chunk, range);
            }
        }
    }

    fn parts<'a>(&'a self, round: &'a Round) -> impl Iterator<Item = &'a [u8]> {
        let held = self.backlog.iter().flat_map(|backlog| backlog.parts());
        let fresh = round.ranges(&self.fresh);
        held.chain(fresh.map(|(chunk, range)| &chunk[range]))
    }

    fn tell(
        &mut self,
        flavor: Flavor,
        (room, missed): (&RoomName, Missed),
        round: &Round,
        bounds: &Bounds,
    ) {
        let room = room.clone();
        let mut notice = Vec::new();
        let message = Message::Skipped {
            room,
            missed,
            is_kept: bounds.keeps_history,
        };
        encode(flavor, &message, &mut notice);
        self.hold(round);
        self.backlog_mut().copy(&notice);
        self.bytes += notice.len();
        self.drop_empty_backlog();
    }

    fn backlog_mut(&mut self) -> &mut Backlog {
        self.backlog.get_or_insert_default()
    }

    fn drop_empty_backlog(&mut self) {
        if self
            .backlog
            .as_ref()
            .is_some_and(|backlog| backlog.is_empty())
        {
            self.backlog = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn an_outbox_that_was_written_out_holds_no_memory() {
        let mut round = Round::default();
        let mut outbox = Outbox::default();
        round.begin(Arc::new(vec![b'x'; 100]));
        outbox.push(&(0..10), &mut round);
        outbox.hold(&round);
        round.clear();
        assert!(outbox.backlog.is_some());
        outbox.advance(10, &mut round);
        assert!(outbox.backlog.is_none());
        assert_eq!(outbox.held(), 0);
    }

    #[test]
    fn a_range_costs_its_bytes_and_its_place_and_neighbours_share_it() {
        let mut round = Round::default();
        let mut outbox = Outbox::default();
        round.begin(Arc::new(vec![b'x'; 100]));
        outbox.push(&(0..10), &mut round);
        outbox.push(&(10..15), &mut round);
        assert_eq!(outbox.held(), 15 + RANGE_COST);
        outbox.push(&(20..30), &mut round);
        assert_eq!(outbox.held(), 25 + 2 * RANGE_COST);
        round.begin(Arc::new(vec![b'y'; 100]));
        outbox.push(&(30..40), &mut round); // A neighbour in another chunk is none.
        assert_eq!(outbox.held(), 35 + 3 * RANGE_COST);
        outbox.advance(20, &mut round);
        assert_eq!(outbox.held(), 15 + 2 * RANGE_COST);
    }

    #[test]
    fn one_piece_is_written_from_where_it_lies() {
        let mut round = Round::default();
        let mut outbox = Outbox::default();
        let mut scratch = Vec::new();
        let chunk = Arc::new(vec![b'x'; 100]);
        round.begin(Arc::clone(&chunk));
        outbox.push(&(5..10), &mut round);
        let bytes = outbox.next_write(&round, &mut scratch);
        assert_eq!(bytes.as_ptr(), chunk[5..].as_ptr());
        outbox.push(&(15..20), &mut round);
        assert_eq!(outbox.next_write(&round, &mut scratch).len(), 10);
    }
}
