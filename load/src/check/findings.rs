//! What was found wrong, counted, with some examples in words.

use serde::Serialize;

/// Examples that are kept of each kind.
const EXAMPLES_MAX: usize = 3;

/// How many things of each kind were found. Everything but `skipped` is a fault.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize)]
pub(crate) struct Checks {
    /// Deliveries that never came, and of which no notice told.
    pub(crate) missing: u64,
    /// Deliveries that came again, and lines that came back to their speaker.
    pub(crate) doubled: u64,
    /// Deliveries that came after a later line, and listeners whose order differs
    /// from that of the others in their room.
    pub(crate) disordered: u64,
    /// Deliveries that were skipped, and told so exactly.
    pub(crate) skipped: u64,
    /// Everything else: connections that ended, refusals, lines of other rooms,
    /// notices that do not fit.
    pub(crate) broken: u64,
}

/// A kind of fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// See [`Checks::missing`].
    Missing,
    /// See [`Checks::doubled`].
    Doubled,
    /// See [`Checks::disordered`].
    Disordered,
    /// See [`Checks::broken`].
    Broken,
}

/// All that was found.
#[derive(Clone, Default, Debug)]
pub(crate) struct Findings {
    checks: Checks,
    examples: Vec<(Fault, String)>,
    notes: Vec<String>,
}

impl Checks {
    /// Whether nothing is wrong.
    #[must_use]
    pub(crate) fn are_passed(&self) -> bool {
        let Self {
            missing,
            doubled,
            disordered,
            skipped: _,
            broken,
        } = self;
        [missing, doubled, disordered, broken]
            .iter()
            .all(|faults| **faults == 0)
    }
}

impl Findings {
    /// How many of each kind.
    #[must_use]
    pub(crate) fn checks(&self) -> Checks {
        self.checks
    }

    /// The first few of each kind, a sentence each, and what was noted.
    pub(crate) fn examples(&self) -> impl Iterator<Item = &str> {
        let examples = self.examples.iter().map(|(_, words)| words.as_str());
        examples.chain(self.notes.iter().map(String::as_str))
    }

    /// Something that helps to understand the faults.
    pub(crate) fn note(&mut self, words: String) {
        self.notes.push(words);
    }

    /// Counts `count` faults, of which `words` tell if they are among the first.
    pub(crate) fn add(&mut self, fault: Fault, count: u64, words: impl FnOnce() -> String) {
        let counted = match fault {
            Fault::Missing => &mut self.checks.missing,
            Fault::Doubled => &mut self.checks.doubled,
            Fault::Disordered => &mut self.checks.disordered,
            Fault::Broken => &mut self.checks.broken,
        };
        *counted += count;
        let alike = self.examples.iter().filter(|(kind, _)| *kind == fault);
        if alike.count() < EXAMPLES_MAX {
            self.examples.push((fault, words()));
        }
    }

    pub(crate) fn add_skipped(&mut self, count: u64) {
        self.checks.skipped += count;
    }
}
