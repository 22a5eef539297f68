//! What happens to the engine.

use crate::chat::{Command, ConnId, Missed, RoomName, Seq, Tag, TopicInfo};

/// Something happened. The whole of what the engine ever learns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A connection was accepted: a new person.
    Connected {
        /// Its identity; never used before.
        conn: ConnId,
    },
    /// A person asked for something.
    ///
    /// While a listing runs (the last [`Effect::Reply`](super::Effect::Reply)
    /// said `more`), the shell holds that connection's requests back; one that
    /// comes all the same is handled, and a new listing replaces the old.
    Requested {
        /// Who.
        conn: ConnId,
        /// The client's label, given back with each reply.
        tag: Option<Tag>,
        /// What.
        command: Command,
    },
    /// The dialect answers this line itself (help, syntax): it costs a token like
    /// any command.
    Strayed {
        /// Whose line.
        conn: ConnId,
    },
    /// The connection is gone. After a [`Effect::Close`](super::Effect::Close) it
    /// changes nothing.
    Disconnected {
        /// Which.
        conn: ConnId,
        /// In what way.
        why: Ending,
    },
    /// Its outbox is under half again: a listing may go on, and private messages
    /// are accepted for it.
    Ready {
        /// Which connection.
        conn: ConnId,
    },
    /// Its reserve for replies and private messages is half full.
    Choked {
        /// Which connection.
        conn: ConnId,
    },
    /// It was told of a skip.
    Skipped {
        /// Which connection.
        conn: ConnId,
        /// In which room.
        room: RoomName,
        /// What it was not sent.
        missed: Missed,
    },
    /// What history knows of a room that nobody is in. It holds for the next event
    /// alone, which may open the room; the lobby, which is always open, takes it at
    /// once. For a room that somebody is in, it changes nothing.
    Recalled {
        /// Which room.
        room: RoomName,
        /// The highest number that was ever used in it.
        last: Seq,
        /// Its topic.
        topic: Option<TopicInfo>,
    },
    /// What is said in a room cannot be kept.
    HistoryPaused {
        /// Which room.
        room: RoomName,
    },
    /// What is said in a room is kept again; nothing is kept under these numbers.
    HistoryResumed {
        /// Which room.
        room: RoomName,
        /// The first number.
        first: Seq,
        /// The last number.
        last: Seq,
    },
    /// The operator has changed the rate at which people may go on. Who has their whole
    /// burst has the whole new one; of another's, what is left stays, as far as the new
    /// one has place for it. A pause that was asked for before stands.
    RateChanged {
        /// What [`Limits::rate_burst`](crate::chat::Limits::rate_burst) is from now on.
        burst: u32,
        /// What [`Limits::rate_per_second`](crate::chat::Limits::rate_per_second) is from
        /// now on.
        per_second: u32,
    },
    /// The moment that [`Engine::deadline`](super::Engine::deadline) named is here.
    Tick,
}

/// In what way a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The person ended their input, and all of it was handled.
    InputEnded,
    /// The connection was reset, or could not be written to.
    Reset,
    /// Its peer answered nothing for too long.
    TimedOut,
    /// It took nothing for too long, with bytes waiting.
    Stalled,
    /// The server stops.
    Shutdown,
}
