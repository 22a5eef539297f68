//! What the text door makes of what is said, read back by a parser that knows
//! the protocol and not the encoder.

use chrono::DateTime;
use roomful::chat::{Message, Nickname, RoomName, Seq, Text};
use roomful::dialect::{Flavor, encode};

/// The parts of a line that somebody said.
#[derive(Debug, PartialEq, Eq)]
struct Said<'a> {
    time: &'a str,
    room: &'a str,
    nick: &'a str,
    text: &'a str,
}

/// Whatever is said, the line that others read gives its parts back, and nothing
/// in it can harm a terminal.
///
/// # Panics
/// When it does not.
pub fn message(room: &RoomName, from: &Nickname, text: &Text, minutes: u32) {
    let at = DateTime::from_timestamp(i64::from(minutes) * 60, 0).expect("a time in range");
    let (room, from, text) = (room.clone(), from.clone(), text.clone());
    let time = format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
    let parts = Said {
        time: &time,
        room: room.as_str(),
        nick: from.as_str(),
        text: text.as_str(),
    };

    let said = Message::Said {
        at,
        room: room.clone(),
        seq: Seq(1),
        from: from.clone(),
        text: text.clone(),
    };
    assert_eq!(parse_said(&line(&said), ": "), parts);
    let acted = Message::Acted {
        at,
        room: room.clone(),
        seq: Seq(1),
        from: from.clone(),
        text: text.clone(),
    };
    assert_eq!(parse_acted(&line(&acted)), parts);
    let heard = Message::Whispered {
        at,
        from: from.clone(),
        text: text.clone(),
    };
    assert_eq!(line(&heard), format!("{time} {from} -> you: {text}"));
    let sent = Message::WhisperSent {
        at,
        to: from.clone(),
        text,
    };
    assert!(line(&sent).starts_with(&format!("{time} you -> {from}: ")));
}

/// As wide as a line with names may be, unless it has but one.
const WIDTH: usize = 78;

/// A list of people names each once, in its order, and fills its lines; in characters,
/// not bytes.
///
/// # Panics
/// When it does not.
pub fn members(room: &RoomName, nicks: &[Nickname]) {
    let mut bytes = Vec::new();
    let listed = Message::MembersListed {
        room: room.clone(),
        nicks: nicks.to_vec(),
        total: None,
    };
    encode(Flavor::Text, &listed, &mut bytes);
    let text = String::from_utf8(bytes).expect("a list is text");
    let heading = format!("-- #{room}: ");
    let lines: Vec<&str> = text
        .lines()
        .map(|line| {
            line.strip_prefix(&heading)
                .expect("each line has a heading")
        })
        .collect();
    let named: Vec<&str> = lines.iter().flat_map(|line| line.split(", ")).collect();
    let expected: Vec<&str> = nicks.iter().map(Nickname::as_str).collect();
    assert_eq!(named, expected);
    let width = |names: &str| heading.chars().count() + names.chars().count();
    for (place, line) in lines.iter().enumerate() {
        let is_one = !line.contains(", ");
        assert!(is_one || width(line) <= WIDTH, "{line:?} is too wide");
        if let Some(next) = lines.get(place + 1) {
            let first = next.split(", ").next().unwrap_or_default();
            let more = format!("{line}, {first}");
            assert!(width(&more) > WIDTH, "{line:?} has room for {first:?}");
        }
    }
}

/// The one line of a message, without its end.
fn line(message: &Message) -> String {
    let mut bytes = Vec::new();
    encode(Flavor::Text, message, &mut bytes);
    assert_eq!(bytes.pop(), Some(b'\n'));
    assert!(
        bytes.iter().all(|byte| *byte >= b' '),
        "a control byte in {bytes:?}"
    );
    String::from_utf8(bytes).expect("a line is text")
}

/// `HH:MM #room nick: text`
fn parse_said<'a>(line: &'a str, mark: &str) -> Said<'a> {
    let (time, rest) = line.split_once(" #").expect("a time and a room");
    let (room, rest) = rest.split_once(' ').expect("a room and a nickname");
    let (nick, text) = rest.split_once(mark).expect("a nickname and a text");
    Said {
        time,
        room,
        nick,
        text,
    }
}

/// `HH:MM #room * nick text`
fn parse_acted(line: &str) -> Said<'_> {
    let (time, rest) = line.split_once(" #").expect("a time and a room");
    let (room, rest) = rest.split_once(" * ").expect("a room and a nickname");
    let (nick, text) = rest.split_once(' ').expect("a nickname and a text");
    Said {
        time,
        room,
        nick,
        text,
    }
}
