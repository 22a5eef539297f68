//! What waits for time: the summaries that large rooms are owed.

use alloc::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::rooms::Untold;
use super::{Effects, Engine};
use crate::chat::{Message, RoomId, RoomName};

/// What a deadline is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A large room is to be told who came and went.
    SummaryDue {
        /// Which room.
        room: RoomName,
    },
}

/// Moments, in their order, each with the room that waits for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Timers(BTreeSet<(DateTime<Utc>, RoomId)>);

/// Something that a large room is told in a summary.
#[derive(Clone, Copy)]
pub(super) enum Change {
    Joined,
    Left,
    Renamed,
}

impl Timers {
    pub(super) fn first(&self) -> Option<(DateTime<Utc>, RoomId)> {
        self.0.first().copied()
    }

    pub(super) fn cancel(&mut self, due: DateTime<Utc>, room: RoomId) {
        self.0.remove(&(due, room));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (DateTime<Utc>, RoomId)> {
        self.0.iter().copied()
    }

    fn set(&mut self, due: DateTime<Utc>, room: RoomId) {
        self.0.insert((due, room));
    }

    fn pop_due(&mut self, now: DateTime<Utc>) -> Option<RoomId> {
        let (due, room) = self.first()?;
        (due <= now).then(|| {
            self.cancel(due, room);
            room
        })
    }
}

impl Engine {
    /// Notes a change for the next summary of a room, and sees that there is one.
    pub(super) fn summarise_later(&mut self, now: DateTime<Utc>, id: RoomId, change: Change) {
        let wait = TimeDelta::seconds(i64::from(self.limits.summary_seconds.max(1)));
        let timers = &mut self.timers;
        let untold = self.rooms[id].untold.get_or_insert_with(|| {
            let due = now
                .checked_add_signed(wait)
                .unwrap_or(DateTime::<Utc>::MAX_UTC);
            timers.set(due, id);
            Untold {
                joined: 0,
                left: 0,
                renamed: 0,
                due,
            }
        });
        match change {
            Change::Joined => untold.joined += 1,
            Change::Left => untold.left += 1,
            Change::Renamed => untold.renamed += 1,
        }
    }

    pub(super) fn tell_summaries(&mut self, now: DateTime<Utc>, effects: &mut Effects) {
        while let Some(id) = self.timers.pop_due(now) {
            let room = &mut self.rooms[id];
            let untold = room
                .untold
                .take()
                .expect("a timer stands for something untold");
            let message = Message::Summarised {
                room: room.name.clone(),
                joined: untold.joined,
                left: untold.left,
                renamed: untold.renamed,
                members: room.members.len() as u64,
            };
            effects.deliver(room.members.iter().map(|(_, conn)| conn), message);
        }
    }
}
