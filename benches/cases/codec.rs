//! The text door alone: bytes to commands, messages to bytes.

use std::hint::black_box;

use chrono::DateTime;
use roomful::chat::{Message, Nickname, Seq};
use roomful::dialect::{Decoder, Flavor, encode};

use super::crowd::{SAID, room, text};
use super::{Case, Task, case};

/// Cost per line.
pub(crate) const CODEC: [Case; 4] = [
    case("decode a line", 1, 1, decode),
    case("decode a paste of 100 lines", 100, 100, decode),
    case("encode a said line", 1, 1, encode_said),
    case("encode a join", 1, 1, encode_joined),
];

/// The longest line of a default server, in bytes.
const LINE_BYTES_MAX: usize = 4096;

/// So many lines in one piece.
fn decode(lines: u64) -> Task {
    let mut decoder = Decoder::new(Flavor::Text, LINE_BYTES_MAX);
    let bytes: String = (0..lines).flat_map(|_| [SAID, "\n"]).collect();
    Box::new(move || {
        let mut rest = black_box(bytes.as_bytes());
        while let Some(decoded) = decoder.decode(&mut rest) {
            black_box(decoded);
        }
    })
}

fn encode_said(_: u64) -> Task {
    encode_again(Message::Said {
        at: DateTime::UNIX_EPOCH,
        room: room(1),
        seq: Seq(1_000),
        from: Nickname::guest(1),
        text: text(),
    })
}

fn encode_joined(_: u64) -> Task {
    encode_again(Message::Joined {
        room: room(1),
        nick: Nickname::guest(1),
    })
}

fn encode_again(message: Message) -> Task {
    let mut bytes = Vec::new();
    Box::new(move || {
        bytes.clear();
        encode(Flavor::Text, black_box(&message), &mut bytes);
        black_box(&bytes);
    })
}
