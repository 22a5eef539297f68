//! What was said, kept.
//!
//! ```text
//! hub ──records, questions──▶ keeper ──transactions──▶ Store (SQLite, memory)
//!     ◀──commits, answers────
//! ```
//!
//! The hub never waits for a disk: it hands over what it has, and hears later what
//! was committed. The [`Keeper`] gathers, commits, and goes on when the store
//! suffers. A [`Store`] is the only part that touches files; the simulation brings
//! its own.

mod keeper;
mod link;
mod memory;
pub mod offline;
mod pending;
mod record;
mod sqlite;
mod words;

use std::future::Future;

use chrono::{DateTime, Utc};

use crate::chat::{Kept, RoomName, Seq, Text, TopicInfo};

pub(crate) use keeper::LEAD_MIN;
pub use keeper::{Keeper, open};
pub use link::HistoryLink;
pub(crate) use link::{Answer, Fate, Page, Reader, Recalled, Request, Ticket};
pub use memory::MemoryStore;
pub use record::Record;
pub use sqlite::{OpenError, SqliteStore};

/// Where what was said is kept.
///
/// Methods are asynchronous so that a simulated store can take its time; a real one
/// blocks its own thread. None is called while another runs.
pub trait Store: Send + 'static {
    /// Prepares for a new run of a server, and says what it needs to know. Called
    /// once, before anything else. Rooms that a crash left open (numbers may have
    /// been used beyond what is kept) get their gap here, with [`GapCause::Crash`](crate::chat::GapCause::Crash).
    fn begin(&mut self) -> impl Future<Output = Result<Beginning, StoreError>> + Send;

    /// Keeps these records in their order, all or none: they are durable when this
    /// returns. One that can never be kept (the store refuses just it) becomes a gap
    /// and is named in the answer.
    fn write(
        &mut self,
        records: &[Record],
    ) -> impl Future<Output = Result<Written, StoreError>> + Send;

    /// What is known of a room, with at most `lines` of its last lines. Nothing is
    /// known of a room in which nothing was ever kept.
    fn recall(
        &mut self,
        room: &RoomName,
        lines: u32,
    ) -> impl Future<Output = Result<Option<Past>, StoreError>> + Send;

    /// At most `rows` rows of a room's history: of those within the numbers
    /// `first..=last`, the highest or the lowest, in ascending order. Gaps that
    /// overlap the numbers are among them, cut to them.
    fn browse(
        &mut self,
        room: &RoomName,
        numbers: (Seq, Seq),
        rows: u32,
        end: End,
    ) -> impl Future<Output = Result<Vec<Kept>, StoreError>> + Send;

    /// The number from which on there are so many rows of a room's history up to
    /// `last`, or all of them when there are fewer; `None` when there are none.
    fn locate(
        &mut self,
        room: &RoomName,
        last: Seq,
        rows: u32,
    ) -> impl Future<Output = Result<Option<Seq>, StoreError>> + Send {
        async move {
            let found = self
                .browse(room, (Seq(1), last), rows, End::Highest)
                .await?;
            Ok(found.first().map(Kept::first))
        }
    }

    /// A small step on the way to a search in these rooms, a few milliseconds long.
    /// Whether it takes more of them.
    fn prepare_search(
        &mut self,
        rooms: &[RoomName],
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        let _ = rooms;
        async { Ok(false) }
    }

    /// The latest lines in these rooms that hold all of these words, at most
    /// [`Findings::LINES_MAX`](crate::chat::Findings::LINES_MAX), the oldest first; and whether there are older ones.
    fn search(
        &mut self,
        rooms: &[RoomName],
        words: &Text,
    ) -> impl Future<Output = Result<(Vec<(RoomName, Kept)>, bool), StoreError>> + Send;

    /// A small step of housekeeping (search index, what has expired, space to give
    /// back), a few milliseconds long. `expired_before` is the moment before which
    /// lines are not kept, if there is one. Whether there is more to do now.
    fn tidy(
        &mut self,
        expired_before: Option<DateTime<Utc>>,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Everything is settled: numbers that were set aside and not used are free again,
    /// and the store is closed. The last call.
    fn end(&mut self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Which end of a range is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The lowest numbers.
    Lowest,
    /// The highest numbers.
    Highest,
}

/// What a server has to know of its store before it serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beginning {
    /// A number that is at least as high as any that any room may have used.
    pub highest: Seq,
}

/// What is known of a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// The highest number that may have been used in it.
    pub last: Seq,
    /// How many lines are kept of it.
    pub total: u64,
    /// Its topic.
    pub topic: Option<TopicInfo>,
    /// Its last rows, in their order; at most as many lines as asked for.
    pub tail: Vec<Kept>,
}

/// What became of records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Lines that could not be kept and never will be; each is a recorded gap.
    pub refused: Vec<(RoomName, Seq)>,
}

/// Why a store could not do something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(
    /// One sentence for an operator: what happened, why, what to do.
    pub String,
);
