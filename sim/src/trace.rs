//! Everything that happened in a run, in order, and its fingerprint.

use std::fmt;
use std::hash::{Hash, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;
use xxhash_rust::xxh3::Xxh3;

use crate::atlas::{FaultKind, Phase};

/// A connection of a person: who, and their how many-eth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Life {
    /// The person, by number.
    pub person: usize,
    /// Which of their connections, counted from 0.
    pub life: usize,
}

/// The number of the connection is said only of who has come again.
impl fmt::Display for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "person {}", self.person)?;
        match self.life {
            0 => Ok(()),
            life => write!(f, " (reconnected, time {life})"),
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// When, in milliseconds from the start of the run.
    pub at: u64,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// A person has a connection.
    Connected(Life),
    /// A person could not connect.
    NotConnected(Life),
    /// A person begins to send these bytes.
    Typing(Life, Vec<u8>),
    /// The network has taken all that the person began to send.
    Sent(Life),
    /// The connection broke before it had taken everything.
    Unsent(Life),
    /// A person's socket received a line, given without its end.
    Heard(Life, String),
    /// Bytes came without a line end, and then the end.
    HeardUnfinished(Life, String),
    /// A person's socket received the end of input, or an error.
    Ended(Life, HowEnded),
    /// A person did not hear what they waited for.
    Unheard(Life, String),
    /// A person did something to their connection, or to their reading.
    Did(Life, Deed),
    /// A fault struck a connection (or, without one, the server).
    Struck(FaultKind, Phase, Option<Life>),
    /// A fault ended that lasts.
    Lifted(FaultKind, Option<Life>),
    /// What the server's end of a connection met.
    Wire(Life, Wire),
    /// What the server's listener met.
    Door(Door),
    /// What the server's disk did.
    Disk(Disk),
    /// The server logged that a person is in, is out, or that something is wrong.
    Log(Log),
}

/// How a connection ended for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HowEnded {
    /// By the end of input: all that was sent has come.
    Closed,
    /// By an error.
    Broken,
}

/// What a person does without words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Reads nothing from now on.
    StopReading,
    /// Reads little from now on.
    ReadSlowly,
    /// Reads everything again.
    ReadOn,
    /// Ends the input.
    EndInput,
    /// Closes.
    Close,
    /// Is gone in some other way.
    Vanish,
}

/// What the server's end of a connection met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wire {
    /// It read so many bytes.
    Read(usize),
    /// What it read ended in the middle of a line.
    ReadPartOfLine,
    /// The network cut a read or a write short.
    Cut,
    /// It read the end of input.
    ReadEnd,
    /// Reading or writing gave an error: a reset, or a broken pipe.
    Reset,
    /// Reading gave an error: the other side was silent for too long.
    TimedOut,
    /// It wrote so many bytes.
    Wrote(usize),
    /// It could not write at the moment.
    Pended,
    /// It ended its output.
    Shut,
    /// Bytes that were held back for this long (milliseconds) went on.
    Delayed(u64),
    /// It was made to wait for another turn.
    Yielded,
}

/// What the server's listener met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Door {
    /// It listens.
    Opened,
    /// It accepted a connection.
    Accepted,
    /// It could not accept one.
    Failed,
    /// It listens no more.
    Shut,
    /// The server has come to its end; whether as one that was stopped in order.
    Ended(bool),
}

/// What the server's disk did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Disk {
    /// A new server has begun with it.
    Began,
    /// Records were committed, and that was answered.
    Wrote {
        /// How many.
        records: usize,
        /// What they cost to hold, in bytes.
        bytes: usize,
        /// For how long it took, in milliseconds.
        took: u64,
    },
    /// A commit failed: there was no space.
    WasFull,
    /// A commit failed for another reason, and nothing was written.
    Failed,
    /// A commit is durable, and was answered as if it had failed.
    Tore,
    /// A line was refused, and became a gap.
    Refused,
    /// Something was read.
    Read {
        /// For how long it took, in milliseconds.
        took: u64,
    },
    /// Something could not be read.
    Unreadable,
    /// A server has ended with it in order.
    Ended,
}

/// What the server logged.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Log {
    /// The engine was told of a new connection.
    Entered(u64),
    /// The engine was told that a connection has ended.
    Left(u64),
    /// The engine closed a connection itself.
    Closing(u64),
    /// The engine was told something else of a connection.
    Handled(u64, String),
    /// A connection is wholly closed, and why.
    Closed(u64, String),
    /// A warning.
    Warning(String),
    /// Something that must never be.
    Error(String),
}

/// Where events go; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    time: Time,
    events: Vec<Event>,
}

#[derive(Debug)]
enum Time {
    /// tokio's, simulated or real.
    Since(Instant),
    /// Counted by whoever drives the simulation.
    Steps(u64),
}

impl Trace {
    /// By tokio's clock, from now on: simulated where that is paused, else real.
    pub(crate) fn by_clock() -> Self {
        Self::new(Time::Since(Instant::now()))
    }

    /// By steps of a millisecond, which whoever drives the simulation counts.
    pub(crate) fn by_steps() -> Self {
        Self::new(Time::Steps(0))
    }

    fn new(time: Time) -> Self {
        let inner = Inner {
            time,
            events: Vec::new(),
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
        }
    }

    /// Time has moved on to this step.
    pub(crate) fn set_step(&self, step: u64) {
        self.with(|inner| inner.time = Time::Steps(step));
    }

    /// The time of the run, in milliseconds.
    pub(crate) fn now(&self) -> u64 {
        self.with(|inner| inner.time.now())
    }

    pub(crate) fn record(&self, what: What) {
        self.with(|inner| {
            let at = inner.time.now();
            inner.events.push(Event { at, what });
        });
    }

    /// Everything so far; the trace is empty afterwards.
    pub(crate) fn take(&self) -> Vec<Event> {
        self.with(|inner| std::mem::take(&mut inner.events))
    }

    fn with<T>(&self, look: impl FnOnce(&mut Inner) -> T) -> T {
        look(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Time {
    fn now(&self) -> u64 {
        match self {
            Self::Since(start) => u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
            Self::Steps(step) => *step,
        }
    }
}

/// A fingerprint of everything that happened (XXH3, 128 bits): equal for equal
/// runs, in any process of one build.
#[must_use]
pub fn fingerprint(events: &[Event]) -> u128 {
    let mut hash = Xxh3::new();
    for event in events {
        event.hash(&mut hash);
    }
    // Events of no content would otherwise be nothing.
    hash.write_usize(events.len());
    hash.digest128()
}
