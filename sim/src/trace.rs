//! What the clients heard, and nothing else.

use std::sync::{Arc, Mutex, PoisonError};

/// Something that a client's socket received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Who, by number.
    pub person: usize,
    /// When, in steps of the simulation (milliseconds).
    pub step: u64,
    /// The line, without its end and its time of day; `None` is the end.
    pub line: Option<String>,
}

/// What everybody heard, in the order in which it came.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    step: u64,
    heard: Vec<Heard>,
}

impl Trace {
    /// Time has moved on to this step.
    pub(crate) fn set_step(&self, step: u64) {
        self.with(|inner| inner.step = step);
    }

    pub(crate) fn record(&self, person: usize, line: Option<String>) {
        self.with(|inner| {
            let step = inner.step;
            inner.heard.push(Heard { person, step, line });
        });
    }

    /// Everything so far.
    #[must_use]
    pub fn heard(&self) -> Vec<Heard> {
        self.with(|inner| inner.heard.clone())
    }

    fn with<T>(&self, look: impl FnOnce(&mut Inner) -> T) -> T {
        look(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A fingerprint of a trace (FNV-1a, 128 bits): equal for equal runs.
#[must_use]
pub fn fingerprint(heard: &[Heard]) -> u128 {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    let mut add = |bytes: &[u8]| {
        for byte in bytes {
            hash =
                (hash ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    };
    for heard in heard {
        add(&heard.person.to_le_bytes());
        add(&heard.step.to_le_bytes());
        add(heard.line.as_deref().unwrap_or("\u{0}end").as_bytes());
        add(b"\n");
    }
    hash
}
