//! What is kept of a room, and which part of it a person asks for.

use alloc::vec::Vec;

use chrono::{DateTime, NaiveDate, Utc};

use super::{Nickname, RoomName, Seq, Text};

/// One row of a room's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Something that was said or done.
    Line {
        /// Its number in the room.
        seq: Seq,
        /// When.
        at: DateTime<Utc>,
        /// Who, under the nickname of that moment.
        from: Nickname,
        /// Whether it was done (`/me waves`) rather than said.
        is_action: bool,
        /// What.
        text: Text,
    },
    /// Something was said here, and its author had it erased.
    Erased {
        /// Its number in the room.
        seq: Seq,
        /// When it was said.
        at: DateTime<Utc>,
    },
    /// Numbers under which nothing is kept, though something may have been said.
    Gap {
        /// The first of them.
        first: Seq,
        /// The last of them.
        last: Seq,
        /// Why.
        why: GapCause,
    },
}

/// Why nothing is kept under some numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapCause {
    /// The server was killed before it could be kept, if anything was said at all.
    Crash,
    /// It could not be kept: the disk was full, say.
    Unkept,
    /// It was older than what the operator keeps.
    Expired,
}

/// Which part of a room's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// So many of the last lines.
    Last {
        /// How many; at least 1.
        count: u32,
    },
    /// So many of the lines before a number.
    Before {
        /// The number, which is not among them.
        seq: Seq,
        /// How many; at least 1.
        count: u32,
    },
    /// Everything from one number to another, both included.
    Between {
        /// The first.
        first: Seq,
        /// The last.
        last: Seq,
    },
}

impl Span {
    /// The most lines that one request shows; who wants more is told how to go on.
    pub const LINES_MAX: u32 = 1_000;
}

/// The end of a room's history, shown to somebody who joins it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tail {
    /// Which room.
    pub room: RoomName,
    /// What was said last, in its order.
    pub rows: Vec<Kept>,
    /// How many lines the room's history has in all.
    pub total: u64,
    /// The day on which this is shown: lines of other days get a heading.
    pub today: NaiveDate,
}

/// A page of a room's history, on request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    /// Which room.
    pub room: RoomName,
    /// The rows, in their order.
    pub rows: Vec<Kept>,
    /// The day of the line shown last: lines of other days get a heading.
    pub since: NaiveDate,
    /// On the last page: how it ends.
    pub end: Option<PageEnd>,
}

/// How a listing of history ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageEnd {
    /// How many rows were shown, on all pages.
    pub shown: u64,
    /// How many lines the room's history has in all.
    pub total: u64,
    /// How to see more of it, if there is more in that direction.
    pub more: Option<Span>,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// What was looked for.
    pub words: Text,
    /// Lines with their rooms, the oldest first.
    pub found: Vec<(RoomName, Kept)>,
    /// There are older ones that match.
    pub has_more: bool,
    /// The day on which this is shown: lines of other days get a heading.
    pub today: NaiveDate,
}

impl Findings {
    /// The most lines that a search shows.
    pub const LINES_MAX: u32 = 20;
}

impl Kept {
    /// The lowest number that it stands for.
    #[must_use]
    pub fn first(&self) -> Seq {
        match self {
            Self::Line { seq, .. } | Self::Erased { seq, .. } => *seq,
            Self::Gap { first, .. } => *first,
        }
    }

    /// The highest number that it stands for.
    #[must_use]
    pub fn last(&self) -> Seq {
        match self {
            Self::Line { seq, .. } | Self::Erased { seq, .. } => *seq,
            Self::Gap { last, .. } => *last,
        }
    }

    /// The same row, as far as it lies within these numbers, of which it has some.
    #[must_use]
    pub fn within(self, lowest: Seq, highest: Seq) -> Self {
        match self {
            Self::Gap { first, last, why } => Self::Gap {
                first: first.max(lowest),
                last: last.min(highest),
                why,
            },
            line @ (Self::Line { .. } | Self::Erased { .. }) => line,
        }
    }

    /// When it was said; nothing of a gap.
    #[must_use]
    pub fn at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Line { at, .. } | Self::Erased { at, .. } => Some(*at),
            Self::Gap { .. } => None,
        }
    }

    /// The day on which it was said; nothing of a gap.
    #[must_use]
    pub fn day(&self) -> Option<NaiveDate> {
        self.at().map(|at| at.date_naive())
    }
}
