//! Lines that were passed over, until they come late or the run ends.

use std::{collections::BTreeMap, ops::Range};

/// Gaps that are remembered. A server that loses more has more of them counted,
/// but a line that then comes late counts as doubled.
const GAPS_MAX: usize = 100_000;

/// Whose lines who did not hear.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Between {
    pub(super) member: usize,
    pub(super) speaker: u32,
}

/// The gaps of all members.
#[derive(Default)]
pub(super) struct Gaps {
    /// The end of each, by whose it is and its beginning.
    ends: BTreeMap<(Between, u32), u32>,
}

impl Gaps {
    pub(super) fn add(&mut self, between: Between, numbers: Range<u32>) {
        if self.ends.len() < GAPS_MAX {
            self.ends.insert((between, numbers.start), numbers.end);
        }
    }

    /// Takes a line out of the gap that it is in, if it is in one.
    pub(super) fn fill(&mut self, between: Between, number: u32) -> bool {
        let Some((start, end)) = self.at(between, number) else {
            return false;
        };
        self.ends.remove(&(between, start));
        for part in [start..number, number + 1..end] {
            if !part.is_empty() {
                self.add(between, part);
            }
        }
        true
    }

    /// The gaps of one member, in the order of speakers.
    pub(super) fn of(&self, member: usize) -> impl Iterator<Item = (u32, Range<u32>)> {
        let from = Between { member, speaker: 0 };
        let to = Between {
            member,
            speaker: u32::MAX,
        };
        let theirs = self.ends.range((from, 0)..=(to, u32::MAX));
        theirs.map(|((between, start), end)| (between.speaker, *start..*end))
    }

    fn at(&self, between: Between, number: u32) -> Option<(u32, u32)> {
        let before = self.ends.range((between, 0)..=(between, number));
        let ((_, start), end) = before.last()?;
        (number < *end).then_some((*start, *end))
    }
}
