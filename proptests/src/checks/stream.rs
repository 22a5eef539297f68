//! A stream of bytes at the text door, cut anywhere.

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
