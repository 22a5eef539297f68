//! What is said and heard on the wire, for each kind of server.

mod rawfan;
mod redis;
mod text;

use std::fmt;

use crate::cli::{Common, Peer, Wire};

/// A server's way of speaking, with what it needs to know of the run.
#[derive(Clone, Debug)]
pub(crate) enum Door {
    /// roomful's door for people with `nc`.
    Text(text::Text),
    /// The ceiling: lines as they are, without a room or a name.
    Rawfan,
    /// Redis publish and subscribe.
    Redis(redis::Redis),
}

/// One thing that a server sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Heard<'a> {
    /// Something said in a room whose name is as long as those of the run.
    Said {
        /// The room's name, where the wire tells it.
        room: Option<&'a [u8]>,
        /// Who said it; empty where the wire does not tell.
        nick: &'a [u8],
        /// What was said; empty if that cannot be a text of the run.
        text: &'a [u8],
    },
    /// The answer to the request to join.
    Joined,
    /// This connection was too slow, and is told what it missed.
    Skipped(Skip<'a>),
    /// Somebody's connection ended. What they said has come before.
    Departed {
        /// Their nickname.
        nick: &'a [u8],
    },
    /// The server's rate limit delays this connection.
    Delayed,
    /// The server refused something, in its own words.
    Refused(&'a [u8]),
    /// The greeting.
    Welcomed {
        /// The nickname given.
        nick: &'a [u8],
    },
    /// A line said where the run does not listen: in a room whose name has another
    /// length, or to one person. The whole line.
    Elsewhere(&'a [u8]),
    /// No line that such a server sends. The whole line.
    Strange(&'a [u8]),
    /// A notice that a run does not ask for.
    Other,
}

/// A notice of skipped lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Skip<'a> {
    /// The room's name.
    pub(crate) room: &'a [u8],
    /// How many lines were skipped.
    pub(crate) lines: u64,
    /// The room's number of the first of them.
    pub(crate) first: u64,
    /// The room's number of the last of them.
    pub(crate) last: u64,
}

impl fmt::Display for Skip<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            room,
            lines,
            first,
            last,
        } = self;
        let room = String::from_utf8_lossy(room);
        write!(
            to,
            "{lines} messages skipped in #{room} ({first} to {last})"
        )
    }
}

impl Door {
    /// For a run whose rooms' names all have `room_bytes` bytes.
    pub(crate) fn new(common: &Common, room_bytes: usize) -> Self {
        let size = common.size;
        match (common.peer, common.door) {
            (Peer::Roomful, Wire::Text) => Self::Text(text::Text { room_bytes, size }),
            (Peer::Rawfan, _) => Self::Rawfan,
            (Peer::Redis, _) => Self::Redis(redis::Redis::new(room_bytes, size)),
        }
    }

    /// Whether members may speak. With Redis, who has subscribed may not publish,
    /// so that speakers have connections of their own.
    #[must_use]
    pub(crate) fn members_speak(&self) -> bool {
        match self {
            Self::Text(_) | Self::Rawfan => true,
            Self::Redis(_) => false,
        }
    }

    /// Whether the server tells who comes and goes.
    #[must_use]
    pub(crate) fn tells_departures(&self) -> bool {
        match self {
            Self::Text(_) => true,
            Self::Rawfan | Self::Redis(_) => false,
        }
    }

    /// Appends the request to join `room`.
    pub(crate) fn join(&self, room: &str, bytes: &mut Vec<u8>) {
        let words = match self {
            Self::Text(_) | Self::Rawfan => ["/join ", room, "\n"],
            Self::Redis(_) => ["SUBSCRIBE ", room, "\r\n"],
        };
        bytes.extend_from_slice(words.concat().as_bytes());
    }

    /// Appends the request to leave the room that everybody begins in, if there
    /// is one.
    pub(crate) fn leave_lobby(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Text(_) => bytes.extend_from_slice(b"/leave lobby\n"),
            Self::Rawfan | Self::Redis(_) => {}
        }
    }

    /// Appends one line said in `room`; `text` appends the text.
    pub(crate) fn say(&self, room: &str, bytes: &mut Vec<u8>, text: impl FnOnce(&mut Vec<u8>)) {
        match self {
            Self::Text(_) | Self::Rawfan => {
                text(bytes);
                bytes.push(b'\n');
            }
            Self::Redis(redis) => redis.say(room, bytes, text),
        }
    }

    /// The first whole thing in `bytes`, and how many bytes it takes; `None` until
    /// more of it has come.
    #[inline]
    #[must_use]
    pub(crate) fn next<'a>(&self, bytes: &'a [u8]) -> Option<(usize, Heard<'a>)> {
        match self {
            Self::Text(text) => text.next(bytes),
            Self::Rawfan => rawfan::next(bytes),
            Self::Redis(redis) => redis.next(bytes),
        }
    }
}
