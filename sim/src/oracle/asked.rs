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
        "ignore" => Asked::Ignore,
        "unignore" => Asked::Unignore,
        "help" => Asked::Help,
        "quit" => Asked::Quit,
        _ => return None,
    })
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
            | (Self::Quit, Notice::Bye) => Fit::Whole,
            (Self::Rooms, Notice::RoomRow)
            | (Self::Who, Notice::MembersRow { .. })
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
            Self::Ignore => matches!(refusal, R::Nobody | R::IgnoresSelf | R::IgnoredFull),
            Self::Unignore => refusal == R::NotIgnored,
            Self::Quit => refusal == R::ReasonTooLong,
            Self::TooLong => refusal == R::LineTooLong,
            Self::Unknown => matches!(refusal, R::NoCommand | R::Usage | R::NameInvalid),
            Self::Rooms | Self::Help | Self::Nothing => false,
        }
    }
}
