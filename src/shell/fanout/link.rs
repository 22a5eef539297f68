//! One connection: its outbox, its write half, and how it ends.

use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::task::Poll;

use tokio::io::AsyncWrite;
use tokio::time::Instant;

use crate::chat::{ConnId, Missed, RoomName, Seq};
use crate::dialect::Flavor;

use super::gauges::Tally;
use super::outbox::{Bounds, Flow, Outbox};
use super::report::{Report, Reports};
use super::round::Round;
use super::turn::Class;
use super::wait::{Wait, Waits};

/// What a worker's connections share.
#[derive(Debug)]
pub(super) struct Tools {
    pub(super) bounds: Bounds,
    pub(super) round: Round,
    pub(super) waits: Waits,
    pub(super) reports: Reports,
    pub(super) tally: Tally,
    /// Where small pieces are gathered for one write.
    pub(super) scratch: Vec<u8>,
}

/// One connection. While nothing waits, it holds no heap memory.
#[derive(Debug)]
pub(super) struct Link<W> {
    conn: ConnId,
    row: u32,
    flavor: Flavor,
    phase: Phase,
    touched: bool,
    outbox: Outbox,
    /// Its write half would block.
    wait: Option<Box<Wait>>,
    /// Gone when it is broken or over.
    write: Option<W>,
    bytes_out: u64,
}

/// The life of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// It takes orders.
    Open,
    /// It is written to until nothing waits, and shut down.
    Finishing,
    /// It cannot be written to; the hub has been told and has not answered.
    Broken,
    /// It can be forgotten.
    Over,
}

impl<W: AsyncWrite + Unpin> Link<W> {
    pub(super) fn new(conn: ConnId, row: u32, flavor: Flavor, write: W) -> Self {
        Self {
            conn,
            row,
            flavor,
            phase: Phase::Open,
            touched: false,
            outbox: Outbox::default(),
            wait: None,
            write: Some(write),
            bytes_out: 0,
        }
    }

    pub(super) fn conn(&self) -> ConnId {
        self.conn
    }

    /// Whether messages in this flavor are for it.
    pub(super) fn takes(&self, flavor: Flavor) -> bool {
        self.flavor == flavor
    }

    /// Whether it takes orders other than to end.
    pub(super) fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// Whether it ends as soon as nothing waits.
    pub(super) fn is_finishing(&self) -> bool {
        self.phase == Phase::Finishing
    }

    /// Whether it can be forgotten.
    pub(super) fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// Notes that it has to be flushed in this round. False when that was known.
    pub(super) fn touch(&mut self) -> bool {
        !std::mem::replace(&mut self.touched, true)
    }

    /// Queues a range of the latest turn's bytes, or skips it.
    pub(super) fn deliver(&mut self, class: &Class, bytes: &Range<u32>, tools: &mut Tools) {
        match class {
            Class::Personal => self.push(bytes, tools),
            Class::Room { room, seq } => self.push_or_skip(room, *seq, bytes, tools),
        }
    }

    /// Queues a range of the latest turn's bytes.
    pub(super) fn push(&mut self, bytes: &Range<u32>, tools: &mut Tools) {
        self.outbox.push(bytes, &mut tools.round);
    }

    /// Queues the notice of what was skipped in this room, if anything was.
    pub(super) fn settle(&mut self, room: &RoomName, tools: &mut Tools) {
        let missed = self
            .outbox
            .settle(self.flavor, room, &mut tools.round, &tools.bounds);
        if let Some(missed) = missed {
            self.report_skip(room.clone(), missed, tools);
        }
    }

    /// Queues the notices of everything that was skipped, if anything was.
    pub(super) fn settle_all(&mut self, tools: &mut Tools) {
        while self.settle_first(tools) {}
    }

    /// Asks for a report as soon as its outbox is under half.
    pub(super) fn await_ready(&mut self) {
        self.outbox.await_ready();
    }

    /// Begins to end: what waits is still written, and every skip told as soon as
    /// little enough waits.
    pub(super) fn finish(&mut self, tools: &mut Tools) {
        match self.phase {
            Phase::Open => {
                self.phase = Phase::Finishing;
                if let Some(wait) = &mut self.wait {
                    wait.rearm(self.row, &mut tools.waits);
                }
            }
            Phase::Broken => self.cut(tools),
            Phase::Finishing | Phase::Over => {}
        }
    }

    /// Ends at once.
    pub(super) fn cut(&mut self, tools: &mut Tools) {
        self.phase = Phase::Over;
        self.let_go(tools);
    }

    /// Writes what can be written, and keeps the rest.
    pub(super) fn flush(&mut self, tools: &mut Tools) {
        self.touched = false;
        if self.write.is_none() {
            return;
        }
        self.write_and_tell(tools);
        match self.phase {
            Phase::Open => self.report_flow(tools),
            Phase::Finishing if self.outbox.is_empty() => self.shut_down(tools),
            Phase::Finishing | Phase::Broken | Phase::Over => {}
        }
        self.outbox.hold(&tools.round);
        if let Some(wait) = &mut self.wait {
            wait.gauge(self.outbox.held(), &mut tools.tally);
        }
    }

    /// Its moment has come: unless it took something meanwhile, it has stalled.
    pub(super) fn look_for_stall(&mut self, now: Instant, tools: &mut Tools) {
        let Some(wait) = &mut self.wait else { return };
        if !wait.is_stalled(now, self.row, &mut tools.waits) {
            return;
        }
        match self.phase {
            Phase::Open => tools.reports.push(Report::Stalled { conn: self.conn }),
            Phase::Finishing => self.cut(tools),
            Phase::Broken | Phase::Over => {}
        }
    }

    /// The last that is told of it.
    pub(super) fn obituary(&self) -> Report {
        Report::Closed {
            conn: self.conn,
            bytes_out: self.bytes_out,
        }
    }

    /// Nobody misses a line only because one turn is large: it is written out
    /// before anything is skipped.
    fn push_or_skip(
        &mut self,
        room: &RoomName,
        seq: Option<Seq>,
        bytes: &Range<u32>,
        tools: &mut Tools,
    ) {
        if self.push_if_place(room, bytes, tools) {
            return;
        }
        if self.can_write() {
            self.write_and_tell(tools);
            if self.phase != Phase::Open {
                return; // It broke just now.
            }
            if self.push_if_place(room, bytes, tools) {
                return;
            }
        }
        self.outbox.skip(room, seq);
        tools.tally.skipped_lines += u64::from(seq.is_some());
    }

    /// Whether a write is worth trying now.
    fn can_write(&self) -> bool {
        self.wait.as_ref().is_none_or(|wait| wait.has_fired())
    }

    #[inline]
    fn push_if_place(&mut self, room: &RoomName, bytes: &Range<u32>, tools: &mut Tools) -> bool {
        !self.outbox.is_skipping(room)
            && self
                .outbox
                .push_if_place(bytes, &mut tools.round, &tools.bounds)
    }

    /// Writes until nothing waits or it would block; as soon as little enough
    /// waits, notices of skips come after what waits.
    fn write_and_tell(&mut self, tools: &mut Tools) {
        loop {
            let is_drained = self.write_out(tools);
            let mut has_told = false;
            while self.outbox.is_under_half(&tools.bounds) && self.settle_first(tools) {
                has_told = true;
            }
            if !is_drained || !has_told {
                return;
            }
        }
    }

    /// Writes until nothing waits (true), it would block, or it broke.
    fn write_out(&mut self, tools: &mut Tools) -> bool {
        if !self.outbox.is_empty() && !self.may_try() {
            return false;
        }
        while !self.outbox.is_empty() {
            match self.write_once(tools) {
                Poll::Ready(Ok(count)) if count > 0 => self.note_written(count, tools),
                Poll::Ready(Ok(_) | Err(_)) => {
                    self.break_off(tools);
                    return false;
                }
                Poll::Pending => return false,
            }
        }
        true
    }

    fn write_once(&mut self, tools: &mut Tools) -> Poll<io::Result<usize>> {
        let Some(write) = &mut self.write else {
            return Poll::Pending; // Broken: its outbox is empty, so that nobody asks.
        };
        let bytes = self.outbox.next_write(&tools.round, &mut tools.scratch);
        tools.waits.poll(self.row, &mut self.wait, |cx| {
            Pin::new(&mut *write).poll_write(cx, bytes)
        })
    }

    fn note_written(&mut self, count: usize, tools: &mut Tools) {
        self.outbox.advance(count, &mut tools.round);
        self.bytes_out += count as u64;
        tools.tally.bytes_out += count as u64;
        tools.tally.writes += 1;
        if self.outbox.is_empty() {
            self.unblock(tools);
        } else if let Some(wait) = &mut self.wait {
            wait.note_progress();
        }
    }

    /// Only a waker that fired makes it worth trying again.
    fn may_try(&self) -> bool {
        self.wait.as_ref().is_none_or(|wait| wait.take_fired())
    }

    fn shut_down(&mut self, tools: &mut Tools) {
        if !self.may_try() {
            return;
        }
        let Some(write) = &mut self.write else { return };
        let shut = tools.waits.poll(self.row, &mut self.wait, |cx| {
            Pin::new(&mut *write).poll_shutdown(cx)
        });
        if shut.is_ready() {
            self.cut(tools);
        }
    }

    fn break_off(&mut self, tools: &mut Tools) {
        if self.phase == Phase::Open {
            self.phase = Phase::Broken;
            tools.reports.push(Report::Broken { conn: self.conn });
        } else {
            self.phase = Phase::Over;
        }
        self.let_go(tools);
    }

    fn let_go(&mut self, tools: &mut Tools) {
        self.write = None;
        self.outbox = Outbox::default();
        self.unblock(tools);
    }

    fn unblock(&mut self, tools: &mut Tools) {
        if let Some(wait) = self.wait.take() {
            (*wait).end(self.row, &mut tools.waits, &mut tools.tally);
        }
    }

    fn settle_first(&mut self, tools: &mut Tools) -> bool {
        let told = self
            .outbox
            .settle_first(self.flavor, &mut tools.round, &tools.bounds);
        let Some((room, missed)) = told else {
            return false;
        };
        self.report_skip(room, missed, tools);
        true
    }

    fn report_skip(&self, room: RoomName, missed: Missed, tools: &mut Tools) {
        let conn = self.conn;
        tools.reports.push(Report::Skipped { conn, room, missed });
    }

    fn report_flow(&mut self, tools: &mut Tools) {
        let conn = self.conn;
        match self.outbox.flow(&tools.bounds) {
            Some(Flow::Ready) => tools.reports.push(Report::Ready { conn }),
            Some(Flow::Choked) => tools.reports.push(Report::Choked { conn }),
            None => {}
        }
    }
}
