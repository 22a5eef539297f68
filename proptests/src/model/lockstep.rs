//! Engine and model in lockstep: one event into both, and what comes of it has to
//! be the same, in the same order.

use std::fmt;

use chrono::{DateTime, Utc};
use roomful::chat::{Limits, Message};
use roomful::dialect::{Flavor, encode};
use roomful::engine::{Effect, Effects, Engine, Event, Reason};

use super::{Model, Told};

/// The two, side by side.
#[derive(Clone, Debug)]
pub struct Lockstep {
    /// The engine.
    pub engine: Engine,
    model: Model,
    effects: Effects,
    /// Whether the words that people see are compared too.
    compares_words: bool,
}

/// Where they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference(String);

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Lockstep {
    /// Both, with nobody in them.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            engine: Engine::new(limits.clone()),
            model: Model::new(limits),
            effects: Effects::default(),
            compares_words: true,
        }
    }

    /// Compares values alone: enough where each name is written in one way and each
    /// text is the same, and several times as fast.
    #[must_use]
    pub fn by_value(limits: Limits) -> Self {
        Self {
            compares_words: false,
            ..Self::new(limits)
        }
    }

    /// Gives both an event.
    ///
    /// # Errors
    /// What they differ in, or what is wrong with the engine's state.
    pub fn step(&mut self, now: DateTime<Utc>, event: Event) -> Result<(), Difference> {
        let expected = self.model.handle(now, event.clone());
        self.effects.clear();
        self.engine.handle(now, event, &mut self.effects);
        let told = told_by(&self.effects);
        if !self.compares_words && expected == told {
            return self.compare_states();
        }
        compare(&expected, &told)?;
        self.compare_states()
    }

    /// What the engine wanted done at the last event.
    #[must_use]
    pub fn effects(&self) -> &Effects {
        &self.effects
    }

    fn compare_states(&self) -> Result<(), Difference> {
        if let Err(violation) = self.engine.audit() {
            return Err(Difference(format!(
                "the engine's state is unsound: {violation}"
            )));
        }
        let due = self.engine.deadline();
        let due = due.map(|(at, Reason::SummaryDue { room })| (at, room));
        let expected = self.model.deadline().map(|(at, room)| (at, room.clone()));
        if due != expected {
            return Err(Difference(format!(
                "the deadline is {due:?}, not {expected:?}"
            )));
        }
        let stats = self.engine.stats();
        let (people, rooms) = (self.model.people(), self.model.rooms());
        if (stats.people, stats.rooms) != (people, rooms) {
            return Err(Difference(format!(
                "there are {} people and {} rooms, not {people} and {rooms}",
                stats.people, stats.rooms
            )));
        }
        Ok(())
    }
}

/// What the engine wants done, in the model's words: one for each who is told.
fn told_by(effects: &Effects) -> Vec<Told> {
    let mut told = Vec::new();
    for effect in effects.iter() {
        match effect {
            Effect::Reply {
                to,
                tag,
                message,
                more,
            } => told.push(Told::Person {
                to,
                tag: tag.cloned(),
                message: message.clone(),
                more,
            }),
            Effect::Deliver { to, message } => told.extend(to.iter().map(|to| Told::Person {
                to: *to,
                tag: None,
                message: message.clone(),
                more: false,
            })),
            Effect::Record { room, seq, message } => {
                told.push(Told::Recorded(room.clone(), seq, message.clone()));
            }
            Effect::Recall {
                to,
                tag,
                room,
                up_to,
            } => {
                told.push(Told::Recalled(to, tag.cloned(), room.clone(), up_to));
            }
            Effect::RecordTopic { room, topic } => {
                told.push(Told::TopicRecorded(room.clone(), topic.cloned()));
            }
            Effect::Browse {
                to,
                tag,
                room,
                span,
            } => told.push(Told::Browsed(to, tag.cloned(), room.clone(), span)),
            Effect::Search {
                to,
                tag,
                rooms,
                words,
            } => {
                let (rooms, words) = (rooms.to_vec(), words.clone());
                told.push(Told::Searched(to, tag.cloned(), rooms, words));
            }
            Effect::Pause { conn, until } => told.push(Told::Paused(conn, until)),
            Effect::Close { conn } => told.push(Told::Closed(conn)),
        }
    }
    told
}

/// Compares what was expected with what was told.
///
/// # Errors
/// The first difference.
pub fn compare(expected: &[Told], told: &[Told]) -> Result<(), Difference> {
    for (place, pair) in expected.iter().zip(told).enumerate() {
        if !is_same(pair.0, pair.1) {
            return Err(Difference(format!(
                "effect {place} is {:?}\n  and should be {:?}",
                pair.1, pair.0
            )));
        }
    }
    if let Some(missing) = expected.get(told.len()) {
        return Err(Difference(format!("missing is {missing:?}")));
    }
    match told.get(expected.len()) {
        Some(surplus) => Err(Difference(format!("nobody expects {surplus:?}"))),
        None => Ok(()),
    }
}

/// Names are equal in any capitals, and texts show only their length: what people
/// see in the end has to be the same too.
fn is_same(expected: &Told, told: &Told) -> bool {
    expected == told
        && match (expected, told) {
            (Told::Person { message: one, .. }, Told::Person { message: other, .. })
            | (Told::Recorded(_, _, one), Told::Recorded(_, _, other)) => {
                shown(one) == shown(other)
            }
            (_, _) => true,
        }
}

fn shown(message: &Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(Flavor::Text, message, &mut bytes);
    bytes
}
