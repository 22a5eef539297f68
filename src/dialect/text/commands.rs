//! The one table of commands.

use alloc::vec::Vec;

use super::spans;
use crate::chat::{Command, Nickname, Refusal, RoomName, Text};

use super::words::harmless;

/// A command, with everything that is said about it anywhere.
pub(super) struct Entry {
    /// What it is called, in small letters.
    pub(super) name: &'static str,
    /// Other names that people's fingers know.
    pub(super) aliases: &'static [&'static str],
    /// How it is typed.
    pub(super) usage: &'static str,
    /// What it does, in a few words.
    pub(super) does: &'static str,
    /// What else there is to know, a line each.
    pub(super) more: &'static [&'static str],
    pub(super) examples: [&'static str; 2],
    pub(super) action: Action,
}

/// What becomes of what stands behind a command.
pub(super) enum Action {
    /// Something for the engine.
    Ask(fn(&str) -> Result<Command, Trouble>),
    /// The door's own.
    Help,
}

/// Why a command cannot be understood.
pub(super) enum Trouble {
    /// A word is missing, or there is one too many.
    Usage,
    Refused(Refusal),
}

/// In the order in which `/help` shows them.
pub(super) const COMMANDS: [Entry; 15] = [
    Entry {
        name: "nick",
        aliases: &["n"],
        usage: "/nick NAME",
        does: "change your nickname",
        more: &["1 to 32 letters, digits and -_.[]{}`^|, not beginning with a digit."],
        examples: ["/nick ada", "/nick 李明"],
        action: Action::Ask(|rest| {
            Ok(Command::Nick {
                nick: nick(one_word(rest)?)?,
            })
        }),
    },
    Entry {
        name: "join",
        aliases: &["j"],
        usage: "/join ROOM",
        does: "join a room, or come back to one; it is opened if need be",
        more: &["What you type goes there from then on. You may be in several rooms."],
        examples: ["/join ops", "/join #release-2"],
        action: Action::Ask(|rest| {
            Ok(Command::Join {
                room: room(one_word(rest)?)?,
            })
        }),
    },
    Entry {
        name: "leave",
        aliases: &["part"],
        usage: "/leave [ROOM]",
        does: "leave a room; without a name, the one you are typing to",
        more: &["What you type goes to the room that you used before."],
        examples: ["/leave", "/leave ops"],
        action: Action::Ask(|rest| {
            Ok(Command::Leave {
                room: maybe_room(rest)?,
            })
        }),
    },
    Entry {
        name: "rooms",
        aliases: &["list"],
        usage: "/rooms",
        does: "list the rooms, with how many are there and the topic",
        more: &[],
        examples: ["/rooms", "/list"],
        action: Action::Ask(|rest| no_word(rest).map(|()| Command::Rooms)),
    },
    Entry {
        name: "who",
        aliases: &["names"],
        usage: "/who [ROOM]",
        does: "list who is in a room",
        more: &[],
        examples: ["/who", "/who ops"],
        action: Action::Ask(|rest| {
            Ok(Command::Who {
                room: maybe_room(rest)?,
            })
        }),
    },
    Entry {
        name: "msg",
        aliases: &["w", "whisper"],
        usage: "/msg NICK TEXT",
        does: "say something to one person alone",
        more: &[],
        examples: ["/msg bob lunch at 12:30?", "/w bob yes"],
        action: Action::Ask(whisper),
    },
    Entry {
        name: "reply",
        aliases: &["r"],
        usage: "/reply TEXT",
        does: "answer the last private message",
        more: &["It goes to the person who sent it, also under a new nickname."],
        examples: ["/reply yes", "/reply on my way"],
        action: Action::Ask(|rest| Ok(Command::Reply { text: text(rest)? })),
    },
    Entry {
        name: "me",
        aliases: &[],
        usage: "/me TEXT",
        does: "say what you do: * ada waves",
        more: &[],
        examples: ["/me waves", "/me is away until two"],
        action: Action::Ask(|rest| {
            Ok(Command::Act {
                room: None,
                text: text(rest)?,
            })
        }),
    },
    Entry {
        name: "topic",
        aliases: &[],
        usage: "/topic [TEXT]",
        does: "show the room's topic, or set it; /topic - clears it",
        more: &[],
        examples: ["/topic", "/topic release 2 is out on Monday"],
        action: Action::Ask(|rest| Ok(topic(rest))),
    },
    Entry {
        name: "history",
        aliases: &[],
        usage: "/history [N]",
        does: "show what was said here: the last 20 messages, or N",
        more: &[
            "Each has a number: /history before 4711 shows those before it,",
            "/history 4711..5022 shows these. A room's name may follow, with its #.",
            "At most 1,000 come at once; the end of a list says how to see more.",
        ],
        examples: ["/history 50", "/history 4711..5022 #ops"],
        action: Action::Ask(history),
    },
    Entry {
        name: "search",
        aliases: &["find"],
        usage: "/search WORDS",
        does: "find messages with these words, in the rooms you are in",
        more: &["All the words have to be in it. The latest 20 are shown."],
        examples: ["/search release notes", "/find lunch"],
        action: Action::Ask(|rest| Ok(Command::Search { words: text(rest)? })),
    },
    Entry {
        name: "ignore",
        aliases: &[],
        usage: "/ignore [NICK]",
        does: "hear no more of somebody, or list whom you ignore",
        more: &[
            "Covers what they say, do and send you alone. They are not told.",
            "In history it covers what was said under the nickname that they have now.",
        ],
        examples: ["/ignore bob", "/ignore"],
        action: Action::Ask(ignore),
    },
    Entry {
        name: "unignore",
        aliases: &[],
        usage: "/unignore NICK",
        does: "hear somebody again",
        more: &[],
        examples: ["/unignore bob", "/unignore guest7"],
        action: Action::Ask(|rest| {
            Ok(Command::Unignore {
                nick: nick(one_word(rest)?)?,
            })
        }),
    },
    Entry {
        name: "help",
        aliases: &["h"],
        usage: "/help [COMMAND]",
        does: "list the commands, or explain one",
        more: &[],
        examples: ["/help", "/help join"],
        action: Action::Help,
    },
    Entry {
        name: "quit",
        aliases: &["exit"],
        usage: "/quit [REASON]",
        does: "leave; the reason is told to those in your rooms",
        more: &[],
        examples: ["/quit", "/quit off home"],
        action: Action::Ask(|rest| {
            Ok(Command::Quit {
                reason: Text::clean(rest),
            })
        }),
    },
];

/// What a typed word names.
pub(super) enum Found {
    One(&'static Entry),
    /// The beginning of several commands.
    Several(Vec<&'static str>),
    Nothing,
}

/// Finds a command by its name, an alias, or the beginning of its name; in
/// capitals or not.
pub(super) fn find(word: &str) -> Found {
    let word = word.to_ascii_lowercase();
    let is_exact = |entry: &&Entry| entry.name == word || entry.aliases.contains(&&*word);
    if let Some(entry) = COMMANDS.iter().find(is_exact) {
        return Found::One(entry);
    }
    let mut begun = COMMANDS
        .iter()
        .filter(|entry| entry.name.starts_with(&word));
    match (begun.next(), begun.next()) {
        (None, _) => Found::Nothing,
        (Some(entry), None) => Found::One(entry),
        (Some(first), Some(second)) => {
            let rest = begun.map(|entry| entry.name);
            Found::Several([first.name, second.name].into_iter().chain(rest).collect())
        }
    }
}

/// Every name and alias.
pub(super) fn all_names() -> impl Iterator<Item = &'static str> {
    COMMANDS
        .iter()
        .flat_map(|entry| core::iter::once(entry.name).chain(entry.aliases.iter().copied()))
}

/// The first word, and what stands behind it.
pub(super) fn split_word(rest: &str) -> (&str, &str) {
    let rest = rest.trim_start_matches(is_space);
    match rest.split_once(is_space) {
        Some((word, rest)) => (word, rest.trim_start_matches(is_space)),
        None => (rest, ""),
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

fn whisper(rest: &str) -> Result<Command, Trouble> {
    let (word, rest) = split_word(rest);
    let text = text(rest)?;
    Ok(Command::Whisper {
        to: nick(word)?,
        text,
    })
}

fn topic(rest: &str) -> Command {
    match Text::clean(rest) {
        None => Command::ShowTopic { room: None },
        Some(text) if text.as_str() == "-" => Command::SetTopic {
            room: None,
            topic: None,
        },
        topic @ Some(_) => Command::SetTopic { room: None, topic },
    }
}

fn history(rest: &str) -> Result<Command, Trouble> {
    let (span, rest) = spans::parse(rest).ok_or(Trouble::Usage)?;
    Ok(Command::History {
        room: maybe_room(rest)?,
        span,
    })
}

fn ignore(rest: &str) -> Result<Command, Trouble> {
    if no_word(rest).is_ok() {
        return Ok(Command::Ignored);
    }
    Ok(Command::Ignore {
        nick: nick(one_word(rest)?)?,
    })
}

fn no_word(rest: &str) -> Result<(), Trouble> {
    if split_word(rest).0.is_empty() {
        Ok(())
    } else {
        Err(Trouble::Usage)
    }
}

fn one_word(rest: &str) -> Result<&str, Trouble> {
    match split_word(rest) {
        ("", _) => Err(Trouble::Usage),
        (word, "") => Ok(word),
        (_, _) => Err(Trouble::Usage),
    }
}

fn text(rest: &str) -> Result<Text, Trouble> {
    Text::clean(rest).ok_or(Trouble::Usage)
}

fn nick(word: &str) -> Result<Nickname, Trouble> {
    word.parse().map_err(|why| {
        Trouble::Refused(Refusal::NickInvalid {
            typed: harmless(word).into(),
            why,
        })
    })
}

fn maybe_room(rest: &str) -> Result<Option<RoomName>, Trouble> {
    if no_word(rest).is_ok() {
        return Ok(None);
    }
    room(one_word(rest)?).map(Some)
}

fn room(word: &str) -> Result<RoomName, Trouble> {
    let name = word.strip_prefix('#').unwrap_or(word);
    name.parse().map_err(|why| {
        Trouble::Refused(Refusal::RoomInvalid {
            typed: harmless(name).into(),
            why,
        })
    })
}
