//! What a person asked for, and which answers fit: a reader of the protocol's
//! description, from the person's side.

use super::grammar::{Notice, Refusal, Told};

/// A line that a person typed, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Said, or done with `/me`, to the room in focus.
    Say(String),
    /// Something said whose text is not told as it was sent.
    Junk,
    Nick(String),
    Join(String),
    Leave,
    Rooms,
    Who,
    Whisper {
        /// `None` for `/reply`.
        to: Option<String>,
        text: String,
    },
    Topic,
    History {
        /// `None` for the room in focus.
        room: Option<String>,
        span: Span,
    },
    Search(String),
    Ignore,
    Unignore,
    Help,
    Quit,
    TooLong,
    /// Nothing that is a command.
    Unknown,
    /// An empty line.
    Nothing,
}

/// Which part of a room's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// So many of the last lines.
    Last(u64),
    /// Some before a number.
    Before(u64),
    /// These numbers.
    Between(u64, u64),
}

/// How many lines are shown when nobody says how many.
const LINES: u64 = 20;

/// The most lines that are shown.
const LINES_MAX: u64 = 1_000;

/// Whether something told is an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// To something else.
    No,
    /// The first of several lines, or one in the middle.
    Part,
    /// The only line, or the last.
    Whole,
}

/// Understands a line without its end.
pub(crate) fn understand(line: &[u8], line_bytes_max: usize) -> Asked {
    if line.len() > line_bytes_max {
        return Asked::TooLong;
    }
    let Ok(line) = str::from_utf8(line) else {
        return Asked::Junk;
    };
    if line.starts_with("junk-") {
        return Asked::Junk;
    }
    let say = |said: &str| match said.trim_end() {
        "" => Asked::Nothing,
        said => Asked::Say(said.into()),
    };
    let Some(rest) = line.strip_prefix('/') else {
        return say(line);
    };
    if rest.starts_with('/') {
        return say(rest);
    }
    let (word, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    command(word, rest).unwrap_or(Asked::Unknown)
}

fn command(word: &str, rest: &str) -> Option<Asked> {
    let one_word = (!rest.is_empty() && !rest.contains(' ')).then(|| rest.to_lowercase());
    Some(match word {
        "nick" => Asked::Nick(one_word?),
        "join" => Asked::Join(one_word?),
        "leave" => Asked::Leave,
        "rooms" => Asked::Rooms,
        "who" => Asked::Who,
        "msg" => {
            let (to, text) = rest.split_once(' ')?;
            Asked::Whisper {
                to: Some(to.to_lowercase()),
                text: text.into(),
            }
        }
        "reply" if !rest.is_empty() => Asked::Whisper {
            to: None,
            text: rest.into(),
        },
        "me" if !rest.is_empty() => Asked::Say(rest.into()),
        "topic" => Asked::Topic,
        "history" => history(rest)?,
        "search" if !rest.is_empty() => Asked::Search(rest.into()),
        "ignore" => Asked::Ignore,
        "unignore" => Asked::Unignore,
        "help" => Asked::Help,
        "quit" => Asked::Quit,
        _ => return None,
    })
}

/// `50`, `4711..5022`, `before 4711`, `50 before 4711`, each with a room on either side
/// or without. Whichever way round; an end that is left out is the first or the last.
fn history(rest: &str) -> Option<Asked> {
    let mut words: Vec<&str> = rest.split(' ').filter(|word| !word.is_empty()).collect();
    let is_room = |word: &&str| {
        let begins = |c: char| c.is_ascii_digit() || c == '-';
        !word.starts_with(begins) && !word.starts_with("..") && *word != "before"
    };
    let room = match (words.first().is_some_and(is_room), words.last()) {
        (true, _) => Some(words.remove(0)),
        (false, Some(last)) if is_room(last) => words.pop(),
        (false, _) => None,
    };
    let room = room.map(|room| room.trim_start_matches('#').to_lowercase());
    let span = match words[..] {
        [] => Span::Last(LINES),
        ["before", seq] => Span::Before(numbered(seq)?),
        [count, "before", seq] => numbered(count).and(numbered(seq)).map(Span::Before)?,
        [range] if range.contains("..") => between(range)?,
        [count] => Span::Last(numbered(count)?.min(LINES_MAX)),
        _ => return None,
    };
    Some(Asked::History { room, span })
}

fn between(range: &str) -> Option<Span> {
    let (one, other) = match range.split_once("..")? {
        ("", "") => return None,
        ("", last) => (1, numbered(last)?),
        (first, "") => (numbered(first)?, u64::MAX),
        (one, other) => (numbered(one)?, numbered(other)?),
    };
    Some(Span::Between(one.min(other), one.max(other)))
}

fn numbered(word: &str) -> Option<u64> {
    word.parse().ok().filter(|number| *number > 0)
}

impl Asked {
    /// Whether it may be that nothing is told in answer.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self, Self::Say(_) | Self::Junk | Self::Nothing)
    }

    /// Whether something told answers this.
    pub(crate) fn fits(&self, told: &Told) -> Fit {
        match told {
            Told::Refusal(refusal) if self.may_be_refused(*refusal) => Fit::Whole,
            Told::Refusal(_) | Told::Said { .. } | Told::WhisperIn { .. } => Fit::No,
            Told::WhisperOut { text, .. } => match self {
                Self::Whisper { text: own, .. } if own == text => Fit::Whole,
                _ => Fit::No,
            },
            Told::Notice(notice) => self.fits_notice(notice),
        }
    }

    fn fits_notice(&self, notice: &Notice) -> Fit {
        match (self, notice) {
            (Self::Nick(nick), Notice::YouAreNow(now)) if *nick == now.to_lowercase() => Fit::Whole,
            (
                Self::Join(room),
                Notice::YouJoined { room: joined, .. } | Notice::YouAreBack { room: joined, .. },
            ) if *room == joined.to_lowercase() => Fit::Whole,
            (Self::Leave, Notice::YouLeft { .. })
            | (Self::Rooms, Notice::RoomsTotal(_))
            | (Self::Who, Notice::MembersTotal { .. })
            | (Self::Topic, Notice::Topic { .. })
            | (Self::Ignore, Notice::IgnoredRow | Notice::Ignoring(_))
            | (Self::Unignore, Notice::Hearing(_))
            | (Self::Help, Notice::HelpLast)
            | (Self::History { .. }, Notice::HistoryEnd(_))
            | (Self::Search(_), Notice::SearchEnd { .. })
            | (Self::Quit, Notice::Bye) => Fit::Whole,
            (Self::Rooms, Notice::RoomRow)
            | (Self::Who, Notice::MembersRow { .. })
            | (Self::History { .. } | Self::Search(_), Notice::Row(_) | Notice::Day)
            | (Self::Help, Notice::HelpFirst | Notice::HelpRow) => Fit::Part,
            _ => Fit::No,
        }
    }

    fn may_be_refused(&self, refusal: Refusal) -> bool {
        use Refusal as R;
        match self {
            Self::Say(_) | Self::Junk => refusal == R::InNoRoom,
            Self::Nick(_) => matches!(
                refusal,
                R::NickTaken | R::NickAlike | R::NickReserved | R::NameInvalid
            ),
            Self::Join(_) => matches!(
                refusal,
                R::RoomAlike | R::RoomsOfUserFull | R::RoomsFull | R::NameInvalid
            ),
            Self::Leave => matches!(refusal, R::InNoRoom | R::NotInRoom),
            Self::Who => matches!(refusal, R::InNoRoom | R::NoRoom),
            Self::Whisper { to: Some(_), .. } => {
                matches!(refusal, R::Nobody | R::NotReading | R::NameInvalid)
            }
            Self::Whisper { to: None, .. } => {
                matches!(
                    refusal,
                    R::NobodyToReplyTo | R::CorrespondentGone | R::NotReading
                )
            }
            Self::Topic => matches!(refusal, R::InNoRoom | R::TopicTooLong),
            Self::History { .. } => matches!(
                refusal,
                R::InNoRoom | R::NotInRoom | R::NoRoom | R::NoHistory | R::HistoryUnreadable
            ),
            Self::Search(_) => {
                matches!(refusal, R::InNoRoom | R::NoHistory | R::HistoryUnreadable)
            }
            Self::Ignore => matches!(refusal, R::Nobody | R::IgnoresSelf | R::IgnoredFull),
            Self::Unignore => refusal == R::NotIgnored,
            Self::Quit => refusal == R::ReasonTooLong,
            Self::TooLong => refusal == R::LineTooLong,
            Self::Unknown => matches!(refusal, R::NoCommand | R::Usage | R::NameInvalid),
            Self::Rooms | Self::Help | Self::Nothing => false,
        }
    }
}
