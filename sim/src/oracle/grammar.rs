//! A parser of what the server says, written from the protocol's description and
//! from what people see, not from the encoder.

mod past;

#[cfg(test)]
mod tests;

pub(crate) use past::{Cause, Ending, Opening, Row, RowKind};

/// A line, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Something said or done in a room.
    Said {
        room: String,
        nick: String,
        text: String,
    },
    /// A private message, received.
    WhisperIn {
        nick: String,
        text: String,
    },
    /// A private message, confirmed.
    WhisperOut {
        nick: String,
        text: String,
    },
    Notice(Notice),
    /// What happened, why, what to do.
    Refusal(Refusal),
}

/// Something told behind `-- `.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    Welcome {
        nick: String,
        room: String,
        others: Others,
    },
    YouAreNow(String),
    YouJoined {
        room: String,
        others: Others,
    },
    YouAreBack {
        room: String,
        others: Others,
    },
    YouLeft {
        room: String,
        focus: Option<String>,
    },
    Joined {
        nick: String,
        room: String,
    },
    Left {
        nick: String,
        room: String,
    },
    Departed {
        nick: String,
        is_lost: bool,
    },
    Renamed {
        from: String,
        to: String,
    },
    TopicSet {
        nick: String,
        room: String,
    },
    Topic {
        is_set: bool,
    },
    Summary {
        room: String,
    },
    Skipped(Skipped),
    RoomRow,
    RoomsTotal(u64),
    MembersRow {
        room: String,
        nicks: Vec<String>,
    },
    MembersTotal {
        room: String,
        count: u64,
    },
    IgnoredRow,
    Ignoring(String),
    Hearing(String),
    Delayed,
    Bye,
    ShuttingDown,
    HelpFirst,
    HelpRow,
    HelpLast,
    /// What was said last follows.
    Tail(Opening),
    /// What was said last has been shown.
    Live,
    /// What follows was said on that day.
    Day,
    /// Something that was said before.
    Row(Row),
    HistoryEnd(Ending),
    SearchEnd {
        found: u64,
        has_more: bool,
    },
    /// What is said may not be found later.
    Paused {
        room: String,
    },
    /// What is said is kept again, and these numbers are not.
    Resumed {
        room: String,
        first: u64,
        last: u64,
    },
}

/// What somebody was told they missed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Skipped {
    pub(crate) room: String,
    pub(crate) lines: u64,
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) notices: u64,
}

/// Who else is in a room; `None` when not all are named.
pub(crate) type Others = Option<Vec<String>>;

/// A kind of no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refusal {
    NickTaken,
    NickAlike,
    NickReserved,
    NameInvalid,
    Nobody,
    NoRoom,
    NotInRoom,
    InNoRoom,
    RoomAlike,
    RoomsOfUserFull,
    RoomsFull,
    TopicTooLong,
    ReasonTooLong,
    NobodyToReplyTo,
    CorrespondentGone,
    NotReading,
    IgnoresSelf,
    NotIgnored,
    IgnoredFull,
    ServerFull,
    AddressFull,
    InputCut,
    LineTooLong,
    NoCommand,
    Usage,
    ServerFailed,
    NoHistory,
    HistoryUnreadable,
    NotKept,
    MaybeKept,
}

/// What stands in a refusal and in no other.
const REFUSALS: [(&str, Refusal); 33] = [
    (" is taken. ", Refusal::NickTaken),
    (" looks the same as #", Refusal::RoomAlike),
    (" looks the same as ", Refusal::NickAlike),
    (" is reserved, ", Refusal::NickReserved),
    (" cannot be a nickname: ", Refusal::NameInvalid),
    (" cannot be a room's name: ", Refusal::NameInvalid),
    ("Nobody here is called ", Refusal::Nobody),
    ("There is no room #", Refusal::NoRoom),
    ("You are not in #", Refusal::NotInRoom),
    ("You are in no room, ", Refusal::InNoRoom),
    ("the most you may be in.", Refusal::RoomsOfUserFull),
    (" open, the most there may be.", Refusal::RoomsFull),
    ("That topic has ", Refusal::TopicTooLong),
    ("That reason has ", Refusal::ReasonTooLong),
    (
        "Nobody has sent you a private message",
        Refusal::NobodyToReplyTo,
    ),
    (" who wrote to you has left.", Refusal::CorrespondentGone),
    (" is not reading at the moment.", Refusal::NotReading),
    ("That is you: ", Refusal::IgnoresSelf),
    ("You do not ignore ", Refusal::NotIgnored),
    ("people already, the most you may.", Refusal::IgnoredFull),
    ("The server is full: ", Refusal::ServerFull),
    ("Your address has ", Refusal::AddressFull),
    ("Not all that you sent could be taken", Refusal::InputCut),
    ("That line has more than ", Refusal::LineTooLong),
    ("No command /", Refusal::NoCommand),
    ("A command's name stands right behind", Refusal::NoCommand),
    (" could be /", Refusal::Usage),
    ("That is not how /", Refusal::Usage),
    (
        "The server has found a fault in itself",
        Refusal::ServerFailed,
    ),
    ("This server keeps no history", Refusal::NoHistory),
    (
        "What was said cannot be read at the moment",
        Refusal::HistoryUnreadable,
    ),
    (" could not be kept, so it was not said: ", Refusal::NotKept),
    (" was safely kept. Nobody has seen it; ", Refusal::MaybeKept),
];

/// Understands a line; `None` when it is like nothing that may be said.
pub(crate) fn parse(line: &str) -> Option<Told> {
    if line.chars().any(|c| c.is_control()) {
        return None;
    }
    if let Some(words) = line.strip_prefix("-- ") {
        return notice(words).map(Told::Notice);
    }
    if let Some(words) = line.strip_prefix("!! ") {
        let found = REFUSALS.iter().find(|(part, _)| words.contains(part));
        return found.map(|(_, refusal)| Told::Refusal(*refusal));
    }
    said(timed(line)?)
}

/// What stands behind a time of day.
fn timed(line: &str) -> Option<&str> {
    let (time, rest) = line.split_at_checked(6)?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_time =
        digits(&time[..2]) && digits(&time[3..5]) && &time[2..3] == ":" && time.ends_with(' ');
    is_time.then_some(rest)
}

fn said(rest: &str) -> Option<Told> {
    if let Some(rest) = rest.strip_prefix('#') {
        let (room, nick, text) = said_by(rest)?;
        return Some(Told::Said { room, nick, text });
    }
    let (from, rest) = rest.split_once(" -> ")?;
    let (to, text) = rest.split_once(": ")?;
    let text = text.into();
    match (from, to) {
        ("you", nick) => Some(Told::WhisperOut {
            nick: name(nick)?,
            text,
        }),
        (nick, "you") => Some(Told::WhisperIn {
            nick: name(nick)?,
            text,
        }),
        _ => None,
    }
}

/// `ops ada: hi` or `ops * ada waves`: where, who, what.
fn said_by(rest: &str) -> Option<(String, String, String)> {
    let (room, rest) = rest.split_once(' ')?;
    let (nick, text) = match rest.strip_prefix("* ") {
        Some(acted) => acted.split_once(' ')?,
        None => rest.split_once(": ")?,
    };
    Some((room.into(), name(nick)?, text.into()))
}

/// A name is one word, and long enough to be one.
fn name(word: &str) -> Option<String> {
    (!word.is_empty() && !word.contains(' ')).then(|| word.into())
}

fn notice(words: &str) -> Option<Notice> {
    about_oneself(words)
        .or_else(|| past::past(words))
        .or_else(|| listing(words))
        .or_else(|| help(words))
        .or_else(|| about_others(words))
}

fn about_oneself(words: &str) -> Option<Notice> {
    if let Some(rest) = words.strip_prefix("Welcome to roomful. You are ") {
        let rest = rest.strip_suffix(" /help for help.")?;
        let (nick, rest) = rest.split_once(", in #")?;
        let (room, others) = room_and_others(rest, " with ")?;
        return Some(Notice::Welcome {
            nick: name(nick)?,
            room,
            others,
        });
    }
    if let Some(rest) = words.strip_prefix("You joined #") {
        let rest = rest.strip_suffix(" What you type goes here now.")?;
        let (room, others) = room_and_others(rest, ": ")?;
        return Some(Notice::YouJoined { room, others });
    }
    if let Some(rest) = words.strip_prefix("You are back in #") {
        let rest = rest.strip_suffix(" What you type goes here now.")?;
        let (room, others) = room_and_others(rest, ": ")?;
        return Some(Notice::YouAreBack { room, others });
    }
    if let Some(rest) = words.strip_prefix("You left #") {
        let (room, rest) = rest.split_once(". ")?;
        let to = rest.strip_prefix("What you type goes to #");
        let focus = match to.and_then(|rest| rest.strip_suffix(" now.")) {
            Some(focus) => Some(focus.into()),
            None if rest == "You are in no room now; /join ROOM goes to one." => None,
            None => return None,
        };
        let room = room.into();
        return Some(Notice::YouLeft { room, focus });
    }
    if let Some(rest) = words.strip_prefix("You are now ") {
        return Some(Notice::YouAreNow(name(rest.strip_suffix('.')?)?));
    }
    if let Some(rest) = words.strip_prefix("You were too slow: ") {
        let (what, how) = rest.split_once('.')?;
        return skipped(what)
            .filter(|skipped| how.is_empty() || how == shows_them(skipped))
            .map(Notice::Skipped);
    }
    if let Some(rest) = words.strip_prefix("You hear ") {
        return Some(Notice::Hearing(name(rest.strip_suffix(" again.")?)?));
    }
    about_ignoring(words).or_else(|| about_the_server(words))
}

fn about_ignoring(words: &str) -> Option<Notice> {
    let rest = words.strip_prefix("You ignore")?;
    if rest == " nobody. /ignore NICK begins it." || rest.starts_with(": ") {
        return Some(Notice::IgnoredRow);
    }
    let (nick, rest) = rest.strip_prefix(' ')?.split_once(" now. /unignore ")?;
    (rest == format!("{nick} undoes it.")).then(|| Notice::Ignoring(nick.into()))
}

fn about_the_server(words: &str) -> Option<Notice> {
    if words == "The server is shutting down. Bye." {
        return Some(Notice::ShuttingDown);
    }
    if words.starts_with("You send faster than ") {
        return Some(Notice::Delayed);
    }
    let bye = words.strip_prefix("Bye, ")?.strip_suffix('.')?;
    name(bye).map(|_| Notice::Bye)
}

/// `ops: bob, carol and 3 more.` and the like.
fn room_and_others(words: &str, between: &str) -> Option<(String, Others)> {
    for nobody in [". Nobody else is here yet.", ". Nobody else is here."] {
        if let Some(room) = words.strip_suffix(nobody) {
            return Some((name(room)?, Some(Vec::new())));
        }
    }
    let (room, others) = words.split_once(between)?;
    let others = others.strip_suffix('.')?;
    if others.ends_with(" more") {
        return Some((name(room)?, None));
    }
    Some((name(room)?, Some(list(others)?)))
}

/// `bob, carol` or `bob and carol`, each one word.
fn list(words: &str) -> Option<Vec<String>> {
    words.replace(" and ", ", ").split(", ").map(name).collect()
}

/// `312 messages skipped in #ops (4711 to 5022) and 12 notices`
fn skipped(words: &str) -> Option<Skipped> {
    let (words, notices) = match words.split_once(") and ") {
        Some((words, notices)) => {
            let count = notices
                .strip_suffix(" notices")
                .or(notices.strip_suffix(" notice"))?;
            (words, number(count)?)
        }
        None => (words.strip_suffix(')').unwrap_or(words), 0),
    };
    if let Some((count, room)) = words
        .split_once(" notices skipped in #")
        .or(words.split_once(" notice skipped in #"))
    {
        return Some(Skipped {
            room: name(room)?,
            notices: number(count)?,
            ..Skipped::default()
        });
    }
    let (count, rest) = words
        .split_once(" messages skipped in #")
        .or(words.split_once(" message skipped in #"))?;
    let (room, range) = rest.split_once(" (")?;
    let (first, last) = range.split_once(" to ").unwrap_or((range, range));
    Some(Skipped {
        room: name(room)?,
        lines: number(count)?,
        first: number(first)?,
        last: number(last)?,
        notices,
    })
}

/// ` /history 4711..5022 #ops shows them.`, where what is said is kept.
fn shows_them(skipped: &Skipped) -> String {
    let Skipped {
        room, first, last, ..
    } = skipped;
    let them = if first == last { "it" } else { "them" };
    format!(" /history {first}..{last} #{room} shows {them}.")
}

/// `5,120`
fn number(word: &str) -> Option<u64> {
    word.replace(',', "").parse().ok()
}

fn listing(words: &str) -> Option<Notice> {
    if let Some(rest) = words.strip_prefix("Topic of #") {
        let (_, rest) = rest.split_once(": ")?;
        return rest
            .ends_with(')')
            .then_some(Notice::Topic { is_set: true });
    }
    if let Some(count) = words.strip_suffix(". /join ROOM goes to one.") {
        let count = count
            .strip_suffix(" rooms")
            .or(count.strip_suffix(" room"))?;
        return number(count).map(Notice::RoomsTotal);
    }
    if let Some(rest) = words.strip_prefix('#') {
        return of_a_room(rest);
    }
    let (count, rest) = words.split_once(' ')?;
    let room = rest
        .strip_prefix("people in #")
        .or(rest.strip_prefix("person in #"))?;
    Some(Notice::MembersTotal {
        room: name(room.strip_suffix('.')?)?,
        count: number(count)?,
    })
}

fn of_a_room(rest: &str) -> Option<Notice> {
    if let Some(room) = rest.strip_suffix(" has no topic. /topic TEXT sets one.") {
        return name(room).map(|_| Notice::Topic { is_set: false });
    }
    let (room, rest) = rest.split_once(' ')?;
    if let Some(count) = rest.strip_prefix('(') {
        let (count, rest) = count.split_once(')')?;
        number(count)?;
        return (rest.is_empty() || rest.starts_with(": ")).then_some(Notice::RoomRow);
    }
    let room = name(room.strip_suffix(':')?)?;
    if rest.ends_with(" now.") {
        return Some(Notice::Summary { room });
    }
    let nicks = list(rest)?;
    Some(Notice::MembersRow { room, nicks })
}

fn help(words: &str) -> Option<Notice> {
    if words.starts_with("What you type is said to the room") {
        return Some(Notice::HelpFirst);
    }
    if words == "/help COMMAND shows examples." {
        return Some(Notice::HelpLast);
    }
    (words.starts_with("  /") || words.starts_with("//text says")).then_some(Notice::HelpRow)
}

fn about_others(words: &str) -> Option<Notice> {
    if let Some((nick, rest)) = words.split_once(" set the topic of #") {
        let (room, _) = rest.split_once(": ")?;
        let (nick, room) = (name(nick)?, room.into());
        return Some(Notice::TopicSet { nick, room });
    }
    if let Some((nick, rest)) = words.split_once(" cleared the topic of #") {
        let room = name(rest.strip_suffix('.')?)?;
        let nick = name(nick)?;
        return Some(Notice::TopicSet { nick, room });
    }
    if let Some((nick, rest)) = words.split_once(" joined #") {
        let (nick, room) = (name(nick)?, name(rest.strip_suffix('.')?)?);
        return Some(Notice::Joined { nick, room });
    }
    if let Some((from, rest)) = words.split_once(" is now ") {
        let (from, to) = (name(from)?, name(rest.strip_suffix('.')?)?);
        return Some(Notice::Renamed { from, to });
    }
    let (nick, rest) = words.split_once(" left")?;
    let nick = name(nick)?;
    if let Some(room) = rest.strip_prefix(" #") {
        let room = name(room.strip_suffix('.')?)?;
        return Some(Notice::Left { nick, room });
    }
    let is_plain = rest == ".";
    let has_reason = rest.starts_with(": ") && rest.ends_with('.');
    let is_lost = rest == ": connection lost.";
    (is_plain || has_reason).then_some(Notice::Departed { nick, is_lost })
}
