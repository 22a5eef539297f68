//! What the TCP of each world does, asked by one script in all of them: so that the
//! simulators tell the truth, or their lies are listed.
//!
//! Two ends play a probe at moments that are agreed beforehand; each says what it
//! met. The answers stand in a golden file beside those of the kernel.

mod probes;
mod stages;

use std::fmt::Write as _;

pub use probes::Probe;

/// The worlds that are asked, in the order of the table's columns.
pub const STAGES: [&str; 3] = ["kernel", "memory", "turmoil"];

/// The table as it is now: a row for each probe, a column for each world.
#[must_use]
pub fn table() -> String {
    let mut text = String::new();
    for probe in Probe::ALL {
        let _ = writeln!(text, "{}", probe.question());
        let answers = [
            stages::kernel(probe),
            stages::memory(probe),
            stages::turmoil(probe),
        ];
        for (stage, answer) in STAGES.iter().zip(&answers) {
            let _ = writeln!(text, "  {stage:<8} {answer}");
        }
        for (stage, answer) in STAGES.iter().zip(&answers).skip(1) {
            if *answer != answers[0] {
                let _ = writeln!(text, "  differs  {stage}: {}", probe.why_it_differs(stage));
            }
        }
    }
    text
}

/// The table as it has to be.
#[must_use]
pub fn golden() -> &'static str {
    include_str!("../conformance.txt")
}
