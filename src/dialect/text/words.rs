//! Small pieces of wording.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use chrono::{DateTime, Timelike, Utc};

use crate::chat::{Company, Nickname, Text};

/// What people typed, as far as it is shown back to them, in characters.
const SHOWN_CHARS_MAX: usize = 40;

/// `5,120`.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 message`, `312 messages`.
pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// `14:05`, in UTC.
pub(super) fn time(at: DateTime<Utc>) -> [u8; 5] {
    let digits = |number: u32| {
        let number = (number % 100) as u8;
        [b'0' + number / 10, b'0' + number % 10]
    };
    let ([h1, h2], [m1, m2]) = (digits(at.hour()), digits(at.minute()));
    [h1, h2, b':', m1, m2]
}

/// `bob, carol and 3 more`; `None` when there is nobody.
pub(super) fn company(company: &Company) -> Option<String> {
    if company.nicks.is_empty() {
        return None;
    }
    let names = list(&company.nicks);
    Some(match company.more {
        0 => names,
        more => format!("{names} and {} more", count(more)),
    })
}

/// `bob, carol`.
pub(super) fn list(nicks: &[Nickname]) -> String {
    let names: Vec<&str> = nicks.iter().map(Nickname::as_str).collect();
    names.join(", ")
}

/// What somebody typed, harmless for their terminal, and cut.
pub(super) fn harmless(typed: &str) -> String {
    let clean = Text::clean(typed);
    let clean = clean.as_ref().map_or("", Text::as_str);
    match clean.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &clean[..end]),
        None => clean.to_owned(),
    }
}
