//! What tells the rooms and lines of one run from those of all others.

use std::time::SystemTime;

use crate::payload::MARK_BYTES;

/// The names of one run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names {
    /// Eight letters that no other run on this machine has.
    pub(crate) mark: [u8; MARK_BYTES],
    /// Differs from run to run.
    pub(crate) seed: u32,
}

impl Names {
    /// From the clock and the process id.
    pub(crate) fn new() -> Self {
        let time = SystemTime::UNIX_EPOCH.elapsed();
        let time = time.map_or(0, |time| time.as_micros());
        let seed = (time & u128::from(u32::MAX)) as u32;
        // Eight letters hold 37 bits: a multiplication spreads both over them.
        let id = u64::from(std::process::id());
        let mut rest = (id << 32 | u64::from(seed)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 26;
        let mark = std::array::from_fn(|_| {
            let letter = b'a' + (rest % 26) as u8;
            rest /= 26;
            letter
        });
        Self { mark, seed }
    }

    /// The name of a room. All names of a run are as long as one another.
    pub(crate) fn room(&self, index: usize) -> String {
        let mark = self.mark.map(char::from);
        format!("{}-{index:06}", mark.iter().collect::<String>())
    }
}
