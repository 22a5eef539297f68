//! Whether a fault that struck had an effect: what a run shows that it would not
//! show if the fault did nothing. Where a fault and its absence look alike (a reset
//! and a close with words unread), it counts as seen only where they do not.

use std::collections::{BTreeMap, BTreeSet};

use crate::atlas::{FaultKind, Phase};
use crate::oracle::{Refusal, Views};
use crate::plan::Plan;
use crate::settings::Key;
use crate::trace::{Deed, Disk, Door, Event, HowEnded, Life, Log, What, Wire};

/// Who reads everything has heard a line this soon after it has come, in
/// milliseconds.
const READS_WITHIN: u64 = 20;

/// A fault, where in the run it struck, and whom.
pub(super) struct Strike {
    pub(super) kind: FaultKind,
    pub(super) phase: Phase,
    pub(super) place: usize,
    pub(super) life: Option<Life>,
}

/// A run, as evidence.
pub(super) struct Witnesses<'a> {
    plan: &'a Plan,
    events: &'a [Event],
    views: &'a Views,
    refusals: BTreeSet<Refusal>,
    /// The places of the events of each connection.
    of_life: BTreeMap<Life, Vec<usize>>,
    /// The places where the whole server stood still.
    pauses: Vec<usize>,
}

impl<'a> Witnesses<'a> {
    pub(super) fn of(plan: &'a Plan, events: &'a [Event], views: &'a Views) -> Self {
        let refusals = views
            .all
            .values()
            .flat_map(|view| view.refusals.iter().copied());
        let mut of_life: BTreeMap<Life, Vec<usize>> = BTreeMap::new();
        let mut pauses = Vec::new();
        for (place, event) in events.iter().enumerate() {
            if let Some(life) = life_of(&event.what) {
                of_life.entry(life).or_default().push(place);
            }
            if matches!(event.what, What::Struck(FaultKind::Pause, ..)) {
                pauses.push(place);
            }
        }
        Self {
            plan,
            events,
            views,
            refusals: refusals.collect(),
            of_life,
            pauses,
        }
    }

    /// Whether a fault had an effect.
    pub(super) fn saw(&self, strike: &Strike) -> bool {
        if let Some(life) = strike.life {
            self.saw_of_one(strike, life)
        } else {
            self.saw_of_all(strike)
        }
    }

    fn saw_of_one(&self, strike: &Strike, life: Life) -> bool {
        let place = strike.place;
        match strike.kind {
            FaultKind::CleanClose => self.wire(place, life, &[Wire::ReadEnd, Wire::Reset]),
            FaultKind::HalfClose => self.ended_before(place, life, &[Wire::ReadEnd], |deed| {
                matches!(deed, Deed::Close | Deed::Vanish)
            }),
            FaultKind::Crash => {
                let ends = [Wire::ReadEnd, Wire::Reset];
                !self.has_let_go(place, life) && self.ended_before(place, life, &ends, lets_go)
            }
            FaultKind::Reset => self.is_torn(strike, life),
            FaultKind::Reboot => self.is_forgotten(strike, life),
            FaultKind::PowerLoss => {
                self.wire(place, life, &[Wire::TimedOut])
                    || self.logged_closed(place, "stalled")
                        && !self.wire(place, life, &[Wire::ReadEnd, Wire::Reset])
            }
            FaultKind::Hold | FaultKind::OneWayHold => self.is_held_back(place, life),
            FaultKind::NeverReads | FaultKind::ReadsSlowly => self.hears_late(strike, life),
            FaultKind::ConnectRefused => self
                .after(place, life)
                .any(|event| matches!(event.what, What::NotConnected(_))),
            FaultKind::Flood => self.is_flooded(place, life),
            _ => self.saw_of_all(strike),
        }
    }

    fn saw_of_all(&self, strike: &Strike) -> bool {
        let place = strike.place;
        match strike.kind {
            FaultKind::Swizzle => self.held_at_all() >= 3,
            FaultKind::Splits => self.any_wire(|wire| *wire == Wire::Cut),
            FaultKind::TinyBuffers => self.is_narrow(),
            FaultKind::Yields => self.any_wire(|wire| *wire == Wire::Yielded),
            FaultKind::AcceptError => {
                self.door(place, Door::Failed) && self.door(place, Door::Accepted)
            }
            FaultKind::Storm => {
                self.views
                    .all
                    .values()
                    .filter(|view| view.is_welcome)
                    .count()
                    >= 5
            }
            FaultKind::ServerKill => self.door(place, Door::Opened),
            FaultKind::Shutdown => self.views.all.values().any(|view| view.was_told_of_end),
            FaultKind::Pause => self.time_jumped(place),
            FaultKind::Limit => self.is_limited(),
            FaultKind::DiskFull => self.disk(place, |disk| matches!(disk, Disk::WasFull)),
            FaultKind::DiskSlow => self.is_slowed(place),
            FaultKind::DiskError => self.disk(place, |disk| matches!(disk, Disk::Failed)),
            FaultKind::DiskTorn => self.disk(place, |disk| matches!(disk, Disk::Tore)),
            FaultKind::DiskUnreadable => self.disk(place, |disk| matches!(disk, Disk::Unreadable)),
            FaultKind::DiskRefusal => self.disk(place, |disk| matches!(disk, Disk::Refused)),
            FaultKind::DiskKill => self.is_never_answered(place),
            FaultKind::NickRace => self.refusals.contains(&Refusal::NickTaken),
            // Whose connection it was is not known in every world.
            _ => self.events[place..]
                .iter()
                .any(|event| event.what == What::Lifted(strike.kind, None)),
        }
    }

    /// What happened to a connection after a place.
    fn after(&self, place: usize, life: Life) -> impl Iterator<Item = &Event> {
        self.numbered_after(place, life).map(|(_, event)| event)
    }

    fn numbered_after(&self, place: usize, life: Life) -> impl Iterator<Item = (usize, &Event)> {
        let places = self.of_life.get(&life).map_or(&[][..], Vec::as_slice);
        let first = places.partition_point(|of_it| *of_it <= place);
        places[first..]
            .iter()
            .map(|of_it| (*of_it, &self.events[*of_it]))
    }

    fn before(&self, place: usize, life: Life) -> impl Iterator<Item = &Event> {
        let places = self.of_life.get(&life).map_or(&[][..], Vec::as_slice);
        let first = places.partition_point(|of_it| *of_it < place);
        places[..first].iter().map(|of_it| &self.events[*of_it])
    }

    fn wire(&self, place: usize, life: Life, wires: &[Wire]) -> bool {
        self.after(place, life)
            .any(|event| matches!(&event.what, What::Wire(_, wire) if wires.contains(wire)))
    }

    fn any_wire(&self, is_it: impl Fn(&Wire) -> bool) -> bool {
        self.events
            .iter()
            .any(|event| matches!(&event.what, What::Wire(_, wire) if is_it(wire)))
    }

    fn door(&self, place: usize, door: Door) -> bool {
        let after = &self.events[place..];
        after.iter().any(|event| event.what == What::Door(door))
    }

    fn disk(&self, place: usize, is_it: impl Fn(&Disk) -> bool) -> bool {
        self.disks_after(place).any(is_it)
    }

    /// What the disk did after a place.
    fn disks_after(&self, place: usize) -> impl Iterator<Item = &Disk> {
        self.events[place..]
            .iter()
            .filter_map(|event| match &event.what {
                What::Disk(disk) => Some(disk),
                _ => None,
            })
    }

    /// Something took longer than it usually does at most.
    fn is_slowed(&self, place: usize) -> bool {
        let usual = self.plan.settings.get(Key::DiskLatencyMax);
        self.disk(place, |disk| match disk {
            Disk::Wrote { took, .. } | Disk::Read { took } => *took > usual,
            _ => false,
        })
    }

    /// Nobody heard of what became of the commit, and another server began after it.
    fn is_never_answered(&self, place: usize) -> bool {
        self.disks_after(place).next() == Some(&Disk::Began)
    }

    fn logged_closed(&self, place: usize, why: &str) -> bool {
        self.events[place..]
            .iter()
            .any(|event| matches!(&event.what, What::Log(Log::Closed(_, reason)) if reason == why))
    }

    /// The server met an end at once: before the person did anything else that gives
    /// one, and before the run was over.
    fn ended_before(
        &self,
        place: usize,
        life: Life,
        wires: &[Wire],
        gives_end: impl Fn(Deed) -> bool,
    ) -> bool {
        let over = u64::try_from(self.plan.ends_at.as_millis()).unwrap_or(u64::MAX);
        let soon = self.events[place].at + self.latency_max() + 1;
        for event in self.after(place, life) {
            match &event.what {
                What::Did(_, deed) if gives_end(*deed) => return false,
                What::Struck(FaultKind::Crash | FaultKind::PowerLoss, ..) => return false,
                What::Wire(_, wire) if wires.contains(wire) => {
                    return event.at < over && event.at <= soon;
                }
                _ => {}
            }
        }
        false
    }

    fn has_let_go(&self, place: usize, life: Life) -> bool {
        self.before(place, life)
            .any(|event| matches!(event.what, What::Did(_, deed) if lets_go(deed)))
    }

    /// The server met a reset where a close would have been read as the end. While
    /// words are on their way to the person, a close gives a reset too; but a person
    /// who has closed nothing is told of none.
    fn is_torn(&self, strike: &Strike, life: Life) -> bool {
        let looks_alike = matches!(strike.phase, Phase::MidBroadcast | Phase::Closing);
        if !looks_alike && !self.all_is_heard(strike.place, life) {
            return false;
        }
        let mut is_own = false;
        let mut was_told = false;
        for (after, event) in self.after(strike.place, life).enumerate() {
            match event.what {
                // The reset itself, when it is the person's.
                What::Did(_, Deed::Vanish) if after == 0 => is_own = true,
                What::Did(_, Deed::Close | Deed::Vanish) => return false,
                What::Ended(_, HowEnded::Broken) => was_told = true,
                What::Wire(_, Wire::Reset) => return !looks_alike || is_own || was_told,
                What::Wire(_, Wire::ReadEnd) => return false,
                What::Wire(_, Wire::Wrote(_)) if !looks_alike => return false,
                _ => {}
            }
        }
        false
    }

    /// The server met a reset, and no end, of somebody who was quiet: the end would
    /// have been read first. While words are on their way to the person, both give
    /// a reset.
    fn is_forgotten(&self, strike: &Strike, life: Life) -> bool {
        let is_quiet =
            || self.all_is_heard(strike.place, life) && self.all_is_read(strike.place, life);
        if strike.phase != Phase::MidBroadcast && !is_quiet() {
            return false;
        }
        let first = self
            .after(strike.place, life)
            .find_map(|event| match event.what {
                What::Wire(_, wire @ (Wire::Reset | Wire::ReadEnd)) => Some(wire),
                _ => None,
            });
        first == Some(Wire::Reset)
    }

    /// Whether the person had heard all that the server had written to them.
    fn all_is_heard(&self, place: usize, life: Life) -> bool {
        let (mut wrote, mut heard) = (0, 0);
        for event in self.before(place, life) {
            match &event.what {
                What::Wire(_, Wire::Wrote(bytes)) => wrote += bytes,
                What::Heard(_, line) => heard += line.len() + 1,
                _ => {}
            }
        }
        wrote == heard
    }

    /// Whether the server had read all that the person had typed, and never made
    /// them wait.
    fn all_is_read(&self, place: usize, life: Life) -> bool {
        let (mut typed, mut read) = (0, 0);
        for event in self.before(place, life) {
            match &event.what {
                What::Typing(_, bytes) => typed += bytes.len(),
                What::Wire(_, Wire::Read(bytes)) => read += bytes,
                _ => {}
            }
        }
        let view = self.views.all.get(&life);
        typed == read && view.is_some_and(|view| !view.was_delayed)
    }

    /// Something that was due after the strike went on only later, and not because
    /// the whole server stood still.
    fn is_held_back(&self, place: usize, life: Life) -> bool {
        let struck_at = self.events[place].at;
        self.numbered_after(place, life)
            .any(|(later, event)| match event.what {
                What::Wire(_, Wire::Delayed(late @ 1..)) => {
                    event.at - late >= struck_at && !self.stood_still(place, later)
                }
                _ => false,
            })
    }

    fn stood_still(&self, from: usize, to: usize) -> bool {
        self.pauses.iter().any(|pause| (from..to).contains(pause))
    }

    /// How many connections were held back.
    fn held_at_all(&self) -> usize {
        let held = self.events.iter().enumerate().filter_map(|(place, event)| {
            let What::Struck(FaultKind::Hold, _, Some(life)) = event.what else {
                return None;
            };
            self.is_held_back(place, life).then_some(life)
        });
        held.collect::<BTreeSet<_>>().len()
    }

    /// A line was heard long after all of it had come, or the server could write
    /// nothing for as long; and no path was held, and nothing stood still.
    fn hears_late(&self, strike: &Strike, life: Life) -> bool {
        let place = strike.place;
        let other = match strike.kind {
            FaultKind::NeverReads => Deed::ReadSlowly,
            _ => Deed::StopReading,
        };
        let bound = self.latency_max() + READS_WITHIN;
        let mut wrote: Vec<(usize, u64)> = Vec::new();
        let mut heard = 0;
        let mut stuck_since = None;
        let events = self.numbered_after(0, life);
        for (later, event) in events {
            if self.stood_still(0, later) {
                return false;
            }
            let is_late = |since: u64| since + bound < event.at;
            match &event.what {
                What::Struck(FaultKind::Hold | FaultKind::OneWayHold, ..) => return false,
                // What comes of it is not what this has done.
                What::Did(_, deed) if later > place && *deed == other => return false,
                What::Wire(_, Wire::Wrote(bytes)) => {
                    let total = wrote.last().map_or(0, |(total, _)| *total) + bytes;
                    wrote.push((total, event.at));
                    if later > place && stuck_since.take().is_some_and(is_late) {
                        return true;
                    }
                }
                What::Wire(_, Wire::Pended) if later > place => {
                    stuck_since.get_or_insert(event.at);
                }
                What::Heard(_, line) => {
                    heard += line.len() + 1;
                    let came = wrote.partition_point(|(total, _)| *total < heard);
                    let came = wrote.get(came).map(|(_, at)| *at);
                    let came = came.filter(|came| *came >= self.events[place].at);
                    if later > place && came.is_some_and(is_late) {
                        return true;
                    }
                }
                What::Did(..) | What::Ended(..)
                    if later > place && stuck_since.is_some_and(is_late) =>
                {
                    return true;
                }
                _ => {}
            }
        }
        false
    }

    fn latency_max(&self) -> u64 {
        self.plan.settings.get(Key::LatencyMax)
    }

    /// The server had to wait, and never wrote more at once than a pipe holds.
    fn is_narrow(&self) -> bool {
        let capacity = self.plan.settings.get(Key::Capacity);
        self.any_wire(|wire| *wire == Wire::Pended)
            && !self.any_wire(|wire| matches!(wire, Wire::Wrote(bytes) if *bytes as u64 > capacity))
    }

    /// Between a pause's beginning and its end, the time of the run went on.
    fn time_jumped(&self, place: usize) -> bool {
        let over = What::Lifted(FaultKind::Pause, None);
        let ended = self.events[place..].iter().find(|event| event.what == over);
        ended.is_some_and(|ended| ended.at > self.events[place].at)
    }

    /// The server has read the paste to its last byte, or refused what was in it.
    fn is_flooded(&self, place: usize, life: Life) -> bool {
        let typed_in = |event: &Event| match &event.what {
            What::Typing(_, bytes) => bytes.len(),
            _ => 0,
        };
        let before: usize = self.before(place, life).map(typed_in).sum();
        let paste = self
            .after(place, life)
            .map(typed_in)
            .find(|bytes| *bytes > 0);
        let read_in = |event: &Event| match event.what {
            What::Wire(_, Wire::Read(bytes)) => bytes,
            _ => 0,
        };
        let read: usize = self.after(0, life).map(read_in).sum();
        let was_told =
            self.views.all.get(&life).is_some_and(|view| {
                view.was_delayed || view.refusals.contains(&Refusal::LineTooLong)
            });
        was_told || paste.is_some_and(|paste| read >= before + paste)
    }

    /// Somebody was refused by a limit that the plan has set.
    fn is_limited(&self) -> bool {
        let changed: BTreeSet<&str> = self.plan.settings.changed().map(|(name, _)| name).collect();
        LIMITS
            .iter()
            .any(|(refusal, limit)| changed.contains(limit) && self.refusals.contains(refusal))
    }
}

/// Whether the server is to see the end of somebody's input.
fn lets_go(deed: Deed) -> bool {
    matches!(deed, Deed::Close | Deed::Vanish | Deed::EndInput)
}

/// Which connection something happened to.
fn life_of(what: &What) -> Option<Life> {
    match what {
        What::Connected(life)
        | What::NotConnected(life)
        | What::Typing(life, _)
        | What::Sent(life)
        | What::Unsent(life)
        | What::Heard(life, _)
        | What::HeardUnfinished(life, _)
        | What::Ended(life, _)
        | What::Unheard(life, _)
        | What::Did(life, _)
        | What::Wire(life, _) => Some(*life),
        What::Struck(_, _, life) | What::Lifted(_, life) => *life,
        What::Door(_) | What::Disk(_) | What::Log(_) => None,
    }
}

/// Refusals that say that a limit is reached, and which. A line that is too long is
/// a flood.
const LIMITS: [(Refusal, &str); 7] = [
    (Refusal::RoomsOfUserFull, "rooms_per_user_max"),
    (Refusal::RoomsFull, "rooms_max"),
    (Refusal::TopicTooLong, "topic_chars_max"),
    (Refusal::ReasonTooLong, "reason_chars_max"),
    (Refusal::IgnoredFull, "ignored_per_user_max"),
    (Refusal::ServerFull, "connections_max"),
    (Refusal::AddressFull, "connections_per_address_max"),
];
