//! The ceiling's wire: a line is relayed as it is.

use memchr::memchr;

use super::Heard;

#[inline]
pub(super) fn next(bytes: &[u8]) -> Option<(usize, Heard<'_>)> {
    let end = memchr(b'\n', bytes)?;
    let heard = match &bytes[..end] {
        b"ok" => Heard::Joined,
        text => Heard::Said {
            room: None,
            nick: b"",
            text,
        },
    };
    Some((end + 1, heard))
}
