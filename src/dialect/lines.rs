//! The bounded line buffer: bytes in, lines out, telnet's own bytes swallowed.
//!
//! A line ends in LF, CR, CR LF, or the CR NUL of telnet. Negotiation (RFC 854:
//! IAC, WILL, DO, subnegotiation …) is swallowed and never answered.

use alloc::vec::Vec;

/// Bytes of a connection on their way to become lines. Holds one unfinished line
/// of at most `bytes_max`, and no memory between lines.
#[derive(Debug)]
pub(super) struct LineBuffer {
    held: Vec<u8>,
    bytes_max: u32,
    /// The line is too long, and is skipped to its end.
    is_skipping: bool,
    /// The last byte was a CR, which has ended its line.
    is_after_cr: bool,
    telnet: Telnet,
}

/// What came to an end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line, without its end.
    Whole(Vec<u8>),
    /// A line passed the bound. Said at once, not at its end, which may never come.
    TooLong,
}

/// Where in a telnet command the next byte is (RFC 854, RFC 855).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Telnet {
    Data,
    /// After IAC.
    Command,
    /// After WILL, WON'T, DO or DON'T: the option.
    Option,
    /// In a subnegotiation.
    Sub,
    /// After IAC in a subnegotiation.
    SubCommand,
}

const IAC: u8 = 255;
const WILL: u8 = 251;
const DONT: u8 = 254;
const SB: u8 = 250;
const SE: u8 = 240;

impl LineBuffer {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self {
            held: Vec::new(),
            // A bound of more than 4 GiB is none.
            bytes_max: u32::try_from(bytes_max).unwrap_or(u32::MAX),
            is_skipping: false,
            is_after_cr: false,
            telnet: Telnet::Data,
        }
    }

    /// Takes bytes from the front until a line is complete.
    pub(super) fn take(&mut self, bytes: &mut &[u8]) -> Option<Line> {
        while let Some((byte, rest)) = bytes.split_first() {
            let line = if self.telnet == Telnet::Data {
                self.take_data(bytes)
            } else {
                *bytes = rest;
                self.take_telnet(*byte)
            };
            if line.is_some() {
                return line;
            }
        }
        None
    }

    /// Takes the end of input: what is unfinished counts as a line.
    pub(super) fn finish(&mut self) -> Option<Line> {
        let held = core::mem::take(&mut self.held);
        (!held.is_empty()).then_some(Line::Whole(held))
    }

    /// The longest line, in bytes, without its end.
    pub(super) fn bytes_max(&self) -> usize {
        self.bytes_max as usize
    }

    /// Bytes of the unfinished line.
    pub(super) fn held_bytes(&self) -> usize {
        self.held.len()
    }

    /// Takes a run of ordinary bytes, or one that means something.
    fn take_data(&mut self, bytes: &mut &[u8]) -> Option<Line> {
        let (ordinary, rest) = bytes.split_at(ordinary_run(bytes));
        if !ordinary.is_empty() {
            *bytes = rest;
            return self.push_run(ordinary);
        }
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let was_after_cr = core::mem::replace(&mut self.is_after_cr, *byte == b'\r');
        match *byte {
            IAC => {
                self.is_after_cr = was_after_cr;
                self.telnet = Telnet::Command;
                None
            }
            b'\n' if was_after_cr => None, // The second half of a CR LF.
            _ => self.end_line(),
        }
    }

    fn push_run(&mut self, ordinary: &[u8]) -> Option<Line> {
        let was_after_cr = core::mem::replace(&mut self.is_after_cr, false);
        match ordinary {
            [0, rest @ ..] if was_after_cr => self.push(rest),
            _ => self.push(ordinary),
        }
    }

    fn push(&mut self, bytes: &[u8]) -> Option<Line> {
        if self.is_skipping {
            return None;
        }
        if self.held.len() + bytes.len() > self.bytes_max() {
            self.held = Vec::new();
            self.is_skipping = true;
            return Some(Line::TooLong);
        }
        self.held.extend_from_slice(bytes);
        None
    }

    fn end_line(&mut self) -> Option<Line> {
        if core::mem::replace(&mut self.is_skipping, false) {
            return None; // It was answered when it became too long.
        }
        Some(Line::Whole(core::mem::take(&mut self.held)))
    }

    fn take_telnet(&mut self, byte: u8) -> Option<Line> {
        let (next, data) = match (self.telnet, byte) {
            (Telnet::Command, IAC) => (Telnet::Data, true), // A byte 255 that is meant.
            (Telnet::Command, WILL..=DONT) => (Telnet::Option, false),
            (Telnet::Command, SB) => (Telnet::Sub, false),
            (Telnet::SubCommand, SE) => (Telnet::Data, false),
            (Telnet::Sub, IAC) => (Telnet::SubCommand, false),
            (Telnet::Sub | Telnet::SubCommand, _) => (Telnet::Sub, false),
            (Telnet::Data | Telnet::Command | Telnet::Option, _) => (Telnet::Data, false),
        };
        self.telnet = next;
        if data { self.push_run(&[IAC]) } else { None }
    }
}

/// How many bytes at the front mean only themselves.
fn ordinary_run(bytes: &[u8]) -> usize {
    let is_special = |byte: &u8| matches!(*byte, b'\n' | b'\r' | IAC);
    // Pieces of sixteen, each without an early end: the compiler looks at a piece
    // at once.
    let pieces = bytes.chunks_exact(16);
    let has_special = |piece: &&[u8]| piece.iter().fold(false, |has, byte| has | is_special(byte));
    let clear = 16 * pieces.take_while(|piece| !has_special(piece)).count();
    let rest = &bytes[clear..];
    clear + rest.iter().position(is_special).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn lines(bytes: &[u8], max: usize) -> Vec<Line> {
        let mut buffer = LineBuffer::new(max);
        let mut rest = bytes;
        let mut lines: Vec<Line> = core::iter::from_fn(|| buffer.take(&mut rest)).collect();
        lines.extend(buffer.finish());
        lines
    }

    fn whole(text: &str) -> Line {
        Line::Whole(text.as_bytes().to_vec())
    }

    #[test]
    fn any_line_end_ends_a_line_once() {
        let expected = [
            whole("a"),
            whole("b"),
            whole("c"),
            whole("d"),
            whole(""),
            whole("e"),
        ];
        assert_eq!(lines(b"a\nb\rc\r\nd\r\0\ne", 10), expected);
    }

    #[test]
    fn negotiation_is_swallowed_wherever_it_stands() {
        let bytes =
            b"\xff\xfb\x01h\xff\xfd\x03i\xff\xfa\x18\x00x\xff\xffy\xff\xf0!\r\xff\xf1\n\xff\xf4";
        assert_eq!(lines(bytes, 10), [whole("hi!")]);
        assert_eq!(lines(b"\xff\xff\n", 10), [Line::Whole(vec![255])]);
    }

    #[test]
    fn the_bound_and_one_past_it() {
        assert_eq!(lines(b"1234\nx\n", 4), [whole("1234"), whole("x")]);
        assert_eq!(lines(b"12345\nx\n", 4), [Line::TooLong, whole("x")]);
        assert_eq!(lines(b"12345", 4), [Line::TooLong]);
    }

    #[test]
    fn a_line_without_end_is_said_to_be_too_long_at_once_and_holds_nothing() {
        let mut buffer = LineBuffer::new(4096);
        let chunk = [b'x'; 1000];
        let mut said = 0;
        for _ in 0..10_000 {
            let mut bytes = &chunk[..];
            said += usize::from(buffer.take(&mut bytes) == Some(Line::TooLong));
            assert!(buffer.held.capacity() <= 2 * 4096);
        }
        assert_eq!(said, 1);
        assert_eq!(buffer.held.capacity(), 0);
    }

    #[test]
    fn a_line_end_is_seen_wherever_it_stands() {
        for len in 0..70 {
            for end in [b'\n', b'\r', IAC] {
                let mut bytes = vec![b'x'; len];
                assert_eq!(ordinary_run(&bytes), len);
                for at in 0..len {
                    bytes[at] = end;
                    assert_eq!(ordinary_run(&bytes), at);
                    bytes[at] = b'x';
                }
            }
        }
    }
}
