//! Where what was said last meets what is live: no hole, and nothing twice.

use std::collections::BTreeSet;

use roomful::chat::Kept;

use super::{Book, violation};
use crate::oracle::Violation;
use crate::oracle::grammar::{Row, RowKind};
use crate::oracle::view::{Stay, Tail, View};
use crate::settings::Key;
use crate::world::EPOCH_SECONDS;

/// A tail of so many bytes may be shorter than it could be.
const LARGE_BYTES: usize = 8 * 1024;

/// Whether numbers that stand for nothing are shown as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gaps {
    AreShown,
    /// Who joins is shown what was said: that something was not is no part of it.
    MayBeLeftOut,
}

/// One stay of somebody, as far as a seam is concerned.
struct Seam<'a> {
    view: &'a View,
    number: usize,
    stay: &'a Stay,
    tail: Option<&'a Tail>,
}

impl Book<'_> {
    pub(super) fn seams_are_whole(&self) -> Result<(), Violation> {
        for view in self.views.all.values() {
            for seam in self.seams_of(view) {
                if let Some(tail) = seam.tail {
                    self.tail_is_whole(&seam, tail)?;
                    nothing_twice(&seam, tail)?;
                }
                self.nothing_in_between(&seam)?;
            }
        }
        Ok(())
    }

    pub(super) fn count_seams(&self) -> u64 {
        let views = self.views.all.values();
        let seams = views.flat_map(|view| self.seams_of(view));
        let is_seen = |seam: &Seam<'_>| {
            seam.tail.is_some_and(|tail| tail.is_whole) && self.last_live(seam).is_some()
        };
        seams.filter(is_seen).count() as u64
    }

    fn seams_of<'b>(&self, view: &'b View) -> impl Iterator<Item = Seam<'b>> {
        let stays = view.stays.iter().enumerate();
        stays.map(move |(number, stay)| Seam {
            view,
            number,
            stay,
            tail: view.tails.iter().find(|tail| tail.stay == number),
        })
    }

    /// It is the last lines, one after the other.
    fn tail_is_whole(&self, seam: &Seam<'_>, tail: &Tail) -> Result<(), Violation> {
        if !tail.is_whole {
            return Ok(()); // They went while they were shown it.
        }
        let wrong = |what: String| {
            let (who, room) = (seam.view.life, &tail.room);
            Err(violation(format!(
                "promise P5: {who} joined #{room} and was shown what was said last: {what}"
            )))
        };
        let wanted = self.plan.settings.get(Key::LinesOnJoin);
        let lines = tail.rows.iter().filter(|row| row.is_line()).count() as u64;
        if lines > wanted {
            return wrong(format!("{lines} lines, where {wanted} are shown"));
        }
        let (Some(first), Some(last)) = (tail.rows.first(), tail.rows.last()) else {
            return Ok(());
        };
        self.is_contiguous(seam.view, &tail.rows, Gaps::MayBeLeftOut)
            .or_else(wrong)?;
        let bytes: usize = tail.rows.iter().map(Row::bytes).sum();
        let mut older = self.lines(&tail.room, 1, first.first - 1);
        let is_short = (tail.rows.len() as u64) < wanted && older.next().is_some();
        // What was taken back may have pushed older ones out; others are too old.
        let may_be_short = bytes >= LARGE_BYTES
            || self.is_strict && self.had_failures()
            || self.was_unreadable()
            || self.expires;
        if is_short && seam.view.ignored.is_empty() && !may_be_short {
            return wrong(format!("only from {} on", first.first));
        }
        let gaps = self.gap_numbers(&tail.room, 1, last.last);
        let kept = last.last - gaps;
        let are_hidden = !seam.view.ignored.is_empty();
        if self.was_unreadable() || self.had_failures() || self.killed_in_trouble {
            return Ok(()); // Nobody knew how many there were.
        }
        // Once something has expired, what is shown is counted, without what is hidden; it
        // need not be a gap yet.
        let least = match self.expires {
            true => self.certainly_shown(seam, &tail.room, last.last),
            false => kept,
        };
        if tail.total < least || tail.total > last.last && !are_hidden {
            return wrong(format!(
                "of {} lines in all; there are {least} up to {}",
                tail.total, last.last
            ));
        }
        Ok(())
    }

    /// How many lines up to a number had certainly not expired when somebody joined, and
    /// are by nobody whom they may ignore.
    fn certainly_shown(&self, seam: &Seam<'_>, room: &str, last: u64) -> u64 {
        let joined = self.run.events[seam.stay.from].at;
        let retention = self.plan.settings.get(Key::Retention);
        let rows = self.rooms.get(room).into_iter();
        let rows = rows.flat_map(|rows| rows.range(..=last));
        let certain = rows.filter(|(_, row)| match row {
            Kept::Line { at, text, .. } => {
                let said = at.timestamp_millis() - i64::from(EPOCH_SECONDS) * 1000;
                u64::try_from(said).unwrap_or(0) + retention > joined
                    && !self.may_be_ignored(seam.view, text.as_str())
            }
            Kept::Erased { .. } | Kept::Gap { .. } => false,
        });
        certain.count() as u64
    }

    /// Every line from the end of the tail up to the last that was heard live was heard
    /// live too; all of those that were certainly sent.
    fn nothing_in_between(&self, seam: &Seam<'_>) -> Result<(), Violation> {
        let room = &*seam.stay.room;
        let Some(end) = self.end_of_tail(seam) else {
            return Ok(());
        };
        let live = self.live(seam);
        if let Some(early) = live.iter().find(|number| **number <= end) {
            return Err(violation(format!(
                "promise P5: {} was shown #{room} up to {end}, and heard {early} live after it",
                seam.view.life
            )));
        }
        let last = self.last_live(seam).unwrap_or(end);
        for (number, _, text) in self.lines(room, end + 1, last) {
            let was_skipped = seam.view.skips.iter().any(|(_, skipped)| {
                skipped.room == room && (skipped.first..=skipped.last).contains(&number)
            });
            // Two halves of lines may look alike: which of them was heard, nobody knows.
            let was_said_again = self.place_of(room, text) != Some(number);
            let may_be_unheard =
                was_skipped || was_said_again || self.may_be_hidden(seam.view, text);
            if !live.contains(&number) && !may_be_unheard {
                return Err(violation(format!(
                    "promise P5: {} was shown #{room} up to {end}, heard {last} live, and never {number}: {text:?}",
                    seam.view.life
                )));
            }
        }
        Ok(())
    }

    /// The last number that somebody was shown when they joined; 0 when nothing had
    /// ever been said. Nothing when that is not known.
    fn end_of_tail(&self, seam: &Seam<'_>) -> Option<u64> {
        if self.plan.settings.get(Key::LinesOnJoin) == 0 {
            return None;
        }
        match seam.tail {
            Some(tail) if tail.is_whole => tail.rows.last().map(|row| row.last),
            Some(_) => None,
            None => {
                let is_unknown = !seam.view.ignored.is_empty()
                    || self.expires
                    || self.is_strict && self.had_failures()
                    || self.was_unreadable();
                (!is_unknown).then_some(0)
            }
        }
    }

    /// The numbers of what was heard in a stay, as far as they are kept.
    fn live(&self, seam: &Seam<'_>) -> BTreeSet<u64> {
        let heard = seam.view.heard.iter();
        let heard = heard.filter(|heard| heard.stay == seam.number);
        heard
            .filter_map(|heard| self.place_of(&heard.room, &heard.text))
            .collect()
    }

    fn last_live(&self, seam: &Seam<'_>) -> Option<u64> {
        self.live(seam).last().copied()
    }

    /// One number after the other, but for those of people whom the reader may ignore.
    pub(super) fn is_contiguous(
        &self,
        view: &View,
        rows: &[Row],
        gaps: Gaps,
    ) -> Result<(), String> {
        for pair in rows.windows(2) {
            let [before, after] = pair else { continue };
            if after.first <= before.last {
                return Err(format!("{} after {}", after.first, before.last));
            }
            let room = before.room.to_lowercase();
            let between = after.first - before.last - 1;
            let in_gaps = self.gap_numbers(&room, before.last + 1, after.first - 1);
            if gaps == Gaps::MayBeLeftOut && between == in_gaps {
                continue;
            }
            if let Some(missing) = self.missing(view, &room, before.last, after.first) {
                return Err(format!(
                    "{} after {}, without {missing}",
                    after.first, before.last
                ));
            }
        }
        Ok(())
    }

    /// A number between two others that should be shown to somebody, if there is one.
    fn missing(&self, view: &View, room: &str, low: u64, high: u64) -> Option<u64> {
        if high <= low + 1 {
            return None;
        }
        if view.ignored.is_empty() {
            return Some(low + 1);
        }
        let mut lines = self.lines(room, low + 1, high - 1);
        lines
            .find(|(_, _, text)| !self.may_be_ignored(view, text))
            .map(|(number, ..)| number)
    }
}

fn nothing_twice(seam: &Seam<'_>, tail: &Tail) -> Result<(), Violation> {
    let mut live = seam.view.heard.iter().filter(|heard| {
        heard.stay == seam.number && crate::oracle::delivery::is_followed(&heard.text)
    });
    let twice = live.find(|heard| {
        tail.rows.iter().any(|row| match &row.what {
            RowKind::Line { text, .. } => *text == heard.text,
            RowKind::Erased | RowKind::Gap(_) => false,
        })
    });
    match twice {
        Some(heard) => Err(violation(format!(
            "promise P5: {} was shown {:?} when they joined, and heard it live after that",
            seam.view.life, heard.text
        ))),
        None => Ok(()),
    }
}

impl Row {
    /// About how long it is.
    fn bytes(&self) -> usize {
        match &self.what {
            RowKind::Line { text, .. } => text.len() + 64,
            RowKind::Erased | RowKind::Gap(_) => 64,
        }
    }
}
