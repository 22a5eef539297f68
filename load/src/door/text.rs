//! roomful's text door: lines for people, told apart by how they begin.

use std::str;

use memchr::memchr;

use super::{Heard, Skip};

/// Where a room's name begins: after `14:05 #`.
const ROOM_AT: usize = 7;

/// The sizes that a run's lines have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    pub(super) room_bytes: usize,
    pub(super) size: usize,
}

impl Text {
    #[inline]
    pub(super) fn next<'a>(&self, bytes: &'a [u8]) -> Option<(usize, Heard<'a>)> {
        let end = memchr(b'\n', bytes)?;
        let line = &bytes[..end];
        let heard = match line {
            [b'-', b'-', b' ', words @ ..] => notice(words),
            [b'!', b'!', ..] => Heard::Refused(line),
            _ => self.said(line),
        };
        Some((end + 1, heard))
    }

    /// `14:05 #room nick: text`.
    #[inline]
    fn said<'a>(&self, line: &'a [u8]) -> Heard<'a> {
        let room_end = ROOM_AT + self.room_bytes;
        if line.len() <= room_end || line[ROOM_AT - 1] != b'#' || line[room_end] != b' ' {
            return elsewhere(line);
        }
        let text_at = line.len().saturating_sub(self.size);
        let is_text = text_at > room_end + 2 && line[..text_at].ends_with(b": ");
        let (nick, text) = if is_text {
            (&line[room_end + 1..text_at - 2], &line[text_at..])
        } else {
            (&b""[..], &b""[..])
        };
        Heard::Said {
            room: Some(&line[ROOM_AT..room_end]),
            nick,
            text,
        }
    }
}

/// Whether it is at least said by somebody: `14:05 …`.
#[cold]
fn elsewhere(line: &[u8]) -> Heard<'_> {
    match line {
        [h, hh, b':', m, mm, b' ', ..] if [h, hh, m, mm].iter().all(|b| b.is_ascii_digit()) => {
            Heard::Elsewhere(line)
        }
        _ => Heard::Strange(line),
    }
}

#[cold]
fn notice(words: &[u8]) -> Heard<'_> {
    const WELCOME: &[u8] = b"Welcome to roomful. You are ";
    const DELAYED: &[u8] = b"You send faster than ";
    const SLOW: &[u8] = b"You were too slow: ";
    if words.starts_with(b"You joined #") {
        return Heard::Joined;
    }
    if let Some(rest) = words.strip_prefix(WELCOME) {
        let end = memchr(b',', rest).unwrap_or(rest.len());
        return Heard::Welcomed { nick: &rest[..end] };
    }
    if words.starts_with(DELAYED) {
        return Heard::Delayed;
    }
    if let Some(rest) = words.strip_prefix(SLOW) {
        return skipped(rest).unwrap_or(Heard::Refused(words));
    }
    departed(words).unwrap_or(Heard::Other)
}

/// `ada left.` or `ada left: why.`, but not `ada left #room.`
fn departed(words: &[u8]) -> Option<Heard<'_>> {
    let (nick, rest) = words.split_at(memchr(b' ', words)?);
    let is_end = rest.starts_with(b" left.") || rest.starts_with(b" left: ");
    is_end.then_some(Heard::Departed { nick })
}

/// `312 messages skipped in #ops (4711 to 5022) and 12 notices.`, where either
/// part may be absent and one message has one number.
fn skipped(words: &[u8]) -> Option<Heard<'_>> {
    let words = str::from_utf8(words).ok()?.strip_suffix('.')?;
    let (count, rest) = words.split_once(' ')?;
    let (what, rest) = rest.split_once(" skipped in #")?;
    let (room, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let skip = |lines, first, last| {
        let room = room.as_bytes();
        Some(Heard::Skipped(Skip {
            room,
            lines,
            first,
            last,
        }))
    };
    if what.starts_with("notice") {
        return skip(0, 0, 0);
    }
    let (range, _) = rest.strip_prefix('(')?.split_once(')')?;
    let (first, last) = range.split_once(" to ").unwrap_or((range, range));
    let lines = count.replace(',', "").parse().ok()?;
    skip(lines, first.parse().ok()?, last.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOOR: Text = Text {
        room_bytes: 3,
        size: 5,
    };

    fn heard(line: &str) -> Heard<'_> {
        let (used, heard) = DOOR.next(line.as_bytes()).unwrap();
        assert_eq!(used, line.len());
        heard
    }

    #[test]
    fn what_is_said_in_a_room_is_found_from_its_end() {
        let said = |nick: &'static str, text: &'static str| Heard::Said {
            room: Some(b"ops"),
            nick: nick.as_bytes(),
            text: text.as_bytes(),
        };
        assert_eq!(heard("14:05 #ops bob: hello\n"), said("bob", "hello"));
        assert_eq!(heard("14:05 #ops bob: hell\n"), said("", ""));
        assert_eq!(heard("14:05 #ops bob: hello!\n"), said("", ""));
        assert_eq!(heard("14:05 #ops * bob waves\n"), said("", ""));
        for line in ["14:05 #lobby bob: hello", "14:05 bob -> you: hello"] {
            let whole = format!("{line}\n");
            assert_eq!(heard(&whole), Heard::Elsewhere(line.as_bytes()));
        }
        for line in [
            "",
            "hello",
            "bob: hello",
            "1405: #lobby bob: hello",
            "-ada left.",
        ] {
            let whole = format!("{line}\n");
            assert_eq!(heard(&whole), Heard::Strange(line.as_bytes()));
        }
    }

    #[test]
    fn notices_are_told_apart() {
        assert_eq!(heard("-- You joined #ops: a.\n"), Heard::Joined);
        assert_eq!(
            heard("-- You send faster than 5 lines a second. Nothing is lost.\n"),
            Heard::Delayed
        );
        assert_eq!(
            heard("-- Welcome to roomful. You are ada, in #lobby with bob.\n"),
            Heard::Welcomed { nick: b"ada" }
        );
        assert_eq!(heard("-- ada joined #ops.\n"), Heard::Other);
        assert_eq!(heard("-- ada left #ops.\n"), Heard::Other);
        let departed = Heard::Departed { nick: b"ada" };
        assert_eq!(heard("-- ada left.\n"), departed);
        assert_eq!(heard("-- ada left: connection lost.\n"), departed);
        assert_eq!(heard("!! No.\n"), Heard::Refused(b"!! No."));
    }

    #[test]
    fn skip_notices_are_read() {
        let skip = |lines, first, last| {
            Heard::Skipped(Skip {
                room: b"ops",
                lines,
                first,
                last,
            })
        };
        let slow = |rest: &str| format!("-- You were too slow: {rest}\n");
        let many = slow("312 messages skipped in #ops (4711 to 5022).");
        assert_eq!(heard(&many), skip(312, 4711, 5022));
        let thousands = slow("1,312 messages skipped in #ops (4711 to 6022) and 12 notices.");
        assert_eq!(heard(&thousands), skip(1312, 4711, 6022));
        let one = slow("1 message skipped in #ops (7).");
        assert_eq!(heard(&one), skip(1, 7, 7));
        let notices = slow("2 notices skipped in #ops.");
        assert_eq!(heard(&notices), skip(0, 0, 0));
        let odd = slow("some things.");
        assert!(matches!(heard(&odd), Heard::Refused(_)));
    }

    #[test]
    fn an_unfinished_line_waits() {
        assert_eq!(DOOR.next(b"14:05 #ops bob: hello"), None);
        assert_eq!(DOOR.next(b""), None);
    }
}
