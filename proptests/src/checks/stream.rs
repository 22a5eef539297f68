//! A stream of bytes at the text door, cut anywhere.

use std::time::{Duration, Instant};

use roomful::dialect::{Decoded, Decoder, Flavor, parse_text};

use super::commands::answer_is_harmless;
use super::naive_lines::{Naive, naive_lines};

/// A low bound, so that short inputs reach it.
const LINE_BYTES_MAX: usize = 48;

/// Of a stream comes what comes of its lines, however it is cut into pieces, and never
/// more is held than one line. The cuts are the lengths of the pieces, in turn; 0 counts
/// as 1.
///
/// # Panics
/// When it does not hold.
pub fn text_stream(bytes: &[u8], cuts: &[u8]) {
    let whole = decode(bytes, std::iter::once(bytes.len().max(1)));
    if !cuts.is_empty() {
        let lengths = cuts.iter().cycle().map(|cut| usize::from(*cut).max(1));
        assert_eq!(decode(bytes, lengths), whole, "the cuts made a difference");
    }
    assert_eq!(
        decode(bytes, std::iter::repeat(1)),
        whole,
        "a byte at a time made a difference"
    );
    for item in &whole {
        if let Decoded::Answer(answer) = item {
            answer_is_harmless(answer);
        }
    }
    what_comes_of_its_lines(bytes, &whole);
}

fn what_comes_of_its_lines(bytes: &[u8], whole: &[Decoded]) {
    let mut items = whole.iter();
    for line in naive_lines(bytes, LINE_BYTES_MAX) {
        let item = match &line {
            Naive::Line(line) => {
                let Some(expected) = parse_text(&String::from_utf8_lossy(line)) else {
                    continue; // Of an empty line comes nothing.
                };
                items.next().filter(|item| **item == expected)
            }
            Naive::TooLong => items.next().filter(|item| is_refusal(item)),
        };
        assert!(item.is_some(), "of {line:?} comes something else");
    }
    assert_eq!(items.next(), None, "more came of it than there are lines");
}

fn is_refusal(item: &Decoded) -> bool {
    matches!(item, Decoded::Answer(answer) if answer.starts_with(b"!! "))
}

/// What a line may be made of so that a careless decoder, or whatever looks at the
/// line when it is whole, goes over it again for each piece.
pub const SHAPES: [&[u8]; 13] = [
    b"a",
    b" ",
    b"/",
    b"\t",
    b"\0",
    b"\r",
    b"/j ",
    b"#a,",
    "é".as_bytes(),
    "\u{301}".as_bytes(),
    "\u{202e}".as_bytes(),
    b"\xff\xfa\x18",
    b"\x80\xff\xff",
];

/// So many times as much of a shape takes not much more than so many times as long,
/// however it comes: were the time that of the square, it would take that often again.
const TIMES: usize = 8;

/// One line of a shape is decoded, a byte at a time, in time that grows as its length
/// does. The best of several attempts counts: a busy machine makes some slow, and none
/// fast.
///
/// # Panics
/// When it does not.
pub fn decoded_in_linear_time(shape: &[u8]) {
    const BYTES: usize = 16 * 1024;
    const ATTEMPTS: usize = 15;
    for begin in [&b""[..], b"/", b"/msg ada ", b"/nick ", b"/help "] {
        let (mut short, mut long) = (Duration::MAX, Duration::MAX);
        for _ in 0..ATTEMPTS {
            short = short.min(time_of(begin, shape, BYTES));
            long = long.min(time_of(begin, shape, BYTES * TIMES));
            if long < short * 2 * TIMES as u32 {
                break;
            }
        }
        assert!(
            long < short * 4 * TIMES as u32,
            "{TIMES} times {BYTES} bytes of {:?} after {:?} take {long:?}, and once {short:?}",
            shape.escape_ascii().to_string(),
            begin.escape_ascii().to_string(),
        );
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long it takes is what is asked"
)]
fn time_of(begin: &[u8], shape: &[u8], bytes: usize) -> Duration {
    let mut line = begin.to_vec();
    line.extend(shape.iter().cycle().take(bytes));
    let mut decoder = Decoder::new(Flavor::Text, line.len());
    let started = Instant::now();
    for byte in &line {
        let mut piece = std::slice::from_ref(byte);
        while decoder.decode(&mut piece).is_some() {}
    }
    decoder.finish();
    started.elapsed()
}

fn decode(bytes: &[u8], lengths: impl Iterator<Item = usize>) -> Vec<Decoded> {
    let mut decoder = Decoder::new(Flavor::Text, LINE_BYTES_MAX);
    let mut decoded = Vec::new();
    let mut rest = bytes;
    for length in lengths {
        let (mut piece, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        while let Some(item) = decoder.decode(&mut piece) {
            decoded.push(item);
        }
        assert!(piece.is_empty(), "bytes were left");
        assert!(
            decoder.held_bytes() <= LINE_BYTES_MAX,
            "more than a line is held"
        );
        if rest.is_empty() {
            break;
        }
    }
    decoded.extend(decoder.finish());
    assert_eq!(decoder.finish(), None, "the end comes once");
    decoded
}
