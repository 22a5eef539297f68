//! The words for every no: what happened, why, what to do.

use alloc::format;
use alloc::string::String;

use super::commands::{Entry, Trouble, all_names};
use super::suggest::nearest;
use super::words::{count, counted, harmless};
use crate::chat::{Nickname, Refusal};
use crate::dialect::Decoded;

/// An unknown command.
pub(super) fn no_command(word: &str) -> Decoded {
    if word.is_empty() {
        return line("A command's name stands right behind the slash. /help lists them.");
    }
    let hint = match nearest(&word.to_ascii_lowercase(), all_names()) {
        Some(name) => format!("Did you mean /{name}?"),
        None => "/help lists them all.".into(),
    };
    line(&format!("No command /{}. {hint}", harmless(word)))
}

/// The beginning of several commands.
pub(super) fn ambiguous(word: &str, names: &[&str]) -> Decoded {
    line(&format!(
        "/{} could be /{}. Type a little more.",
        harmless(word),
        names.join(" or /")
    ))
}

/// A command that cannot be understood.
pub(super) fn trouble(entry: &Entry, trouble: Trouble) -> Decoded {
    match trouble {
        Trouble::Usage => line(&format!(
            "That is not how /{name} works. Type {usage}; /help {name} shows examples.",
            name = entry.name,
            usage = entry.usage,
        )),
        Trouble::Refused(refusal) => line(&words(&refusal)),
    }
}

/// More than one word behind `/help`.
pub(super) fn help_usage() -> Decoded {
    line("/help explains one command at a time. Type /help or /help COMMAND.")
}

/// A line over the bound.
pub(super) fn line_too_long(max: usize) -> Decoded {
    line(&format!(
        "That line has more than {} bytes and was not sent. Send it in shorter pieces.",
        count(max as u64)
    ))
}

fn line(words: &str) -> Decoded {
    Decoded::Answer(format!("!! {words}\n").into_bytes())
}

/// The sentence for a refusal, without its mark.
#[expect(clippy::too_many_lines, reason = "a table: a row for each refusal")]
pub(super) fn words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NickInvalid { typed, why } => {
            format!("{typed:?} cannot be a nickname: {why}. Try another one.")
        }
        Refusal::NickTaken { nick, free } => format!("{nick} is taken. {}", try_instead(free)),
        Refusal::NickConfusable { nick, with } => {
            format!(
                "{nick} looks the same as {with}, who is here. Choose one that nobody mistakes."
            )
        }
        Refusal::NickReserved { nick } => {
            format!(
                "{nick} is reserved, so that nobody passes for the server or a guest. Choose another."
            )
        }
        Refusal::NobodyCalled { nick } => {
            format!("Nobody here is called {nick}. /who lists who is in the room.")
        }
        Refusal::NobodyToReplyTo => {
            "Nobody has sent you a private message yet. /msg NICK TEXT sends one.".into()
        }
        Refusal::CorrespondentGone { nick } => {
            format!("The {nick} who wrote to you has left. Not sent; /who lists who is here.")
        }
        Refusal::NotReading { nick } => {
            format!("{nick} is not reading at the moment. Not sent; try again later.")
        }
        Refusal::IgnoresSelf => "That is you: you cannot ignore yourself.".into(),
        Refusal::NotIgnored { nick } => {
            format!("You do not ignore {nick}. /ignore lists whom you ignore.")
        }
        Refusal::IgnoredFull { max } => {
            format!("You ignore {max} people already, the most you may. /unignore one first.")
        }
        Refusal::RoomInvalid { typed, why } => {
            format!("{typed:?} cannot be a room's name: {why}. Try another one.")
        }
        Refusal::NoSuchRoom { room } => {
            format!("There is no room #{room}. /rooms lists them; /join {room} opens it.")
        }
        Refusal::NotInRoom { room } => format!("You are not in #{room}. /join {room} goes there."),
        Refusal::InNoRoom => {
            "You are in no room, and that needs one. /join ROOM goes to one.".into()
        }
        Refusal::RoomConfusable { room, with } => {
            format!(
                "#{room} looks the same as #{with}, which is open. Choose one that nobody mistakes."
            )
        }
        Refusal::RoomsOfUserFull { max } => {
            format!(
                "You are in {}, the most you may be in. /leave one first.",
                counted(*max as u64, "room", "rooms")
            )
        }
        Refusal::RoomsFull { max } => {
            format!(
                "{} are open, the most there may be. Join one of them: /rooms.",
                counted(*max as u64, "room", "rooms")
            )
        }
        Refusal::TopicTooLong { chars, max } => {
            format!(
                "That topic has {} characters; {max} is the most. Say it shorter.",
                count(*chars as u64)
            )
        }
        Refusal::ReasonTooLong { chars, max } => format!(
            "That reason has {} characters; {max} is the most. Say it shorter, or /quit without one.",
            count(*chars as u64)
        ),
        Refusal::ServerFull { max } => format!(
            "The server is full: {} at most. Try again later.",
            counted(*max as u64, "connection", "connections")
        ),
        Refusal::AddressFull { max } => format!(
            "Your address has {} already, the most that one may have. Close one first.",
            counted(*max as u64, "connection", "connections")
        ),
        Refusal::TlsOnly => {
            "This port takes TLS only. Connect with TLS: openssl s_client -quiet -connect HOST:PORT".into()
        }
        Refusal::NoTls => {
            "That is TLS, which is not taken here, or began too late. Connect again: without TLS, or at once.".into()
        }
        Refusal::NoHistory => {
            "This server keeps no history: what was said is known to those who heard it.".into()
        }
        Refusal::HistoryUnreadable => {
            "What was said cannot be read at the moment; the server's disk has a fault. Try again later.".into()
        }
        Refusal::MaybeKept { room } => format!(
            "The server stops before what you said to #{room} was safely kept. Nobody has seen it; \
             the history may show it later."
        ),
        Refusal::NotKept { room } => format!(
            "What you said to #{room} could not be kept, so it was not said: nobody has seen it. Try again later."
        ),
        Refusal::InputCut { seconds } => format!(
            "Not all that you sent could be taken in the {} after the end of your input; the rest was \
             discarded. Send it in smaller parts.",
            counted(u64::from(*seconds), "second", "seconds")
        ),
    }
}

fn try_instead(free: &[Nickname]) -> String {
    match free {
        [] => "Choose another.".into(),
        [one] => format!("Try {one}."),
        [first, second, ..] => format!("Try {first} or {second}."),
    }
}
