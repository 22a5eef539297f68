//! One line of text: something said, a command, or something to answer here.

use super::commands::{Action, Found, find, split_word};
use super::{help, refusals};
use crate::chat::{Command, Text};
use crate::dialect::Decoded;

/// What the door makes of one line, without its end. `None` for an empty one.
pub(crate) fn parse(line: &str) -> Option<Decoded> {
    let Some(rest) = line.strip_prefix('/') else {
        return say(line);
    };
    if rest.starts_with('/') {
        return say(rest);
    }
    let (word, arguments) = match rest.starts_with([' ', '\t']) {
        true => ("", rest),
        false => split_word(rest),
    };
    let found = if word.is_empty() {
        Found::Nothing
    } else {
        find(word)
    };
    match found {
        Found::One(entry) => Some(match entry.action {
            Action::Help => help::answer(arguments),
            Action::Ask(parse) => match parse(arguments) {
                Ok(command) => Decoded::Command { tag: None, command },
                Err(trouble) => refusals::trouble(entry, trouble),
            },
        }),
        // A path, not a command.
        Found::Several(_) | Found::Nothing if word.contains('/') => say(line),
        Found::Several(names) => Some(refusals::ambiguous(word, &names)),
        Found::Nothing => Some(refusals::no_command(word)),
    }
}

fn say(text: &str) -> Option<Decoded> {
    let text = Text::clean(text)?;
    Some(Decoded::Command {
        tag: None,
        command: Command::Say { room: None, text },
    })
}
