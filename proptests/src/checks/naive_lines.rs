//! What a stream at the text door means, naively: all of its bytes at once, in three
//! passes. Written from RFC 854, RFC 855 and the protocol's description.

/// Something that stands between two ends of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Naive {
    /// A line, perhaps an empty one.
    Line(Vec<u8>),
    /// A line of more bytes than it may have.
    TooLong,
}

/// The lines of a whole stream; what has no end at the end of input is one too.
pub(super) fn naive_lines(bytes: &[u8], bytes_max: usize) -> Vec<Naive> {
    let text = without_nul_after_cr(&without_telnet(bytes));
    let mut lines: Vec<Vec<u8>> = vec![Vec::new()];
    for (place, byte) in text.iter().enumerate() {
        let follows_cr = place > 0 && text[place - 1] == b'\r';
        match byte {
            b'\n' if follows_cr => {} // One end, of two bytes.
            b'\n' | b'\r' => lines.push(Vec::new()),
            _ => lines.last_mut().expect("there is one").push(*byte),
        }
    }
    let judge = |line: Vec<u8>| {
        if line.len() > bytes_max {
            Naive::TooLong
        } else {
            Naive::Line(line)
        }
    };
    lines.into_iter().map(judge).collect()
}

/// A command of telnet is two bytes, three with an option, and a subnegotiation goes on
/// to its end; a byte 255 that is meant is sent twice.
fn without_telnet(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let length = match (byte, bytes.get(at + 1)) {
            (255, Some(255)) => {
                text.push(255);
                2
            }
            (255, Some(251..=254)) => 3,
            (255, Some(250)) => 2 + subnegotiation(&bytes[at + 2..]),
            (255, _) => 2,
            _ => {
                text.push(*byte);
                1
            }
        };
        at += length;
    }
    text
}

/// How many bytes there are until behind IAC SE, or the end of input.
fn subnegotiation(bytes: &[u8]) -> usize {
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (255, Some(240)) => return at + 2,
            (255, _) => at += 2, // What is behind IAC belongs to it.
            _ => at += 1,
        }
    }
    at
}

fn without_nul_after_cr(text: &[u8]) -> Vec<u8> {
    let follows_cr = |place: usize| place > 0 && text[place - 1] == b'\r';
    let kept = text
        .iter()
        .enumerate()
        .filter(|(place, byte)| **byte != 0 || !follows_cr(*place));
    kept.map(|(_, byte)| *byte).collect()
}
