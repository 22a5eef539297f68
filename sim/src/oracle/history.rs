//! History (promise P5): what was accepted is kept, and is shown as it was said.
//!
//! Judged from what sockets received and from what is durable on the disk at the end.
//! Nothing here looks into the server, or at what it handed to the disk.

mod cover;
mod kept;
mod seams;
mod shown;
mod skips;

use std::collections::BTreeMap;

use roomful::chat::{GapCause, Kept};

use super::view::{Said, View};
use super::views::Views;
use super::{Oracle, Violation};
use crate::atlas::FaultKind;
use crate::disk::Archive;
use crate::plan::Plan;
use crate::settings::Key;
use crate::trace::{Disk, Event, What};
use crate::world::Run;

/// Everything that has to do with one run's history; nothing when it keeps none.
pub(super) fn judge(plan: &Plan, run: &Run, views: &Views) -> Result<(), Violation> {
    let Some(archive) = run.archive.as_ref() else {
        return Ok(());
    };
    let book = Book::new(plan, run, views, archive);
    book.every_number_once()?;
    book.lines_were_said()?;
    book.rows_are_the_same_to_all()?;
    book.what_was_shown_is_kept()?;
    book.gaps_have_reasons()?;
    book.seams_are_whole()?;
    book.listings_are_whole()?;
    book.searches_are_whole()?;
    book.skips_are_exact()?;
    book.pauses_are_told()
}

/// How many joins are looked at with what was said last, and what came live: the
/// seams between the two.
pub(crate) fn seams(plan: &Plan, run: &Run, views: &Views) -> u64 {
    let book = |archive| Book::new(plan, run, views, archive).count_seams();
    run.archive.as_ref().map_or(0, book)
}

/// A run's history, and who was shown what of it.
struct Book<'a> {
    plan: &'a Plan,
    run: &'a Run,
    views: &'a Views,
    /// Rows by room and first number.
    rooms: BTreeMap<&'a str, BTreeMap<u64, &'a Kept>>,
    /// Where somebody's words stand in a room: the last time, if they were said again.
    places: BTreeMap<(&'a str, &'a str), u64>,
    /// Under which name something is kept.
    nicks: BTreeMap<&'a str, &'a str>,
    /// Lines that were said once, by their text, with who said them.
    spoken: BTreeMap<&'a str, (&'a View, &'a Said)>,
    /// The rows as they are kept, even where two have one number.
    archive: &'a Archive,
    is_strict: bool,
    expires: bool,
    /// The server was killed while commits failed or hung, so that not even the numbers
    /// that it used were recorded; in relaxed mode it goes on all the same.
    killed_in_trouble: bool,
}

fn violation(what: String) -> Violation {
    Violation::new(Oracle::History, what)
}

impl<'a> Book<'a> {
    fn new(plan: &'a Plan, run: &'a Run, views: &'a Views, archive: &'a Archive) -> Self {
        let mut rooms: BTreeMap<&str, BTreeMap<u64, &Kept>> = BTreeMap::new();
        let (mut places, mut nicks) = (BTreeMap::new(), BTreeMap::new());
        for (room, rows) in &archive.rooms {
            let by_number = rows.iter().map(|row| (row.first().0, row));
            rooms.insert(room, by_number.collect());
            for row in rows {
                if let Kept::Line {
                    seq, from, text, ..
                } = row
                {
                    nicks.insert(text.as_str(), from.as_str());
                    places.insert((&**room, text.as_str()), seq.0);
                }
            }
        }
        Self {
            plan,
            run,
            views,
            rooms,
            places,
            nicks,
            spoken: super::delivery::spoken(views),
            archive,
            is_strict: plan.settings.get(Key::Strict) > 0,
            killed_in_trouble: plan.settings.get(Key::Strict) == 0 && killed_in_trouble(plan, run),
            expires: plan.settings.get(Key::Retention) > 0,
        }
    }

    /// The row that a number lies in.
    fn row(&self, room: &str, number: u64) -> Option<&'a Kept> {
        let rows = self.rooms.get(room)?;
        let (_, row) = rows.range(..=number).next_back()?;
        (row.last().0 >= number).then_some(*row)
    }

    /// Where somebody's words stand in a room's history.
    fn place_of(&self, room: &str, text: &str) -> Option<u64> {
        self.places.get(&(room, text)).copied()
    }

    /// The lines of a room within these numbers.
    fn lines(
        &self,
        room: &str,
        first: u64,
        last: u64,
    ) -> impl Iterator<Item = (u64, &'a str, &'a str)> {
        let rows = self.rooms.get(room).filter(|_| first <= last);
        let rows = rows
            .into_iter()
            .flat_map(move |rows| rows.range(first..=last));
        rows.filter_map(|(number, row)| match row {
            Kept::Line { from, text, .. } => Some((*number, from.as_str(), text.as_str())),
            Kept::Erased { .. } | Kept::Gap { .. } => None,
        })
    }

    /// How many of these numbers lie in gaps.
    fn gap_numbers(&self, room: &str, first: u64, last: u64) -> u64 {
        let rows = self.rooms.get(room).into_iter().flat_map(BTreeMap::values);
        let gaps = rows.filter_map(|row| match row {
            Kept::Gap {
                first: from,
                last: to,
                ..
            } => Some((from.0.max(first), to.0.min(last))),
            Kept::Line { .. } | Kept::Erased { .. } => None,
        });
        gaps.filter(|(from, to)| from <= to)
            .map(|(from, to)| to - from + 1)
            .sum()
    }

    fn gaps(&self) -> impl Iterator<Item = (&'a str, u64, u64, GapCause)> {
        let rows = |(room, rows): (&&'a str, &BTreeMap<u64, &'a Kept>)| {
            let room = *room;
            let gaps = rows.values().filter_map(move |row| match row {
                Kept::Gap { first, last, why } => Some((room, first.0, last.0, *why)),
                Kept::Line { .. } | Kept::Erased { .. } => None,
            });
            gaps.collect::<Vec<_>>()
        };
        self.rooms.iter().flat_map(rows)
    }

    /// Whether somebody need not be shown a line: they said it, or may ignore who did.
    fn may_be_hidden(&self, view: &View, text: &str) -> bool {
        view.has_said(text) || self.may_be_ignored(view, text)
    }

    fn may_be_ignored(&self, view: &View, text: &str) -> bool {
        if view.ignored.is_empty() {
            return false;
        }
        // Whom they ignore by a name that its owner was never told of, too.
        let nick = self.nicks.get(text).map(|nick| nick.to_lowercase());
        let ignored = |nick: String| {
            view.ignored_before(self.run.events.len())
                .any(|ignored| ignored == nick)
        };
        if nick.is_some_and(ignored) {
            return true;
        }
        match self.spoken.get(text) {
            Some((author, _)) => self.views.may_ignore(view, author, self.run.events.len()),
            None => true, // Nobody knows who said it.
        }
    }

    /// What happened in a part of the run, in milliseconds.
    fn between(&self, from: u64, to: u64) -> impl Iterator<Item = &'a Event> {
        let is_within = move |event: &&Event| (from..=to).contains(&event.at);
        self.run.events.iter().filter(is_within)
    }

    /// Whether any commit, or a line of one, failed.
    fn had_failures(&self) -> bool {
        self.run.events.iter().any(|event| {
            matches!(
                event.what,
                What::Disk(Disk::WasFull | Disk::Failed | Disk::Tore | Disk::Refused)
                    // Who is killed in a commit never hears that a line was refused.
                    | What::Struck(FaultKind::DiskRefusal, ..)
            )
        })
    }

    /// Whether anything could not be read.
    fn was_unreadable(&self) -> bool {
        let unread = |event: &Event| event.what == What::Disk(Disk::Unreadable);
        self.run.events.iter().any(unread)
    }

    /// Moments at which the server was killed, in milliseconds.
    fn kills(&self) -> impl Iterator<Item = u64> {
        let kill = |event: &&Event| matches!(event.what, What::Struck(FaultKind::ServerKill, ..));
        self.run.events.iter().filter(kill).map(|event| event.at)
    }

    fn was_killed(&self) -> bool {
        self.kills().next().is_some()
    }
}

/// A disk on which one thing takes so long, in milliseconds, may keep several people
/// waiting for longer than anybody is kept waiting for numbers to be set aside.
const HANGS_FROM: u64 = 30;

fn killed_in_trouble(plan: &Plan, run: &Run) -> bool {
    let mut fails = false;
    let mut hangs = plan.settings.get(Key::DiskLatencyMax) >= HANGS_FROM;
    for event in &run.events {
        match event.what {
            What::Disk(Disk::WasFull | Disk::Failed | Disk::Tore) => fails = true,
            What::Disk(Disk::Wrote { .. }) => fails = false,
            What::Struck(FaultKind::DiskSlow, ..) => hangs = true,
            What::Struck(FaultKind::ServerKill, ..) if fails || hangs => return true,
            _ => {}
        }
    }
    false
}

/// Whether the disk failed in some way here.
fn is_trouble(what: &What) -> bool {
    matches!(
        what,
        What::Disk(Disk::WasFull | Disk::Failed | Disk::Tore | Disk::Refused | Disk::Unreadable)
    )
}
