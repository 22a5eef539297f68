//! No, and why. Facts only: each dialect finds the words.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{NameError, Nickname, RoomName};

/// Why something was not done. An answer, not an error: nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// These characters do not make a nickname.
    NickInvalid {
        /// What was typed, made harmless and cut to a readable length.
        typed: Box<str>,
        /// The rule it breaks.
        why: NameError,
    },
    /// These characters do not make a room's name.
    RoomInvalid {
        /// What was typed, made harmless and cut to a readable length.
        typed: Box<str>,
        /// The rule it breaks.
        why: NameError,
    },
    /// Somebody else has this nickname.
    NickTaken {
        /// The one wanted.
        nick: Nickname,
        /// Up to two similar ones that are free at this moment.
        free: Vec<Nickname>,
    },
    /// The nickname looks the same as somebody else's.
    NickConfusable {
        /// The one wanted.
        nick: Nickname,
        /// The one that it could be mistaken for.
        with: Nickname,
    },
    /// The nickname is reserved (guests, `admin`, `you` and the like).
    NickReserved {
        /// The one wanted.
        nick: Nickname,
    },
    /// Nobody has this nickname.
    NobodyCalled {
        /// The one meant.
        nick: Nickname,
    },
    /// No such room is open.
    NoSuchRoom {
        /// The one meant.
        room: RoomName,
    },
    /// One is not in this room.
    NotInRoom {
        /// The one meant.
        room: RoomName,
    },
    /// One is in no room at all, so none has the focus.
    InNoRoom,
    /// The room's name looks the same as an open room's.
    RoomConfusable {
        /// The one wanted.
        room: RoomName,
        /// The one that it could be mistaken for.
        with: RoomName,
    },
    /// One is in as many rooms as one may be.
    RoomsOfUserFull {
        /// `Limits::rooms_per_user_max`.
        max: usize,
    },
    /// As many rooms are open as may be.
    RoomsFull {
        /// `Limits::rooms_max`.
        max: usize,
    },
    /// The topic is too long.
    TopicTooLong {
        /// Its length in characters.
        chars: usize,
        /// `Limits::topic_chars_max`.
        max: usize,
    },
    /// The reason for quitting is too long.
    ReasonTooLong {
        /// Its length in characters.
        chars: usize,
        /// `Limits::reason_chars_max`.
        max: usize,
    },
    /// Nobody has sent a private message that could be answered.
    NobodyToReplyTo,
    /// The person who sent the last private message has left. Somebody else may
    /// have the nickname by now: what was meant for the one must not go to the other.
    CorrespondentGone {
        /// The nickname that they had when they sent it.
        nick: Nickname,
    },
    /// The person does not read at the moment; the private message was not sent.
    NotReading {
        /// Who.
        nick: Nickname,
    },
    /// One cannot ignore oneself.
    IgnoresSelf,
    /// One does not ignore this person.
    NotIgnored {
        /// The one meant.
        nick: Nickname,
    },
    /// One ignores as many people as one may.
    IgnoredFull {
        /// `Limits::ignored_per_user_max`.
        max: usize,
    },
    /// The server has as many connections as it may have.
    ServerFull {
        /// The bound.
        max: usize,
    },
    /// This address has as many connections as one address may have.
    AddressFull {
        /// The bound.
        max: usize,
    },
    /// What comes is not TLS, and this door takes nothing else.
    TlsOnly,
    /// What comes is TLS, and this door takes none, or none any more.
    NoTls,
    /// This server keeps no history.
    NoHistory,
    /// What was said cannot be read at the moment: a fault of the disk, say.
    HistoryUnreadable,
    /// What one said could not be kept, and so was not said: nobody has seen it.
    NotKept {
        /// Where.
        room: RoomName,
    },
    /// The server stops before it is known whether what one said could be kept: nobody
    /// has seen it, and it may stand in the history later.
    MaybeKept {
        /// Where.
        room: RoomName,
    },
    /// After the end of one's input, not all of it could be taken in time at
    /// the rate allowed; the rest was discarded.
    InputCut {
        /// How long it was taken for, in seconds.
        seconds: u32,
    },
}
