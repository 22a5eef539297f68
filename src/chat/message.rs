//! What a person is told, whatever door they came in by.

use alloc::vec::Vec;

use chrono::{DateTime, Utc};

use super::{Findings, HistoryPage, Nickname, Refusal, RoomName, Seq, Tail, Text};

/// What a person is told. Past participles.
///
/// Every dialect matches this exhaustively, so that no door can forget a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Somebody said something in a room.
    Said {
        /// When.
        at: DateTime<Utc>,
        /// Where.
        room: RoomName,
        /// Its number in that room.
        seq: Seq,
        /// Who.
        from: Nickname,
        /// What.
        text: Text,
    },
    /// Somebody did something in a room.
    Acted {
        /// When.
        at: DateTime<Utc>,
        /// Where.
        room: RoomName,
        /// Its number in that room.
        seq: Seq,
        /// Who.
        from: Nickname,
        /// What.
        text: Text,
    },
    /// Somebody said something to this person alone.
    Whispered {
        /// When.
        at: DateTime<Utc>,
        /// Who.
        from: Nickname,
        /// What.
        text: Text,
    },
    /// This person's private message was accepted.
    WhisperSent {
        /// When.
        at: DateTime<Utc>,
        /// To whom.
        to: Nickname,
        /// What.
        text: Text,
    },

    /// Somebody joined a room.
    Joined {
        /// Which.
        room: RoomName,
        /// Who.
        nick: Nickname,
    },
    /// Somebody left a room, and stays on the server.
    Left {
        /// Which.
        room: RoomName,
        /// Who.
        nick: Nickname,
    },
    /// Somebody left the server. Told once to each person who shared any room.
    Departed {
        /// The room through which this person is told.
        room: RoomName,
        /// Who.
        nick: Nickname,
        /// In what way.
        how: Departure,
    },
    /// Somebody changed their nickname. Told once to each person who shares any room.
    Renamed {
        /// The room through which this person is told.
        room: RoomName,
        /// The old nickname.
        from: Nickname,
        /// The new one.
        to: Nickname,
    },
    /// Somebody set or cleared a room's topic.
    TopicChanged {
        /// Which room.
        room: RoomName,
        /// Who.
        by: Nickname,
        /// The new topic; `None` when it was cleared.
        topic: Option<Text>,
    },
    /// What has happened in a large room since the last summary.
    Summarised {
        /// Which.
        room: RoomName,
        /// How many joined.
        joined: u64,
        /// How many left, in whatever way.
        left: u64,
        /// How many changed their nickname.
        renamed: u64,
        /// How many are there now.
        members: u64,
    },
    /// This person read too slowly, and this was not sent to them.
    Skipped {
        /// In which room.
        room: RoomName,
        /// What exactly.
        missed: Missed,
        /// Whether its lines can be had from history.
        is_kept: bool,
    },
    /// From now on, what is said in a room may not be found later: it cannot be kept.
    HistoryPaused {
        /// Which room.
        room: RoomName,
    },
    /// What is said in a room is kept again.
    HistoryResumed {
        /// Which room.
        room: RoomName,
        /// The first number under which nothing was kept.
        first: Seq,
        /// The last one.
        last: Seq,
    },

    /// A new person is in.
    Welcomed {
        /// The nickname given.
        nick: Nickname,
        /// The room they are in.
        room: RoomName,
        /// Who is there.
        company: Company,
    },
    /// This person's nickname is now this.
    NickChanged {
        /// The new one.
        nick: Nickname,
    },
    /// This person joined a room, or came back to it; it has the focus.
    RoomEntered {
        /// Which.
        room: RoomName,
        /// Who else is there.
        company: Company,
        /// The room's topic.
        topic: Option<TopicInfo>,
        /// They were in it before: only the focus moved.
        returned: bool,
    },
    /// This person left a room.
    RoomLeft {
        /// Which.
        room: RoomName,
        /// The room that has the focus now.
        focus: Option<RoomName>,
    },
    /// The topic of a room, as asked for, or as this person has just set it.
    TopicShown {
        /// Which room.
        room: RoomName,
        /// Its topic.
        topic: Option<TopicInfo>,
    },
    /// One page of the list of rooms.
    RoomsListed {
        /// The rooms on this page.
        rooms: Vec<RoomInfo>,
        /// On the last page: how many rooms were listed in all.
        total: Option<u64>,
    },
    /// One page of the list of a room's members.
    MembersListed {
        /// Which room.
        room: RoomName,
        /// The members on this page.
        nicks: Vec<Nickname>,
        /// On the last page: how many members were listed in all.
        total: Option<u64>,
    },
    /// What was said last in a room that this person has just joined.
    TailShown(Tail),
    /// A page of a room's history, as asked for.
    HistoryShown(HistoryPage),
    /// What a search found.
    Found(Findings),
    /// The people whom this person ignores.
    IgnoredListed {
        /// Their nicknames, as last seen.
        nicks: Vec<Nickname>,
    },
    /// This person ignores somebody now.
    IgnoreAdded {
        /// Whom.
        nick: Nickname,
    },
    /// This person ignores somebody no longer.
    IgnoreRemoved {
        /// Whom.
        nick: Nickname,
    },
    /// This person sends faster than the rate allows, and is taken more slowly.
    Delayed {
        /// The rate, in commands a second.
        per_second: u32,
    },
    /// This person asked to leave, and has left.
    Farewelled {
        /// Their nickname.
        nick: Nickname,
    },
    /// The server stops because its operator said so.
    ShuttingDown,
    /// The server stops because of a fault of its own.
    ServerFailed,
    /// No, and why.
    Refused(Refusal),
}

/// In what way somebody left the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Departure {
    /// They ended their input, or quit without a word.
    Plain,
    /// They quit with a last word.
    Quit {
        /// The last word.
        reason: Text,
    },
    /// The connection was lost: reset, timed out, or stalled for too long.
    Lost,
}

/// What exactly a slow reader was not sent, in one room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Missed {
    /// How many numbered lines they would have been told.
    pub lines: u64,
    /// The number of the first of these lines; 0 when there are none.
    pub first: Seq,
    /// The number of the last of these lines; 0 when there are none.
    pub last: Seq,
    /// How many notices (joins, leaves, renames, topics, summaries).
    pub notices: u64,
}

/// The first few people of a room, for a greeting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Company {
    /// At most [`Company::NAMED_MAX`] nicknames.
    pub nicks: Vec<Nickname>,
    /// How many more there are.
    pub more: u64,
}

impl Company {
    /// The most people whom a greeting names.
    pub const NAMED_MAX: usize = 10;
}

/// A topic and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicInfo {
    /// The topic.
    pub text: Text,
    /// Who set it, under the nickname of that moment.
    pub by: Nickname,
    /// When.
    pub at: DateTime<Utc>,
}

/// One line of the list of rooms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomInfo {
    /// The room.
    pub room: RoomName,
    /// How many are in it.
    pub members: u64,
    /// Its topic.
    pub topic: Option<Text>,
}

/// What may happen to a message on its way to a slow reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic<'a> {
    /// It belongs to a room, and may be skipped, with a notice that says so.
    Room {
        /// Which room.
        room: &'a RoomName,
        /// Its number there; `None` for a notice.
        seq: Option<Seq>,
    },
    /// It is for one person alone, and is never skipped.
    Personal,
}

impl Message {
    /// Whether it is a room's traffic, which a slow reader may miss (and is
    /// told so), or personal, which is never skipped.
    #[must_use]
    pub fn traffic(&self) -> Traffic<'_> {
        match self {
            Self::Said { room, seq, .. } | Self::Acted { room, seq, .. } => Traffic::Room {
                room,
                seq: Some(*seq),
            },
            Self::Joined { room, .. }
            | Self::Left { room, .. }
            | Self::Departed { room, .. }
            | Self::Renamed { room, .. }
            | Self::TopicChanged { room, .. }
            | Self::Summarised { room, .. }
            | Self::HistoryPaused { room }
            | Self::HistoryResumed { room, .. } => Traffic::Room { room, seq: None },
            Self::Whispered { .. }
            | Self::WhisperSent { .. }
            | Self::Skipped { .. }
            | Self::Welcomed { .. }
            | Self::NickChanged { .. }
            | Self::RoomEntered { .. }
            | Self::RoomLeft { .. }
            | Self::TopicShown { .. }
            | Self::RoomsListed { .. }
            | Self::MembersListed { .. }
            | Self::TailShown(_)
            | Self::HistoryShown(_)
            | Self::Found(_)
            | Self::IgnoredListed { .. }
            | Self::IgnoreAdded { .. }
            | Self::IgnoreRemoved { .. }
            | Self::Delayed { .. }
            | Self::Farewelled { .. }
            | Self::ShuttingDown
            | Self::ServerFailed
            | Self::Refused(_) => Traffic::Personal,
        }
    }
}
