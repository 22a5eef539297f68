//! Redis publish and subscribe, in RESP2.

use memchr::memchr;

use super::Heard;

/// How a said text is framed, which is the same for every room of a run.
#[derive(Clone, Debug)]
pub(crate) struct Redis {
    /// What comes before the room's name.
    head: Vec<u8>,
    room_bytes: usize,
    /// What comes between the room's name and the text.
    middle: Vec<u8>,
    size: usize,
}

impl Redis {
    pub(super) fn new(room_bytes: usize, size: usize) -> Self {
        Self {
            head: format!("*3\r\n$7\r\nmessage\r\n${room_bytes}\r\n").into_bytes(),
            room_bytes,
            middle: format!("\r\n${size}\r\n").into_bytes(),
            size,
        }
    }

    pub(super) fn say(&self, room: &str, bytes: &mut Vec<u8>, text: impl FnOnce(&mut Vec<u8>)) {
        let head = format!("*3\r\n$7\r\nPUBLISH\r\n${}\r\n{room}", self.room_bytes);
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(&self.middle);
        text(bytes);
        bytes.extend_from_slice(b"\r\n");
    }

    #[inline]
    pub(super) fn next<'a>(&self, bytes: &'a [u8]) -> Option<(usize, Heard<'a>)> {
        let room_at = self.head.len();
        let room_end = room_at + self.room_bytes;
        let text_at = room_end + self.middle.len();
        let end = text_at + self.size;
        if bytes.len() < end + 2 || bytes[..room_at] != self.head[..] {
            return control(bytes);
        }
        let is_framed =
            bytes[room_end..text_at] == self.middle[..] && &bytes[end..end + 2] == b"\r\n";
        let heard = Heard::Said {
            room: Some(&bytes[room_at..room_end]),
            nick: b"",
            text: if is_framed { &bytes[text_at..end] } else { b"" },
        };
        Some((end + 2, heard))
    }
}

/// Answers: `:4` to a publication, an error, or that of a subscription, which is
/// six lines.
#[cold]
fn control(bytes: &[u8]) -> Option<(usize, Heard<'_>)> {
    const SUBSCRIBED: &[u8] = b"*3\r\n$9\r\n";
    const MESSAGE: &[u8] = b"*3\r\n$7\r\n";
    match bytes.first()? {
        b'*' if bytes.len() < SUBSCRIBED.len() || bytes.starts_with(MESSAGE) => None,
        b'*' if bytes.starts_with(SUBSCRIBED) => {
            let mut end = 0;
            for _ in 0..6 {
                end += memchr(b'\n', &bytes[end..])? + 1;
            }
            Some((end, Heard::Joined))
        }
        b':' => Some((memchr(b'\n', bytes)? + 1, Heard::Other)),
        _ => {
            let end = memchr(b'\n', bytes)?;
            Some((end + 1, Heard::Refused(bytes[..end].trim_ascii_end())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_is_heard() {
        let redis = Redis::new(3, 5);
        let pushed = b"*3\r\n$7\r\nmessage\r\n$3\r\nops\r\n$5\r\nhello\r\n:1\r\n";
        let said = Heard::Said {
            room: Some(b"ops"),
            nick: b"",
            text: b"hello",
        };
        let length = pushed.len() - 4;
        assert_eq!(redis.next(pushed), Some((length, said)));
        for end in 0..length {
            assert_eq!(redis.next(&pushed[..end]), None, "{end}");
        }
        assert_eq!(redis.next(&pushed[length..]), Some((4, Heard::Other)));
    }

    #[test]
    fn a_subscription_is_answered_in_six_lines() {
        let redis = Redis::new(3, 5);
        let answer = b"*3\r\n$9\r\nsubscribe\r\n$3\r\nops\r\n:1\r\n";
        assert_eq!(redis.next(answer), Some((answer.len(), Heard::Joined)));
        for end in 0..answer.len() {
            assert_eq!(redis.next(&answer[..end]), None, "{end}");
        }
    }

    #[test]
    fn an_error_is_a_refusal() {
        let redis = Redis::new(3, 5);
        let error = b"-ERR max number of clients reached\r\n";
        let words = Heard::Refused(b"-ERR max number of clients reached");
        assert_eq!(redis.next(error), Some((error.len(), words)));
    }
}
