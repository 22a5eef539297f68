//! What everybody saw in a run.

use std::collections::{BTreeMap, BTreeSet};

use super::Violation;
use super::view::View;
use crate::atlas::FaultKind;
use crate::plan::Plan;
use crate::settings::Key;
use crate::trace::{Deed, Event, Life, What};
use crate::world::Run;

/// Everybody's view, by connection.
pub(crate) struct Views {
    pub(crate) all: BTreeMap<Life, View>,
    /// The server was killed in between: numbers begin anew.
    pub(crate) was_killed: bool,
    /// The server was told to stop, at this place.
    pub(crate) stopped: Option<(usize, u64)>,
}

impl Views {
    /// Follows a run to its end, or to the first line that cannot be.
    pub(crate) fn of(plan: &Plan, run: &Run) -> (Self, Result<(), Violation>) {
        let mut views = Self {
            all: BTreeMap::new(),
            was_killed: false,
            stopped: None,
        };
        let troubled = troubled(&run.events);
        let bytes_max = usize::try_from(plan.settings.get(Key::LineBytesMax)).unwrap_or(usize::MAX);
        // Somebody whom the server does not know to be gone is a member still.
        let connected = run
            .events
            .iter()
            .filter(|event| matches!(event.what, What::Connected(_)));
        let is_small = (connected.count() as u64) <= plan.settings.get(Key::AnnounceMembersMax);
        let never_skips = plan.settings.get(Key::OutboxBytesMax) >= 256 * 1024;
        let new = |life: Life| {
            let follows = is_small && (never_skips || !troubled.contains(&life));
            View::new(life, bytes_max, follows)
        };
        for (place, event) in run.events.iter().enumerate() {
            if let Err(violation) = views.take(place, event, &new) {
                return (views, Err(violation));
            }
        }
        for view in views.all.values_mut() {
            view.close();
        }
        (views, Ok(()))
    }

    fn take(
        &mut self,
        place: usize,
        event: &Event,
        new: &impl Fn(Life) -> View,
    ) -> Result<(), Violation> {
        let at = event.at;
        match &event.what {
            What::Connected(life) => {
                self.all.insert(*life, new(*life));
            }
            What::Typing(life, bytes) => self.with(*life, |view| view.type_bytes(place, at, bytes)),
            What::Sent(life) => self.with(*life, View::note_sent),
            What::Unsent(life) => self.with(*life, |view| view.is_unsure = true),
            What::Heard(life, line) => {
                if let Some(view) = self.all.get_mut(life) {
                    return view.hear(place, at, line);
                }
            }
            What::Ended(life, how) => self.with(*life, |view| view.ended = Some((place, at, *how))),
            What::Did(life, deed) => self.with(*life, |view| view.act(place, at, *deed)),
            What::Struck(FaultKind::ServerKill, ..) => self.was_killed = true,
            // The system closed the connection, or it fell silent, at any byte.
            What::Struck(FaultKind::Crash | FaultKind::PowerLoss, _, Some(life)) => {
                self.with(*life, |view| view.is_unsure = true);
            }
            // Some worlds do not say whose.
            What::Struck(FaultKind::Crash | FaultKind::PowerLoss, _, None) => {
                self.all.values_mut().for_each(|view| view.is_unsure = true);
            }
            What::Struck(FaultKind::Shutdown, ..) => {
                self.stopped.get_or_insert((place, at));
            }
            What::NotConnected(_)
            | What::HeardUnfinished(..)
            | What::Unheard(..)
            | What::Struck(..)
            | What::Lifted(..)
            | What::Wire(..)
            | What::Door(_)
            | What::Disk(_)
            | What::Log(_) => {}
        }
        Ok(())
    }

    /// Whether somebody may be ignoring another, before a place. Ignoring follows
    /// a person through their nicknames, and each nickname to whoever has it next.
    pub(crate) fn may_ignore(&self, view: &View, other: &View, before: usize) -> bool {
        let mut ignored: BTreeSet<String> = view.ignored_before(before).collect();
        if ignored.is_empty() {
            return false;
        }
        loop {
            let known = ignored.len();
            for somebody in self.all.values() {
                if somebody.names().any(|nick| ignored.contains(&nick)) {
                    ignored.extend(somebody.names());
                }
            }
            if ignored.len() == known {
                break;
            }
        }
        other.names().any(|nick| ignored.contains(&nick))
    }

    fn with(&mut self, life: Life, change: impl FnOnce(&mut View)) {
        if let Some(view) = self.all.get_mut(&life) {
            change(view);
        }
    }
}

/// Those who may have missed something: told of it, or slow to read.
fn troubled(events: &[Event]) -> BTreeSet<Life> {
    let of = |event: &Event| match &event.what {
        What::Heard(life, line) if line.starts_with("-- You were too slow: ") => Some(*life),
        What::Did(life, Deed::StopReading | Deed::ReadSlowly) => Some(*life),
        What::Struck(FaultKind::Hold | FaultKind::OneWayHold, _, life) => *life,
        _ => None,
    };
    events.iter().filter_map(of).collect()
}
