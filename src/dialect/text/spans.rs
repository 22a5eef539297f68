//! Which part of a history: `50`, `4711..5022`, `before 4711`, and in which room.

use super::commands::split_word;
use crate::chat::{Seq, Span};

/// How many lines are shown when nobody says how many.
pub(super) const COUNT: u32 = 20;

/// The part that is asked for, and the room's name or nothing, which may stand on
/// either side of it. `None` when that cannot be meant.
pub(super) fn parse(rest: &str) -> Option<(Span, &str)> {
    let (word, behind) = split_word(rest);
    if begins_span(word) {
        return span(rest);
    }
    let room = word;
    if behind.is_empty() {
        return Some((Span::Last { count: COUNT }, room));
    }
    let (span, surplus) = span(behind)?;
    surplus.is_empty().then_some((span, room))
}

/// What begins as a number does is never a room's name here: whoever means one writes
/// `#`.
fn begins_span(word: &str) -> bool {
    let is_numeric = word.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    is_numeric || word.starts_with("..") || is_before(word)
}

/// The part, and what stands behind it.
fn span(rest: &str) -> Option<(Span, &str)> {
    let (word, behind) = split_word(rest);
    if is_before(word) {
        return before(behind, COUNT);
    }
    if let Some((first, last)) = word.split_once("..") {
        return Some((between(first, last)?, behind));
    }
    let count = number(word)?.min(u64::from(Span::LINES_MAX));
    let count = u32::try_from(count).unwrap_or(Span::LINES_MAX);
    match split_word(behind) {
        (word, behind) if is_before(word) => before(behind, count),
        (_, _) => Some((Span::Last { count }, behind)),
    }
}

fn is_before(word: &str) -> bool {
    word.eq_ignore_ascii_case("before")
}

fn before(rest: &str, count: u32) -> Option<(Span, &str)> {
    let (word, behind) = split_word(rest);
    let seq = Seq(number(word)?);
    Some((Span::Before { seq, count }, behind))
}

/// Whichever way round; without an end, it goes on to the last.
fn between(one: &str, other: &str) -> Option<Span> {
    let (one, other) = match (one, other) {
        ("", "") => return None,
        ("", last) => (1, number(last)?),
        (first, "") => (number(first)?, u64::MAX),
        (one, other) => (number(one)?, number(other)?),
    };
    Some(Span::Between {
        first: Seq(one.min(other)),
        last: Seq(one.max(other)),
    })
}

/// A number of something said: at least 1, digits alone. One that is too large for
/// any number is as large as they come.
fn number(word: &str) -> Option<u64> {
    let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    is_number
        .then(|| word.parse().unwrap_or(u64::MAX))
        .filter(|number| *number > 0)
}
