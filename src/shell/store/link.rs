//! What passes between the hub and the keeper.

use tokio::sync::mpsc;

use super::{Beginning, Past, Record, StoreError};
use crate::chat::{ConnId, Kept, RoomName, Seq, Span, Text};
use crate::shell::HistoryConfig;

/// Counts what the hub hands over to be kept; the first is 1.
pub(crate) type Ticket = u64;

/// What the hub wants.
#[derive(Debug)]
pub(crate) enum Request {
    /// Keep these, together with what else is there. Answered by [`Answer::Decided`].
    Keep {
        ticket: Ticket,
        records: Vec<Record>,
        /// Somebody waits for it: do not wait for more.
        is_urgent: bool,
    },
    /// What is known of a room that somebody wants to join. Answered by
    /// [`Answer::Recalled`].
    Recall { room: RoomName },
    /// A page of a room's history for somebody. Answered by [`Answer::Browsed`].
    Browse {
        to: Reader,
        room: RoomName,
        /// Of these lines; numbers above `last` do not count.
        span: Span,
        last: Seq,
    },
    /// Lines with all of these words for somebody. Answered by [`Answer::Found`].
    Search {
        to: Reader,
        rooms: Vec<RoomName>,
        words: Text,
    },
    /// So many of the last lines of a room are wanted from now on, when it is recalled.
    LinesOnJoin { lines: u32 },
    /// That was all: nothing more will be said.
    Farewell,
}

/// Whom an answer is for: a connection, and which of its questions it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reader {
    pub(crate) conn: ConnId,
    pub(crate) question: u64,
}

/// What is known of a room.
#[derive(Debug)]
pub(crate) struct Recalled {
    pub(crate) past: Past,
    /// Numbers up to this one are set aside for it.
    pub(crate) mark: Seq,
}

/// What the keeper tells.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Everything up to this ticket is decided.
    Decided { ticket: Ticket, fate: Fate },
    /// What is known of a room; nothing when it is new.
    Recalled {
        room: RoomName,
        past: Result<Recalled, StoreError>,
    },
    /// A page: the first number that was meant by the span, and rows from there on.
    Browsed {
        to: Reader,
        page: Result<Page, StoreError>,
    },
    /// What was found, and whether there is more.
    Found {
        to: Reader,
        words: Text,
        found: Result<Findings, StoreError>,
    },
    /// A commit failed; it is tried again and again, and nothing is lost so far.
    Troubled,
    /// Commits work again.
    Eased,
}

/// The first number of what was asked for, and some rows from there on.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) start: Seq,
    pub(crate) rows: Vec<Kept>,
    /// How many lines the room's history has in all.
    pub(crate) total: u64,
    /// The span ends with these rows.
    pub(crate) is_last: bool,
}

/// Lines with their rooms, and whether there are older ones.
pub(crate) type Findings = (Vec<(RoomName, Kept)>, bool);

/// What became of what the hub handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is durable, but for lines that the store will never take.
    Kept { refused: Vec<(RoomName, Seq)> },
    /// Its lines are not kept, and never will be: they are not to be shown.
    Lost,
    /// Nobody waits any longer to know.
    Unknown,
}

/// The hub's end of a history. What it hands over is kept by the [`Keeper`](super::Keeper)
/// at the other end.
#[derive(Debug)]
pub struct HistoryLink {
    pub(crate) config: HistoryConfig,
    pub(crate) requests: mpsc::Sender<Request>,
    pub(crate) answers: mpsc::Receiver<Answer>,
    pub(crate) beginning: Beginning,
    /// What is known of the lobby, which is always open.
    pub(crate) lobby: Past,
    /// Up to where the lobby's numbers may be used.
    pub(crate) lobby_mark: Seq,
}
