//! What the text door makes of what people are told.

use roomful::chat::Message;
use roomful::dialect::{Flavor, encode};

use super::{delivered, replied};
use crate::history::History;

/// Whatever people type, what others are told of it can paint on no terminal, and a
/// program can tell by its start what kind of line it is.
///
/// # Panics
/// When it does not hold.
pub fn what_is_told_harms_no_terminal(history: &History) {
    let mut bytes = Vec::new();
    history.play(&mut |moment| {
        let told = delivered(moment.effects).map(|(_, message)| message);
        let answered = replied(moment.effects).map(|(_, message)| message);
        for message in told.chain(answered) {
            bytes.clear();
            encode(Flavor::Text, message, &mut bytes);
            let lines = std::str::from_utf8(&bytes).expect("what is told is UTF-8");
            let lines = lines.strip_suffix('\n').expect("a line has an end");
            for line in lines.split('\n') {
                let harmful = line.chars().find(|c| is_harmful(*c));
                assert_eq!(harmful, None, "of {message:?} comes {line:?}");
                assert_eq!(Kind::of(line), Some(Kind::told(message)), "{line:?}");
            }
        }
    });
}

/// The kinds of lines that begin differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// What somebody says, behind the time of day.
    Words,
    /// Behind two dashes.
    Notice,
    /// Behind two exclamation marks.
    Refusal,
}

impl Kind {
    fn of(line: &str) -> Option<Self> {
        let (start, rest) = line.split_once(' ')?;
        let is_time = matches!(
            start.as_bytes(),
            [b'0'..=b'2', b'0'..=b'9', b':', b'0'..=b'5', b'0'..=b'9']
        );
        match start {
            _ if rest.trim().is_empty() => None,
            "--" => Some(Self::Notice),
            "!!" => Some(Self::Refusal),
            _ => is_time.then_some(Self::Words),
        }
    }

    fn told(message: &Message) -> Self {
        match message {
            Message::Said { .. }
            | Message::Acted { .. }
            | Message::Whispered { .. }
            | Message::WhisperSent { .. } => Self::Words,
            Message::Refused(_) => Self::Refusal,
            _ => Self::Notice,
        }
    }
}

/// Control characters, and those that turn the direction of what follows.
fn is_harmful(c: char) -> bool {
    c.is_control() || matches!(c as u32, 0x2028 | 0x2029 | 0x202a..=0x202e | 0x2066..=0x2069)
}
