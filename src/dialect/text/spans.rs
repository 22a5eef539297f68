//! Which part of a history: `50`, `4711..5022`, `before 4711`.

use super::commands::split_word;
use crate::chat::{Seq, Span};

/// How many lines are shown when nobody says how many.
const COUNT: u32 = 20;

/// The part that is asked for, and what stands behind it. `None` when that cannot be
/// meant: numbers that are none, a range that runs backwards.
pub(super) fn parse(rest: &str) -> Option<(Span, &str)> {
    let (word, behind) = split_word(rest);
    if word.eq_ignore_ascii_case("before") {
        let (word, behind) = split_word(behind);
        let seq = number(word)?;
        return Some((
            Span::Before {
                seq: Seq(seq),
                count: COUNT,
            },
            behind,
        ));
    }
    if let Some((first, last)) = word.split_once("..") {
        let (first, last) = (number(first)?, number(last)?);
        let (first, last) = (Seq(first), Seq(last));
        return (first <= last).then_some((Span::Between { first, last }, behind));
    }
    if word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some((Span::Last { count: COUNT }, rest)); // A room's name, or nothing.
    }
    let count = number(word)?.min(u64::from(Span::LINES_MAX));
    let count = u32::try_from(count).unwrap_or(Span::LINES_MAX);
    Some((Span::Last { count }, behind))
}

/// A number of something said: at least 1, digits alone.
fn number(word: &str) -> Option<u64> {
    let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    is_number
        .then(|| word.parse().ok())
        .flatten()
        .filter(|number| *number > 0)
}
