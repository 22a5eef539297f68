//! What is handed to a store.

use chrono::{DateTime, Utc};

use crate::chat::{GapCause, Kept, Nickname, RoomName, Seq, Text, TopicInfo};

/// Something to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// Something that was said or done in a room. Numbers of a room only grow.
    Line {
        /// Where.
        room: RoomName,
        /// Its number.
        seq: Seq,
        /// When.
        at: DateTime<Utc>,
        /// Who.
        from: Nickname,
        /// Whether it was done rather than said.
        is_action: bool,
        /// What.
        text: Text,
    },
    /// A room's topic was set or cleared.
    Topic {
        /// Which room.
        room: RoomName,
        /// The topic.
        topic: Option<TopicInfo>,
    },
    /// Numbers of a room up to this one may be used from now on, whether or not what
    /// is said under them is ever kept: after a crash, those above what was kept are
    /// a gap, and never used again. A mark that is lower than an earlier one takes
    /// back what was not used; 0, that of a room in which nothing was ever said, lets
    /// the room be forgotten.
    Mark {
        /// Which room.
        room: RoomName,
        /// The highest number.
        seq: Seq,
    },
    /// Numbers of a room under which nothing is kept; what may have been is removed.
    Gap {
        /// Which room.
        room: RoomName,
        /// The first of them.
        first: Seq,
        /// The last of them.
        last: Seq,
        /// Why.
        why: GapCause,
    },
}

impl Record {
    /// The room that it belongs to.
    #[must_use]
    pub fn room(&self) -> &RoomName {
        match self {
            Self::Line { room, .. }
            | Self::Topic { room, .. }
            | Self::Mark { room, .. }
            | Self::Gap { room, .. } => room,
        }
    }

    /// The row of its room's history that it makes, if it makes one.
    #[must_use]
    pub fn row(&self) -> Option<Kept> {
        match self {
            Self::Line {
                seq,
                at,
                from,
                is_action,
                text,
                ..
            } => Some(Kept::Line {
                seq: *seq,
                at: *at,
                from: from.clone(),
                is_action: *is_action,
                text: text.clone(),
            }),
            Self::Gap {
                first, last, why, ..
            } => Some(Kept::Gap {
                first: *first,
                last: *last,
                why: *why,
            }),
            Self::Topic { .. } | Self::Mark { .. } => None,
        }
    }

    /// What it costs to hold it, in bytes, generously.
    #[must_use]
    pub fn cost(&self) -> usize {
        let texts = match self {
            Self::Line { text, .. } => text.as_str().len(),
            Self::Topic { topic, .. } => {
                topic.as_ref().map_or(0, |topic| topic.text.as_str().len())
            }
            Self::Mark { .. } | Self::Gap { .. } => 0,
        };
        size_of::<Self>() + 64 + texts
    }
}
