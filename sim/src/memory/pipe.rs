//! One direction of a connection: bytes on their way, and bytes that have come.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::task::Waker;

use tokio::time::Instant;

/// One direction.
#[derive(Debug)]
pub(super) struct Pipe {
    /// What it holds at most, in flight and arrived, in bytes.
    capacity: usize,
    flying: VecDeque<Flight>,
    flying_bytes: usize,
    arrived: VecDeque<u8>,
    /// Bytes that were ever taken from the writer.
    pub(super) taken: u64,
    /// Bytes that were ever given to the reader.
    pub(super) given: u64,
    /// The last byte that was taken ended a line, or nothing was taken.
    pub(super) is_at_line_start: bool,
    /// The end of input has arrived.
    pub(super) has_ended: bool,
    /// The writer has ended it.
    pub(super) is_shut: bool,
    /// What arrives is answered by a reset: the reader's end is closed.
    pub(super) is_deaf: bool,
    pub(super) read_error: Option<ErrorKind>,
    pub(super) write_error: Option<ErrorKind>,
    pub(super) reader: Option<Waker>,
    pub(super) writer: Option<Waker>,
    /// When the first of what is not acknowledged was sent.
    pub(super) unacknowledged_since: Option<Instant>,
}

/// Something on its way.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) due: Instant,
    pub(super) what: Segment,
}

#[derive(Debug)]
pub(super) enum Segment {
    Data(Vec<u8>),
    End,
    Reset,
}

impl Pipe {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            flying: VecDeque::new(),
            flying_bytes: 0,
            arrived: VecDeque::new(),
            taken: 0,
            given: 0,
            is_at_line_start: true,
            has_ended: false,
            is_shut: false,
            is_deaf: false,
            read_error: None,
            write_error: None,
            reader: None,
            writer: None,
            unacknowledged_since: None,
        }
    }

    /// How many bytes it takes now.
    pub(super) fn room(&self) -> usize {
        self.capacity - (self.flying_bytes + self.arrived.len())
    }

    /// Whether bytes are on their way, or have come and are not read.
    pub(super) fn is_busy(&self) -> bool {
        self.flying_bytes + self.arrived.len() > 0
    }

    pub(super) fn has_unread(&self) -> bool {
        !self.arrived.is_empty()
    }

    /// Sends something, no earlier than what was sent before; the moment at which
    /// it is due.
    pub(super) fn send(&mut self, what: Segment, due: Instant, now: Instant) -> Instant {
        let due = self.flying.back().map_or(due, |last| due.max(last.due));
        if let Segment::Data(bytes) = &what {
            self.flying_bytes += bytes.len();
            self.taken += bytes.len() as u64;
            self.is_at_line_start = bytes.last() == Some(&b'\n');
            self.unacknowledged_since.get_or_insert(now);
        }
        self.flying.push_back(Flight { due, what });
        due
    }

    /// Takes what is due; `None` when nothing is.
    pub(super) fn arrive(&mut self, now: Instant) -> Option<Segment> {
        if self.flying.front()?.due > now {
            return None;
        }
        let flight = self.flying.pop_front()?;
        if let Segment::Data(bytes) = &flight.what {
            self.flying_bytes -= bytes.len();
        }
        let is_all = self.flying_bytes == 0;
        self.unacknowledged_since = (!is_all).then_some(now);
        Some(flight.what)
    }

    pub(super) fn keep(&mut self, bytes: &[u8]) {
        self.arrived.extend(bytes);
    }

    /// How long the first of what flies is late: it was held back.
    pub(super) fn late(&self, now: Instant) -> Option<std::time::Duration> {
        let first = self.flying.front()?;
        (first.due < now).then(|| now - first.due)
    }

    /// Moves what is late to another moment.
    pub(super) fn put_off(&mut self, due: Instant) {
        for flight in &mut self.flying {
            flight.due = flight.due.max(due);
        }
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        self.flying.front().map(|flight| flight.due)
    }

    /// Gives the reader what has come, at most so many bytes.
    pub(super) fn give(&mut self, count: usize) -> impl Iterator<Item = u8> {
        self.given += count as u64;
        self.arrived.drain(..count)
    }

    pub(super) fn arrived(&self) -> usize {
        self.arrived.len()
    }

    /// Nothing of what is on its way arrives any more.
    pub(super) fn forget_flying(&mut self) {
        self.flying.clear();
        self.flying_bytes = 0;
        self.unacknowledged_since = None;
    }

    pub(super) fn wake_reader(&mut self) {
        if let Some(waker) = self.reader.take() {
            waker.wake();
        }
    }

    pub(super) fn wake_writer(&mut self) {
        if let Some(waker) = self.writer.take() {
            waker.wake();
        }
    }

    /// Both ends get an error from now on.
    pub(super) fn fail(&mut self, read: ErrorKind, write: ErrorKind) {
        // What comes after the end of input changes nothing for the reader.
        if !self.has_ended {
            self.read_error.get_or_insert(read);
        }
        self.write_error.get_or_insert(write);
        self.wake_reader();
        self.wake_writer();
    }
}
