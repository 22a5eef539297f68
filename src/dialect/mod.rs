//! The words of each door: bytes to commands, messages to bytes.
//!
//! Pure codecs: stateful in bytes alone (half a line), fed split anywhere. They
//! import `chat` and never meet the engine.

mod lines;
mod text;

use alloc::vec::Vec;

use crate::chat::{Command, Message, Tag};

/// A class of connections that are sent the same bytes for the same message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flavor {
    /// Plain lines for people with `nc`.
    Text,
}

/// What a dialect made of some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// Something for the engine.
    Command {
        /// The client's label on it; the text door has none.
        tag: Option<Tag>,
        /// What is asked.
        command: Command,
    },
    /// Something that the dialect answers by itself (help, syntax, an unknown
    /// command): these bytes, in this place. No bytes: it costs, and nothing is said.
    Answer(Vec<u8>),
}

/// The decoder of one connection.
///
/// Holds at most one unfinished line of `line_bytes_max` bytes, and no memory
/// between lines.
///
/// ```
/// use roomful::dialect::{Decoded, Decoder, Flavor};
/// let mut decoder = Decoder::new(Flavor::Text, 4096);
/// let mut bytes: &[u8] = b"hi a";
/// assert_eq!(decoder.decode(&mut bytes), None);
/// let mut bytes: &[u8] = b"ll\n/rooms\n";
/// assert!(matches!(decoder.decode(&mut bytes), Some(Decoded::Command { .. })));
/// assert_eq!(bytes, b"/rooms\n");
/// ```
#[derive(Debug)]
pub struct Decoder {
    text: text::Decoder,
}

impl Decoder {
    /// A decoder for a new connection. `line_bytes_max` bounds a line without
    /// its end, in bytes.
    #[must_use]
    pub fn new(flavor: Flavor, line_bytes_max: usize) -> Self {
        match flavor {
            Flavor::Text => Self {
                text: text::Decoder::new(line_bytes_max),
            },
        }
    }

    /// Takes bytes from the front until something is complete. `None` when all
    /// bytes were taken and nothing is.
    pub fn decode(&mut self, bytes: &mut &[u8]) -> Option<Decoded> {
        self.text.decode(bytes)
    }

    /// Takes the end of input: an unfinished line counts as a line.
    pub fn finish(&mut self) -> Option<Decoded> {
        self.text.finish()
    }

    /// Bytes held of an unfinished line; at most `line_bytes_max`.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.text.held_bytes()
    }
}

/// What the text door makes of one line, without its end; `None` for an empty one.
///
/// ```
/// use roomful::chat::Command;
/// use roomful::dialect::{Decoded, parse_text};
/// assert_eq!(parse_text("/rooms"), Some(Decoded::Command { tag: None, command: Command::Rooms }));
/// assert!(matches!(parse_text("/jion x"), Some(Decoded::Answer(_))));
/// ```
#[must_use]
pub fn parse_text(line: &str) -> Option<Decoded> {
    text::parse(line)
}

/// Appends the bytes of a message.
///
/// ```
/// use roomful::chat::Message;
/// use roomful::dialect::{Flavor, encode};
/// let mut bytes = Vec::new();
/// encode(Flavor::Text, &Message::ShuttingDown, &mut bytes);
/// assert!(bytes.starts_with(b"-- ") && bytes.ends_with(b"\n"));
/// ```
pub fn encode(flavor: Flavor, message: &Message, bytes: &mut Vec<u8>) {
    match flavor {
        Flavor::Text => text::encode(message, bytes),
    }
}
