//! What is measured, once for all ways to measure it: by the clock, by counting
//! instructions, and by counting allocations.

mod codec;
mod crowd;
mod engine;
mod fanout;

use std::fmt;

pub(crate) use codec::CODEC;
pub(crate) use engine::ENGINE;
pub(crate) use fanout::FANOUT;

/// Something that can be done again and again, and costs about the same each time.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    /// What it is called in every report.
    pub(crate) name: &'static str,
    /// How many of what its cost is given by (commands, lines, deliveries) one call
    /// of the task does; at least 1.
    pub(crate) units: u64,
    /// How many are there, or are written to.
    size: u64,
    /// Sets it up, for such a size.
    prepare: fn(u64) -> Task,
}

/// Does it once more.
pub(crate) type Task = Box<dyn FnMut()>;

impl Case {
    /// Sets it up, and does it so often that every buffer has grown.
    pub(crate) fn warm(self) -> Task {
        const TIMES: usize = 4;
        let mut task = (self.prepare)(self.size);
        for _ in 0..TIMES {
            task();
        }
        task
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

const fn case(name: &'static str, units: u64, size: u64, prepare: fn(u64) -> Task) -> Case {
    Case {
        name,
        units,
        size,
        prepare,
    }
}
