//! What the text door makes of history, read back.

use chrono::DateTime;
use roomful::chat::{
    Command, HistoryPage, Kept, Message, Missed, Nickname, PageEnd, RoomName, Seq, Span, Text,
};
use roomful::dialect::{Decoded, Flavor, encode, parse_text};

/// What was said before is shown as it was when it was said, behind its number.
///
/// # Panics
/// When it is not.
pub fn kept(room: &RoomName, from: &Nickname, text: &Text, minutes: u32) {
    let at = DateTime::from_timestamp(i64::from(minutes) * 60, 0).expect("a time in range");
    let seq = Seq(4711);
    for is_action in [false, true] {
        let (room, from, text) = (room.clone(), from.clone(), text.clone());
        let row = Kept::Line {
            seq,
            at,
            from: from.clone(),
            is_action,
            text: text.clone(),
        };
        let shown = lines(&Message::HistoryShown(HistoryPage {
            room: room.clone(),
            rows: vec![row],
            since: at.date_naive(),
            end: None,
        }));
        let live = lines(&match is_action {
            false => Message::Said {
                at,
                room,
                seq,
                from,
                text,
            },
            true => Message::Acted {
                at,
                room,
                seq,
                from,
                text,
            },
        });
        assert_eq!(shown, format!("-- 4711 {live}"));
    }
}

/// What an answer says that shows more does so when it is typed: at the end of a
/// listing, and where lines were skipped.
///
/// # Panics
/// When it does not.
pub fn way_on(room: &RoomName, span: Span) {
    let end = PageEnd {
        shown: 1,
        total: 2,
        more: Some(span),
    };
    let page = lines(&Message::HistoryShown(HistoryPage {
        room: room.clone(),
        rows: Vec::new(),
        since: DateTime::UNIX_EPOCH.date_naive(),
        end: Some(end),
    }));
    assert_eq!(asked(&page), (room.clone(), span), "{page:?}");
    if let Span::Between { first, last } = span {
        let missed = Missed {
            lines: 2,
            first,
            last,
            notices: 1,
        };
        let skipped = lines(&Message::Skipped {
            room: room.clone(),
            missed,
            is_kept: true,
        });
        assert_eq!(asked(&skipped), (room.clone(), span), "{skipped:?}");
    }
}

/// What comes of the command that a line names.
fn asked(line: &str) -> (RoomName, Span) {
    let start = line.find("/history ").expect("it names the command");
    let end = line
        .rfind(" shows ")
        .expect("it says what the command does");
    match parse_text(&line[start..end]) {
        Some(Decoded::Command {
            command:
                Command::History {
                    room: Some(room),
                    span,
                },
            ..
        }) => (room, span),
        other => panic!("{line:?} becomes {other:?}"),
    }
}

fn lines(message: &Message) -> String {
    let mut bytes = Vec::new();
    encode(Flavor::Text, message, &mut bytes);
    String::from_utf8(bytes).expect("what is told is text")
}
