//! Histories as people would type them: who comes and goes, what each types at the
//! text door, how time passes. A history prints as a script and reads back from one.

mod script;
pub mod strategy;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use roomful::chat::{ConnId, Limits, Missed, Nickname, RoomName, Seq, Text, TopicInfo};
use roomful::dialect::{Decoded, parse_text};
use roomful::engine::{Effect, Effects, Ending, Engine, Event};

use crate::watch::Directory;

/// What everybody who skipped was told of: the engine counts it, and no more.
const MISSED: Missed = Missed {
    lines: 3,
    first: Seq(1),
    last: Seq(3),
    notices: 1,
};

/// What happens, from an empty server on.
#[derive(Clone, Debug)]
pub struct History {
    /// The limits that hold.
    pub limits: Limits,
    /// One thing after the other.
    pub steps: Vec<Step>,
}

/// One thing that happens. Who it happens to is counted over all who ever came, and
/// begins anew beyond the last of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Somebody comes.
    Come,
    /// Somebody's connection ends.
    Go(usize, Ending),
    /// Somebody types a line.
    Type(usize, String),
    /// Somebody's outbox has room again.
    Ready(usize),
    /// Somebody's outbox has no room for private words.
    Choked(usize),
    /// Somebody was told that they missed something of a room.
    Skipped(usize, RoomName),
    /// History says what it knows of a room: a last number, so many above all that
    /// were ever used there, and a topic.
    Recall(RoomName, u64, Option<Text>),
    /// What is said in a room is not kept.
    Pause(RoomName),
    /// What is said in a room is kept again.
    Resume(RoomName),
    /// The operator changes the rate: a burst, and so many a second.
    Rate(u32, u32),
    /// Time passes.
    Wait(TimeDelta),
    /// The shell's timer is early, or late.
    Tick,
    /// Time passes until the deadline, and the timer says so.
    Due,
}

/// One event, what came of it, and what people knew before and after.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// When.
    pub now: DateTime<Utc>,
    /// What happened.
    pub event: &'a Event,
    /// What came of it.
    pub effects: &'a Effects,
    /// Who was there, from what each had been told.
    pub before: &'a Directory,
    /// Who is there now.
    pub after: &'a Directory,
    /// The engine, afterwards.
    pub engine: &'a Engine,
}

/// A history that is being played.
#[derive(Clone, Debug)]
pub struct Play {
    /// The engine that it is played to.
    pub engine: Engine,
    /// The moment that it is at.
    pub now: DateTime<Utc>,
    /// What came of the last event.
    pub effects: Effects,
    came: u64,
    directory: Directory,
    /// The highest number that was used, or said to be, in each room by folded name.
    used: BTreeMap<String, Seq>,
}

impl History {
    /// Plays all of it, and shows each moment.
    pub fn play(&self, look: &mut dyn FnMut(&Moment<'_>)) -> Play {
        let mut play = Play::new(&self.limits);
        for step in &self.steps {
            play.step(step, look);
        }
        play
    }
}

impl Play {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            engine: Engine::new(limits.clone()),
            now: DateTime::UNIX_EPOCH,
            effects: Effects::default(),
            came: 0,
            directory: Directory::default(),
            used: BTreeMap::new(),
        }
    }

    /// Takes one step, and shows what came of it; what the text door keeps to
    /// itself is no moment.
    pub fn step(&mut self, step: &Step, look: &mut dyn FnMut(&Moment<'_>)) {
        if let Some(event) = self.event(step) {
            self.handle(event, look);
        }
    }

    /// Everybody's connection ends.
    pub fn end(&mut self, look: &mut dyn FnMut(&Moment<'_>)) {
        for conn in (1..=self.came).map(ConnId) {
            let why = Ending::Reset;
            self.handle(Event::Disconnected { conn, why }, look);
        }
    }

    /// The event that a step makes, with the time that passes before it.
    pub fn event(&mut self, step: &Step) -> Option<Event> {
        let conn = |who: usize| (self.came > 0).then(|| conn_of(who, self.came));
        Some(match step {
            Step::Come => {
                self.came += 1;
                let conn = ConnId(self.came);
                Event::Connected { conn }
            }
            Step::Go(who, why) => Event::Disconnected {
                conn: conn(*who)?,
                why: *why,
            },
            Step::Type(who, line) => typed(conn(*who)?, line)?,
            Step::Ready(who) => Event::Ready { conn: conn(*who)? },
            Step::Choked(who) => Event::Choked { conn: conn(*who)? },
            Step::Skipped(who, room) => Event::Skipped {
                conn: conn(*who)?,
                room: room.clone(),
                missed: MISSED,
            },
            Step::Recall(room, above, topic) => self.recall(room, *above, topic.as_ref()),
            Step::Pause(room) => Event::HistoryPaused { room: room.clone() },
            Step::Resume(room) => Event::HistoryResumed {
                room: room.clone(),
                first: MISSED.first,
                last: MISSED.last,
            },
            Step::Rate(burst, per_second) => Event::RateChanged {
                burst: *burst,
                per_second: *per_second,
            },
            Step::Wait(time) => {
                self.now = self.now.checked_add_signed(*time).unwrap_or(self.now);
                return None;
            }
            Step::Tick => Event::Tick,
            Step::Due => {
                let due = self.engine.deadline().map(|(at, _)| at);
                self.now = due.map_or(self.now, |at| self.now.max(at));
                Event::Tick
            }
        })
    }

    /// History is kept: it knows every number that was used, and may know of more.
    fn recall(&mut self, room: &RoomName, above: u64, topic: Option<&Text>) -> Event {
        let used = self.used.entry(room.folded().into()).or_default();
        used.0 += above;
        Event::Recalled {
            room: room.clone(),
            last: *used,
            topic: topic.map(|text| TopicInfo {
                text: text.clone(),
                by: Nickname::guest(1),
                at: DateTime::UNIX_EPOCH,
            }),
        }
    }

    /// Gives the engine an event, and shows what comes of it.
    pub fn handle(&mut self, event: Event, look: &mut dyn FnMut(&Moment<'_>)) {
        self.effects.clear();
        self.engine
            .handle(self.now, event.clone(), &mut self.effects);
        for effect in self.effects.iter() {
            if let Effect::Record { room, seq, .. } = effect {
                let used = self.used.entry(room.folded().into()).or_default();
                *used = seq.max(*used);
            }
        }
        let mut after = self.directory.clone();
        after.take(&event, &self.effects);
        look(&Moment {
            now: self.now,
            event: &event,
            effects: &self.effects,
            before: &self.directory,
            after: &after,
            engine: &self.engine,
        });
        self.directory = after;
    }
}

fn conn_of(who: usize, came: u64) -> ConnId {
    ConnId(1 + who as u64 % came)
}

/// What the text door makes of a line.
fn typed(conn: ConnId, line: &str) -> Option<Event> {
    match parse_text(line)? {
        Decoded::Command { tag, command } => Some(Event::Requested { conn, tag, command }),
        Decoded::Answer(_) => Some(Event::Strayed { conn }),
    }
}
