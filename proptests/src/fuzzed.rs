//! Checks as a fuzzer calls them: raw bytes in. Fuzz targets and the replay of
//! their corpus call these and nothing else.

use crate::checks;

/// A fuzz target: its name, and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// Every target, by the name that its corpus has too.
pub const TARGETS: [Target; 4] = [
    ("command", command),
    ("engine", engine),
    ("names", names),
    ("text_stream", text_stream),
];

/// One line of text at the text door.
pub fn command(data: &[u8]) {
    checks::command(&String::from_utf8_lossy(data));
}

/// A history, two bytes a step.
pub fn engine(data: &[u8]) {
    checks::engine(data);
}

/// A name as somebody typed it.
pub fn names(data: &[u8]) {
    checks::names(&String::from_utf8_lossy(data));
}

/// A stream: the first byte says how many bytes of cuts follow it.
pub fn text_stream(data: &[u8]) {
    let Some((count, rest)) = data.split_first() else {
        return;
    };
    let (cuts, bytes) = rest.split_at(usize::from(*count % 8).min(rest.len()));
    checks::text_stream(bytes, cuts);
}
