//! `/help`, made from the table of commands.

use alloc::format;
use alloc::string::String;

use super::commands::{COMMANDS, Entry, Found, find, split_word};
use super::refusals;
use crate::dialect::Decoded;

/// The answer to `/help` and `/help COMMAND`.
pub(super) fn answer(arguments: &str) -> Decoded {
    let (word, surplus) = split_word(arguments);
    let word = word.strip_prefix('/').unwrap_or(word);
    if word.is_empty() {
        return Decoded::Answer(all().into_bytes());
    }
    match find(word) {
        Found::One(entry) if surplus.is_empty() => Decoded::Answer(one(entry).into_bytes()),
        Found::One(_) => refusals::help_usage(),
        Found::Several(names) => refusals::ambiguous(word, &names),
        Found::Nothing => refusals::no_command(word),
    }
}

/// At most 22 lines of at most 79 characters: a small terminal shows it whole.
fn all() -> String {
    let mut text = String::from(
        "-- What you type is said to the room you joined last, unless it is a command:\n",
    );
    for entry in &COMMANDS {
        text += &format!("--   {:<15} {}\n", entry.usage, entry.does);
    }
    text += "-- //text says /text. A command's beginning will do: /to for /topic.\n";
    text += "-- /help COMMAND shows examples.\n";
    text
}

fn one(entry: &Entry) -> String {
    let mut text = format!("-- {}: {}.\n", entry.usage, entry.does);
    for line in entry.more {
        text += &format!("-- {line}\n");
    }
    if !entry.aliases.is_empty() {
        text += &format!("-- Also: /{}.\n", entry.aliases.join(", /"));
    }
    text += &format!(
        "-- Examples: {}  or  {}\n",
        entry.examples[0], entry.examples[1]
    );
    text
}
