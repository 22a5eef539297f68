//! The text door: a person with `nc` is a first-class user.
//!
//! One line is one command or one thing said. `commands` is the one table from
//! which parsing, prefixes, suggestions and help are all made.

mod commands;
mod encode;
mod help;
mod history;
mod parse;
mod refusals;
mod spans;
mod suggest;
mod words;

#[cfg(test)]
mod tests;

use alloc::string::String;

use super::Decoded;
use super::lines::{Line, LineBuffer};

pub(super) use encode::encode;
pub(super) use parse::parse;

/// The decoder of one connection at this door.
#[derive(Debug)]
pub(super) struct Decoder {
    lines: LineBuffer,
}

impl Decoder {
    pub(super) fn new(line_bytes_max: usize) -> Self {
        Self {
            lines: LineBuffer::new(line_bytes_max),
        }
    }

    pub(super) fn decode(&mut self, bytes: &mut &[u8]) -> Option<Decoded> {
        while let Some(line) = self.lines.take(bytes) {
            let decoded = self.read(line);
            if decoded.is_some() {
                return decoded; // An empty line is nothing.
            }
        }
        None
    }

    pub(super) fn finish(&mut self) -> Option<Decoded> {
        let line = self.lines.finish()?;
        self.read(line)
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.lines.held_bytes()
    }

    fn read(&self, line: Line) -> Option<Decoded> {
        match line {
            // Nearly every line is valid, and to see that is quicker than to mend it.
            Line::Whole(bytes) => match core::str::from_utf8(&bytes) {
                Ok(line) => parse(line),
                Err(_) => parse(&String::from_utf8_lossy(&bytes)),
            },
            Line::TooLong => Some(refusals::line_too_long(self.lines.bytes_max())),
        }
    }
}
