//! What somebody was shown, or said and knows to be handled, is kept: all of it when
//! nobody is shown a line before it is committed; else all but what lies in a gap.

use roomful::chat::{GapCause, Kept};

use super::{Book, is_trouble, violation};
use crate::atlas::FaultKind;
use crate::oracle::Violation;
use crate::oracle::view::View;
use crate::settings::Key;
use crate::trace::{Disk, What};

/// Something that somebody heard or said in a room, and when that is known.
struct Known<'a> {
    text: &'a str,
    at: u64,
}

/// How long the keeper may take for itself, in milliseconds.
const SLACK: u64 = 20;

impl Book<'_> {
    pub(super) fn what_was_shown_is_kept(&self) -> Result<(), Violation> {
        for view in self.views.all.values() {
            for room in self.rooms_of(view) {
                let heard = view.heard.iter().filter(|heard| heard.room == room);
                let heard: Vec<Known<'_>> = heard
                    .map(|heard| Known {
                        text: &heard.text,
                        at: heard.at,
                    })
                    .collect();
                self.is_kept(view, room, &heard)?;
                if !self.is_strict && view.is_welcome {
                    let said = view.said.iter();
                    let own = said.filter(|said| said.room.as_deref() == Some(room));
                    let own = own.filter(|said| self.spoken.contains_key(&*said.text));
                    let own: Vec<Known<'_>> = own
                        .filter_map(|said| {
                            let at = self.run.events[said.handled?].at;
                            Some(Known {
                                text: &said.text,
                                at,
                            })
                        })
                        .collect();
                    self.is_kept(view, room, &own)?;
                }
            }
            if self.is_strict {
                self.refusals_are_true(view)?;
            }
        }
        Ok(())
    }

    fn rooms_of<'b>(&self, view: &'b View) -> Vec<&'b str> {
        let mut rooms: Vec<&str> = view.stays.iter().map(|stay| &*stay.room).collect();
        rooms.sort_unstable();
        rooms.dedup();
        rooms
    }

    /// What stands between two lines that are kept, and is not kept itself, lies in
    /// gaps between them that are large enough.
    fn is_kept(&self, view: &View, room: &str, known: &[Known<'_>]) -> Result<(), Violation> {
        let mut before = 0;
        let mut lost: Vec<&Known<'_>> = Vec::new();
        for one in known {
            let Some(number) = self.place_of(room, one.text) else {
                lost.push(one);
                continue;
            };
            self.lies_in_gaps(view, room, (before + 1, number.saturating_sub(1)), &lost)?;
            lost.clear();
            before = number;
        }
        self.lies_in_gaps(view, room, (before + 1, u64::MAX - 1), &lost)
    }

    fn lies_in_gaps(
        &self,
        view: &View,
        room: &str,
        (first, last): (u64, u64),
        lost: &[&Known<'_>],
    ) -> Result<(), Violation> {
        let Some(one) = lost.first() else {
            return Ok(());
        };
        let (who, text) = (view.life, one.text);
        if self.is_strict && !self.expires {
            return Err(violation(format!(
                "promise P5, strict: {who} heard {text:?} in #{room}, and it is not kept"
            )));
        }
        if self.killed_in_trouble {
            return Ok(()); // Nothing could be recorded of what was said.
        }
        let place = self.gap_numbers(room, first, last);
        if place < lost.len() as u64 {
            return Err(violation(format!(
                "promise P5: {text:?} in #{room}, known to {who}, is not kept, nor a gap that it lies in \
                 ({} lines, {place} numbers in gaps from {first} on)",
                lost.len()
            )));
        }
        let is_crash = |row: &&Kept| {
            matches!(
                row,
                Kept::Gap {
                    why: GapCause::Crash,
                    ..
                }
            )
        };
        let rows = self
            .rooms
            .get(room)
            .into_iter()
            .flat_map(|rows| rows.values());
        let mut gaps = rows
            .copied()
            .filter(|row| matches!(row, Kept::Gap { .. }))
            .filter(|row| row.last().0 >= first && row.first().0 <= last);
        if gaps.all(|row| is_crash(&row)) {
            for one in lost {
                self.was_lost_lately(room, one)?;
            }
        }
        Ok(())
    }

    /// A crash takes what was said just before it, and nothing else.
    fn was_lost_lately(&self, room: &str, one: &Known<'_>) -> Result<(), Violation> {
        // What was on its way is heard after the server is gone.
        let Some((_, said)) = self.spoken.get(one.text) else {
            return Ok(()); // Nobody knows when it was said.
        };
        if self.kills().any(|kill| (said.at..one.at).contains(&kill)) {
            return Ok(());
        }
        let Some(kill) = self.kills().find(|kill| *kill >= one.at) else {
            let text = one.text;
            return Err(violation(format!(
                "promise P5: {text:?} in #{room} is in a gap of a crash, and there was none after it"
            )));
        };
        let settings = &self.plan.settings;
        let latency = settings.get(Key::DiskLatencyMax) + 1;
        let read = |event: &&crate::trace::Event| {
            matches!(event.what, What::Disk(Disk::Read { .. } | Disk::Began))
        };
        let reads = self.between(one.at, kill).filter(read).count() as u64;
        let bound = settings.get(Key::CommitInterval) + (3 + reads) * latency + SLACK;
        let is_excused = kill - one.at <= bound
            || self.was_ill(one.at.saturating_sub(1_000), kill)
            || self.was_told_that_it_is_not_kept(room, one.at, kill);
        if is_excused {
            return Ok(());
        }
        Err(violation(format!(
            "promise P5: {:?} in #{room} was lost by a crash {} ms later; {bound} ms is the bound",
            one.text,
            kill - one.at
        )))
    }

    /// Whether the buffer was full when something was heard, and people were told so;
    /// the numbers of such lines are recorded when it has emptied.
    fn was_told_that_it_is_not_kept(&self, room: &str, heard: u64, kill: u64) -> bool {
        let at = |place: usize| self.run.events[place].at;
        let is_told_by = heard + self.plan.settings.get(Key::LatencyMax) + SLACK;
        self.views.all.values().any(|view| {
            let paused = view.paused.iter().filter(|(_, other)| other == room);
            let mut paused = paused.filter(|(place, _)| at(*place) <= is_told_by);
            paused.any(|(since, _)| {
                let mut resumed = view.resumed.iter();
                !resumed
                    .any(|(place, other, ..)| other == room && place > since && at(*place) <= kill)
            })
        })
    }

    /// Whether the disk, or the server's process, was not itself for a while.
    fn was_ill(&self, from: u64, to: u64) -> bool {
        let latency = self.plan.settings.get(Key::DiskLatencyMax);
        self.between(from, to).any(|event| {
            is_trouble(&event.what)
                || matches!(event.what, What::Struck(FaultKind::Pause, ..))
                || matches!(event.what, What::Disk(Disk::Read { took } | Disk::Wrote { took, .. }) if took > latency)
        }) || self.is_slow(to)
    }

    /// Whether the disk was slow at a moment, or had been and did not know better.
    fn is_slow(&self, at: u64) -> bool {
        let mut is_slow = false;
        for event in self.run.events.iter().take_while(|event| event.at <= at) {
            match event.what {
                What::Struck(FaultKind::DiskSlow | FaultKind::DiskFull, ..) => is_slow = true,
                What::Lifted(FaultKind::DiskSlow | FaultKind::DiskFull, _) => is_slow = false,
                _ => {}
            }
        }
        is_slow
    }

    /// As many lines of somebody are not kept as they were told of; what was refused
    /// is not in history, and nobody heard it.
    fn refusals_are_true(&self, view: &View) -> Result<(), Violation> {
        if self.expires || view.unanswered().is_some() || view.is_unsure {
            return Ok(());
        }
        let missing = view.said.iter().filter(|said| {
            let room = said.room.as_deref();
            room.is_some_and(|room| self.place_of(room, &said.text).is_none())
        });
        let handled = missing
            .clone()
            .filter(|said| said.handled.is_some())
            .count();
        let missing = missing.count() + view.junk_count();
        let told = view.not_kept.len();
        if handled > told {
            return Err(violation(format!(
                "promise P5: {handled} lines of {} are not kept, and they were told of {told}",
                view.life
            )));
        }
        if told > missing && !self.tore_before_a_kill() {
            return Err(violation(format!(
                "promise P5: {} was told that {told} of their lines were not said; at most {missing} were not",
                view.life
            )));
        }
        Ok(())
    }

    /// A commit became durable, was answered as if it had failed, and the server was
    /// killed before it could record that its lines are none.
    fn tore_before_a_kill(&self) -> bool {
        let mut has_torn = false;
        for event in &self.run.events {
            match event.what {
                What::Disk(Disk::Tore) => has_torn = true,
                What::Disk(Disk::Wrote { .. }) => has_torn = false,
                What::Struck(FaultKind::ServerKill, ..) if has_torn => return true,
                _ => {}
            }
        }
        false
    }
}
