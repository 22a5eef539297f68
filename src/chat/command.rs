//! What a person can ask, whatever door they came in by.

use super::{Nickname, RoomName, Span, Text};

/// What a person asks. Imperatives.
///
/// Where a room is `None`, the room in focus is meant; the engine resolves it
/// when it handles the command, not when the door decoded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Change one's nickname.
    Nick {
        /// The nickname wanted.
        nick: Nickname,
    },
    /// Join a room, creating it, or come back to one: it gets the focus.
    Join {
        /// The room wanted.
        room: RoomName,
    },
    /// Leave a room.
    Leave {
        /// Which; `None` is the one in focus.
        room: Option<RoomName>,
    },
    /// List the rooms.
    Rooms,
    /// List who is in a room.
    Who {
        /// Which; `None` is the one in focus.
        room: Option<RoomName>,
    },
    /// Say something in a room.
    Say {
        /// Where; `None` is the one in focus.
        room: Option<RoomName>,
        /// What.
        text: Text,
    },
    /// Do something in a room (`/me waves`).
    Act {
        /// Where; `None` is the one in focus.
        room: Option<RoomName>,
        /// What.
        text: Text,
    },
    /// Say something to one person.
    Whisper {
        /// To whom.
        to: Nickname,
        /// What.
        text: Text,
    },
    /// Answer the last private message received.
    Reply {
        /// What.
        text: Text,
    },
    /// Ask for a room's topic.
    ShowTopic {
        /// Which; `None` is the one in focus.
        room: Option<RoomName>,
    },
    /// Set a room's topic.
    SetTopic {
        /// Which; `None` is the one in focus.
        room: Option<RoomName>,
        /// The new topic; `None` clears it.
        topic: Option<Text>,
    },
    /// Be told no longer what somebody says.
    Ignore {
        /// Whom.
        nick: Nickname,
    },
    /// List whom one ignores.
    Ignored,
    /// Be told again what somebody says.
    Unignore {
        /// Whom.
        nick: Nickname,
    },
    /// Show what was said in a room.
    History {
        /// Which; `None` is the one in focus.
        room: Option<RoomName>,
        /// Which part of it.
        span: Span,
    },
    /// Look for words in what was said in the rooms that one is in.
    Search {
        /// Words that must all be in a line.
        words: Text,
    },
    /// Leave the server.
    Quit {
        /// A last word, told to those who share a room.
        reason: Option<Text>,
    },
}
