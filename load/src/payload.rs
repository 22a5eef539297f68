//! What a said text carries: who said it, as which of their lines, and when.
//!
//! The fields stand at fixed places, so that a listener reads them by their
//! distance from the line's end, whatever a door puts in front.
//!
//! ```text
//! abcdefgh 0001 0002 00003456 ......
//! mark     who  line when     filler up to the size   (without the spaces)
//! ```
//!
//! Numbers are written in base 64 with the digits from `0` to `o`, which follow
//! one another in ASCII: no text filter of a server touches them.

/// Bytes of the run's mark.
pub(crate) const MARK_BYTES: usize = 8;

/// The least size of a text, in bytes: its fields, without filler.
pub(crate) const SIZE_MIN: usize = MARK_BYTES + 16;

/// A speaker's index has to stay below this.
pub(crate) const SPEAKERS_MAX: u32 = 1 << 18;

/// The number of a speaker's line has to stay below this.
pub(crate) const LINES_MAX: u32 = 1 << LINE_BITS;

const LINE_BITS: u32 = 30;

const ZERO: u8 = b'0';

/// What fills a text up to its size.
const FILLER: u8 = b'.';

/// What the fields of one text say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Line {
    /// The speaker's index in the run, below [`SPEAKERS_MAX`].
    pub(crate) speaker: u32,
    /// The number of this line among the speaker's, from 0, below [`LINES_MAX`].
    pub(crate) number: u32,
    /// When it was said, or should have been, in nanoseconds of the run. Three
    /// days fit.
    pub(crate) sent: u64,
}

/// Writes and reads the texts of one run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Codec {
    mark: [u8; MARK_BYTES],
    size: usize,
}

impl Codec {
    /// Texts of `size` bytes, at least [`SIZE_MIN`].
    #[must_use]
    pub(crate) fn new(mark: [u8; MARK_BYTES], size: usize) -> Self {
        assert!(size >= SIZE_MIN, "a text has room for its fields");
        Self { mark, size }
    }

    /// Appends one text, without a line end.
    pub(crate) fn write(&self, line: Line, bytes: &mut Vec<u8>) {
        let start = bytes.len();
        let who = u64::from(line.speaker) << LINE_BITS | u64::from(line.number);
        bytes.extend_from_slice(&self.mark);
        bytes.extend_from_slice(&digits(who));
        bytes.extend_from_slice(&digits(line.sent));
        bytes.resize(start + self.size, FILLER);
    }

    /// Whether a text of this run stands anywhere in `line`, whole or not.
    #[must_use]
    pub(crate) fn is_in(&self, line: &[u8]) -> bool {
        memchr::memmem::find(line, &self.mark).is_some()
    }

    /// Reads one text; `None` if this run did not write it.
    #[inline]
    #[must_use]
    pub(crate) fn read(&self, text: &[u8]) -> Option<Line> {
        if text.len() != self.size {
            return None;
        }
        let (mark, rest) = text.split_first_chunk::<MARK_BYTES>()?;
        let (who, rest) = rest.split_first_chunk::<8>()?;
        let (sent, filler) = rest.split_first_chunk::<8>()?;
        if *mark != self.mark || !is_filler(filler) {
            return None;
        }
        let who = number(*who);
        Some(Line {
            speaker: (who >> LINE_BITS) as u32,
            number: (who & u64::from(LINES_MAX - 1)) as u32,
            sent: number(*sent),
        })
    }
}

#[inline]
fn is_filler(bytes: &[u8]) -> bool {
    // Without an early end, so that the compiler takes many bytes at once.
    bytes.iter().fold(0, |odd, byte| odd | (byte ^ FILLER)) == 0
}

/// The low 48 bits, the highest digit first.
fn digits(number: u64) -> [u8; 8] {
    let mut digits = [0; 8];
    for (place, digit) in digits.iter_mut().enumerate() {
        *digit = ZERO + (number >> (42 - 6 * place) & 63) as u8;
    }
    digits
}

/// Folds neighbours together, all pairs at once: 8 times 6 bits to 48.
#[inline]
fn number(digits: [u8; 8]) -> u64 {
    let six = u64::from_be_bytes(digits).wrapping_sub(0x3030_3030_3030_3030);
    let twelve = (six & 0x003F_003F_003F_003F) | (six & 0x3F00_3F00_3F00_3F00) >> 2;
    let pairs = (twelve & 0x0000_0FFF_0000_0FFF) | (twelve & 0x0FFF_0000_0FFF_0000) >> 4;
    (pairs & 0x00FF_FFFF) | (pairs & 0x00FF_FFFF_0000_0000) >> 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codec() -> Codec {
        Codec::new(*b"abcdefgh", 40)
    }

    fn text(line: Line) -> Vec<u8> {
        let mut bytes = Vec::new();
        codec().write(line, &mut bytes);
        bytes
    }

    #[test]
    fn what_is_written_is_read() {
        for speaker in [0, 1, 63, 64, 4095, 4096, SPEAKERS_MAX - 1] {
            for number in [0, 1, 63, 64, 4095, 4096, LINES_MAX - 1] {
                for sent in [0, 1, 1 << 24, (1 << 48) - 1] {
                    let line = Line {
                        speaker,
                        number,
                        sent,
                    };
                    let text = text(line);
                    assert_eq!(text.len(), 40);
                    assert_eq!(codec().read(&text), Some(line));
                }
            }
        }
    }

    #[test]
    fn a_text_with_any_byte_changed_is_another() {
        let line = Line {
            speaker: 1,
            number: 2,
            sent: 3,
        };
        for at in 0..40 {
            let mut spoilt = text(line);
            spoilt[at] ^= 1;
            assert_ne!(codec().read(&spoilt), Some(line), "{at}");
        }
        assert!(codec().is_in(b"14:05 #lobby bob: abcdefgh0"));
        assert!(!codec().is_in(b"14:05 #lobby bob: abcdefg"));
    }

    #[test]
    fn a_text_is_plain_ascii() {
        let line = Line {
            speaker: SPEAKERS_MAX - 1,
            number: 0,
            sent: 0x5555_5555_5555,
        };
        assert!(text(line).iter().all(u8::is_ascii_graphic));
    }

    #[test]
    fn another_runs_text_is_not_read() {
        let line = Line {
            speaker: 1,
            number: 2,
            sent: 3,
        };
        let mut other = Vec::new();
        Codec::new(*b"abcdefgi", 40).write(line, &mut other);
        assert_eq!(codec().read(&other), None);
        assert_eq!(codec().read(&text(line)[1..]), None);
        assert_eq!(codec().read(b""), None);
    }
}
