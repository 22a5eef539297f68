//! Every number of a room stands for one line or lies in one gap; lines were said;
//! gaps have a reason.

use std::collections::{BTreeMap, BTreeSet};

use roomful::chat::{GapCause, Kept};

use super::{Book, violation};
use crate::atlas::FaultKind;
use crate::oracle::Violation;
use crate::oracle::delivery::is_followed;
use crate::settings::Key;
use crate::trace::{Event, What};
use crate::world::World;

impl Book<'_> {
    /// From 1 to the last: one line, or one gap.
    pub(super) fn every_number_once(&self) -> Result<(), Violation> {
        for (room, rows) in &self.archive.rooms {
            let mut next = 1;
            for row in rows {
                let (first, last) = (row.first().0, row.last().0);
                let wrong = match first.cmp(&next) {
                    std::cmp::Ordering::Less => "stands for two things",
                    std::cmp::Ordering::Greater => "is missing",
                    std::cmp::Ordering::Equal => {
                        next = last + 1;
                        continue;
                    }
                };
                let number = first.min(next);
                return Err(violation(format!(
                    "promise P5: number {number} of #{room} {wrong}: {row:?}"
                )));
            }
        }
        Ok(())
    }

    /// Lines in history were said there, by that person, under that name, once.
    pub(super) fn lines_were_said(&self) -> Result<(), Violation> {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for (room, rows) in &self.rooms {
            let mut before = None;
            for row in rows.values() {
                let Kept::Line { at, from, text, .. } = row else {
                    continue;
                };
                if before.is_some_and(|before| before > *at) && !self.clock_goes_back() {
                    return Err(violation(format!("it goes back in time: {row:?}")));
                }
                before = Some(*at);
                let text = text.as_str();
                if !is_followed(text) {
                    continue;
                }
                if let Some(other) = seen.insert(text, room)
                    && self.spoken.contains_key(text)
                {
                    return Err(violation(format!(
                        "promise P5: {text:?} is kept twice, in #{other} and #{room}"
                    )));
                }
                self.was_said(room, from.as_str(), text)?;
            }
        }
        Ok(())
    }

    /// In some worlds a pause is a jump of one host's clock, which a restart takes back.
    fn clock_goes_back(&self) -> bool {
        let pause = |event: &Event| matches!(event.what, What::Struck(FaultKind::Pause, ..));
        self.run.world != World::Memory && self.run.events.iter().any(pause)
    }

    fn was_said(&self, room: &str, nick: &str, text: &str) -> Result<(), Violation> {
        let Some((author, said)) = self.spoken.get(text) else {
            let cannot_be_placed = |view: &crate::oracle::view::View| {
                view.is_unsure || view.unanswered().is_some() || view.has_said(text)
            };
            return match self.views.all.values().any(cannot_be_placed) {
                true => Ok(()),
                false => Err(violation(format!("{text:?} is kept, and nobody said it"))),
            };
        };
        let is_placed = said.handled.is_some() || author.unanswered().is_none();
        if !is_placed || !author.is_welcome {
            return Ok(());
        }
        if said.room.as_deref() != Some(room) || said.nick != nick {
            return Err(violation(format!(
                "{text:?} is kept as of {nick:?} in #{room}; {:?} said it in {:?}",
                said.nick, said.room
            )));
        }
        Ok(())
    }

    /// A gap is there because the server was killed, the disk failed or was too slow
    /// for the buffer, or time has passed.
    pub(super) fn gaps_have_reasons(&self) -> Result<(), Violation> {
        let is_ample = self.plan.settings.get(Key::HistoryBufferBytes) >= 1024 * 1024;
        let failed = self.had_failures();
        let unread = self.was_unreadable();
        for (room, first, last, why) in self.gaps() {
            let is_reasonable = match why {
                GapCause::Crash => self.was_killed() && !self.is_strict || unread || failed,
                GapCause::Unkept => failed || unread || !is_ample,
                GapCause::Expired => self.expires,
            };
            if !is_reasonable {
                return Err(violation(format!(
                    "{first}..{last} of #{room} is a gap ({why:?}), and nothing has happened"
                )));
            }
        }
        Ok(())
    }

    /// Who was told that a room is kept again knows the numbers that are not; and who
    /// was told that it is not kept is told when it is.
    pub(super) fn pauses_are_told(&self) -> Result<(), Violation> {
        for view in self.views.all.values() {
            for (_, room, first, last) in &view.resumed {
                let gaps = self.gap_numbers(room, *first, *last);
                if gaps != last - first + 1 {
                    return Err(violation(format!(
                        "{} was told that {first}..{last} of #{room} are missing; {gaps} of them are",
                        view.life
                    )));
                }
            }
            let rooms: BTreeSet<&String> = view.paused.iter().map(|(_, room)| room).collect();
            for room in rooms {
                self.is_told_of_the_end(view, room)?;
            }
        }
        Ok(())
    }

    fn is_told_of_the_end(
        &self,
        view: &crate::oracle::view::View,
        room: &str,
    ) -> Result<(), Violation> {
        let paused = view.paused.iter().filter(|(_, other)| other == room);
        let resumed = view.resumed.iter().filter(|(_, other, ..)| other == room);
        let last_paused = paused.clone().map(|(place, _)| *place).max();
        let (paused, resumed) = (paused.count(), resumed.count());
        let stays = view.stays.iter().filter(|stay| stay.room == room);
        let Some(place) = last_paused.filter(|_| paused > resumed && stays.count() == 1) else {
            return Ok(());
        };
        // Long after the disk was well again, somebody asked something, and was answered.
        let well = self.run.events.iter().rposition(|event| {
            is_ill(&event.what) || matches!(event.what, What::Struck(_, _, None))
        });
        let well = self.run.events[well.unwrap_or(place).max(place)].at + WELL_AFTER;
        let answered = view
            .answers
            .iter()
            .any(|(typed, _)| self.run.events[*typed].at > well);
        let stayed = view
            .stays
            .iter()
            .any(|stay| stay.room == room && stay.leaving.is_none());
        // Who is slow may skip notices too.
        let skips = view.skips.iter().any(|(_, skipped)| skipped.room == room);
        if answered && stayed && !skips && !self.was_killed() {
            return Err(violation(format!(
                "{} was told that #{room} is not kept, and never that it is again",
                view.life
            )));
        }
        Ok(())
    }
}

/// How long it may take until it is told that all is well, in milliseconds.
const WELL_AFTER: u64 = 5_000;

fn is_ill(what: &What) -> bool {
    super::is_trouble(what)
        || matches!(
            what,
            What::Lifted(FaultKind::DiskFull | FaultKind::DiskSlow, None)
        )
}
