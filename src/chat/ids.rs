//! Identities. Counters, never derived from time, never reused.

use alloc::boxed::Box;
use core::fmt;

/// A connection. Minted by the shell; never reused while a server lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u64);

/// A person. Minted by the engine; apart from [`ConnId`], because a person may
/// one day outlive a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub u64);

/// One life of a room, from its first member to its last. Minted by the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId(pub u64);

/// A place in a room's history. The first thing ever said in the first room is 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

impl Seq {
    /// The number that follows this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A client's own label on its request, given back with each reply to it.
///
/// At most [`Tag::BYTES_MAX`] bytes. The text door has none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(Box<str>);

impl Tag {
    /// The longest tag, in bytes.
    pub const BYTES_MAX: usize = 64;

    /// Takes a client's label.
    ///
    /// # Errors
    /// When it is longer than [`Tag::BYTES_MAX`].
    pub fn new(label: &str) -> Result<Self, TagTooLong> {
        if label.len() > Self::BYTES_MAX {
            return Err(TagTooLong);
        }
        Ok(Self(label.into()))
    }

    /// The label as the client gave it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A label is longer than [`Tag::BYTES_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a request's label is longer than {} bytes", Tag::BYTES_MAX)]
pub struct TagTooLong;
