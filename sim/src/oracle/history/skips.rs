//! Skips, compared with history: exactly what was missed is counted.

use std::collections::BTreeSet;

use super::{Book, violation};
use crate::oracle::Violation;
use crate::oracle::grammar::Skipped;
use crate::oracle::view::View;

impl Book<'_> {
    /// What somebody is told of a skip are the lines of these numbers that others said
    /// and whom they do not ignore; the first and the last among them.
    pub(super) fn skips_are_exact(&self) -> Result<(), Violation> {
        for view in self.views.all.values() {
            for (_, skipped) in view.skips.iter().filter(|(_, skip)| skip.lines > 0) {
                self.is_exact(view, skipped)?;
            }
        }
        Ok(())
    }

    fn is_exact(&self, view: &View, skipped: &Skipped) -> Result<(), Violation> {
        let Skipped {
            room,
            first,
            last,
            lines,
            ..
        } = skipped;
        let wrong = |what: String| {
            Err(violation(format!(
                "promise P2: {} was told {skipped:?}: {what}",
                view.life
            )))
        };
        let all: Vec<_> = self.lines(room, *first, *last).collect();
        let gaps = self.gap_numbers(room, *first, *last);
        if self.killed_in_trouble {
            return Ok(()); // Numbers that were used may not be recorded.
        }
        if all.len() as u64 + gaps != last - first + 1 {
            return wrong("there are no such numbers".into());
        }
        let others: Vec<_> = all
            .iter()
            .filter(|(_, _, text)| !view.has_said(text))
            .collect();
        let certain: Vec<_> = others
            .iter()
            .filter(|(_, _, text)| !self.may_be_ignored(view, text))
            .collect();
        let (most, least) = (others.len() as u64 + gaps, certain.len() as u64);
        if *lines < least || *lines > most {
            return wrong(format!(
                "{least} to {most} lines of others have these numbers"
            ));
        }
        let heard: BTreeSet<u64> = view
            .heard
            .iter()
            .filter(|heard| heard.room == *room)
            .filter_map(|heard| self.place_of(room, &heard.text))
            .collect();
        if let Some(number) = heard.range(first..=last).next() {
            return wrong(format!("they have heard {number}"));
        }
        let ends = [first, last].map(|end| self.lines(room, *end, *end).next());
        let is_own =
            |end: &Option<(u64, &str, &str)>| end.is_some_and(|(_, _, text)| view.has_said(text));
        if ends.iter().any(is_own) {
            return wrong("it begins or ends with what they said themselves".into());
        }
        Ok(())
    }
}
