//! Histories as text.
//!
//! ```text
//! set rooms_max 2     a limit that is not the default
//! +                   somebody comes: the first is 1
//! 1> /join ops        1 types
//! -1 reset            the connection of 1 ends (input-ended, reset, timed-out, stalled, shutdown)
//! ready 1             choked 1            skipped 1 ops
//! recalled ops 2      history knows of 2 numbers more than were used, and of no topic
//! recalled ops 0 x    it knows of no more, and of a topic
//! paused ops          what is said is not kept    resumed ops     it is again
//! rate 3 1            from now on a burst of 3, and 1 a second
//! wait 1500000000     nanoseconds pass
//! tick                the timer fires     due    it fires at the deadline
//! ```

use std::fmt;
use std::str::FromStr;

use chrono::TimeDelta;
use roomful::chat::{Limits, Text};
use roomful::engine::Ending;

use super::{History, Step, conn_of};

const ENDINGS: [(Ending, &str); 5] = [
    (Ending::InputEnded, "input-ended"),
    (Ending::Reset, "reset"),
    (Ending::TimedOut, "timed-out"),
    (Ending::Stalled, "stalled"),
    (Ending::Shutdown, "shutdown"),
];

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = named(&mut Limits::default()).map(|(name, value)| (name, value.get()));
        for ((name, value), (_, default)) in named(&mut self.limits.clone()).iter().zip(plain) {
            if value.get() != default {
                writeln!(f, "set {name} {}", value.get())?;
            }
        }
        let mut came = 0;
        for step in &self.steps {
            came += u64::from(*step == Step::Come);
            let who = |who: &usize| conn_of(*who, came.max(1)).0;
            match step {
                Step::Come => writeln!(f, "+")?,
                Step::Go(somebody, why) => {
                    let found = ENDINGS.iter().find(|(ending, _)| ending == why);
                    let why = found.map_or("", |(_, name)| name);
                    writeln!(f, "-{} {why}", who(somebody))?;
                }
                Step::Type(somebody, line) => writeln!(f, "{}> {line}", who(somebody))?,
                Step::Ready(somebody) => writeln!(f, "ready {}", who(somebody))?,
                Step::Choked(somebody) => writeln!(f, "choked {}", who(somebody))?,
                Step::Skipped(somebody, room) => writeln!(f, "skipped {} {room}", who(somebody))?,
                Step::Recall(room, above, None) => writeln!(f, "recalled {room} {above}")?,
                Step::Recall(room, above, Some(topic)) => {
                    writeln!(f, "recalled {room} {above} {topic}")?;
                }
                Step::Pause(room) => writeln!(f, "paused {room}")?,
                Step::Resume(room) => writeln!(f, "resumed {room}")?,
                Step::Rate(burst, per_second) => writeln!(f, "rate {burst} {per_second}")?,
                Step::Wait(time) => {
                    writeln!(f, "wait {}", time.num_nanoseconds().unwrap_or(i64::MAX))?;
                }
                Step::Tick => writeln!(f, "tick")?,
                Step::Due => writeln!(f, "due")?,
            }
        }
        Ok(())
    }
}

/// Reads what [`History`] prints; the message says which line is wrong. Empty lines
/// and those that begin with `;` say nothing.
impl FromStr for History {
    type Err = String;

    fn from_str(script: &str) -> Result<Self, String> {
        let mut history = Self {
            limits: Limits::default(),
            steps: Vec::new(),
        };
        for (number, line) in script.lines().enumerate() {
            if !line.is_empty() && !line.starts_with(';') && history.take(line).is_none() {
                return Err(format!(
                    "line {} is no step of a history: {line:?}",
                    number + 1
                ));
            }
        }
        Ok(history)
    }
}

impl History {
    fn take(&mut self, line: &str) -> Option<()> {
        if let Some(words) = line.strip_prefix("set ") {
            let (wanted, value) = words.split_once(' ')?;
            let mut limits = named(&mut self.limits);
            let (_, limit) = limits.iter_mut().find(|(name, _)| *name == wanted)?;
            limit.set(value.parse().ok()?);
            return Some(());
        }
        self.steps.push(step(line)?);
        Some(())
    }
}

fn step(line: &str) -> Option<Step> {
    let who = |number: &str| number.parse::<usize>().ok()?.checked_sub(1);
    if let Some((number, typed)) = line.split_once("> ")
        && let Some(somebody) = who(number)
    {
        return Some(Step::Type(somebody, typed.into()));
    }
    if let Some(words) = line.strip_prefix('-') {
        let (number, why) = words.split_once(' ')?;
        let (ending, _) = ENDINGS.iter().find(|(_, name)| *name == why)?;
        return Some(Step::Go(who(number)?, *ending));
    }
    if let Some(words) = line.strip_prefix("recalled ") {
        let mut words = words.splitn(3, ' ');
        let (room, above) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        return Some(Step::Recall(
            room,
            above,
            words.next().and_then(Text::clean),
        ));
    }
    let mut words = line.split(' ');
    Some(match (words.next()?, words.next(), words.next()) {
        ("+", None, None) => Step::Come,
        ("ready", Some(number), None) => Step::Ready(who(number)?),
        ("choked", Some(number), None) => Step::Choked(who(number)?),
        ("skipped", Some(number), Some(room)) => Step::Skipped(who(number)?, room.parse().ok()?),
        ("paused", Some(room), None) => Step::Pause(room.parse().ok()?),
        ("resumed", Some(room), None) => Step::Resume(room.parse().ok()?),
        ("rate", Some(burst), Some(per_second)) => {
            Step::Rate(burst.parse().ok()?, per_second.parse().ok()?)
        }
        ("wait", Some(time), None) => Step::Wait(TimeDelta::nanoseconds(time.parse().ok()?)),
        ("tick", None, None) => Step::Tick,
        ("due", None, None) => Step::Due,
        _ => return None,
    })
}

/// A limit, whatever its type.
enum Limit<'a> {
    Size(&'a mut usize),
    Small(&'a mut u32),
}

impl Limit<'_> {
    fn get(&self) -> u64 {
        match self {
            Self::Size(value) => **value as u64,
            Self::Small(value) => u64::from(**value),
        }
    }

    fn set(&mut self, to: u32) {
        match self {
            Self::Size(value) => **value = to as usize,
            Self::Small(value) => **value = to,
        }
    }
}

fn named(limits: &mut Limits) -> [(&'static str, Limit<'_>); 9] {
    [
        (
            "rooms_per_user_max",
            Limit::Size(&mut limits.rooms_per_user_max),
        ),
        ("rooms_max", Limit::Size(&mut limits.rooms_max)),
        ("topic_chars_max", Limit::Size(&mut limits.topic_chars_max)),
        (
            "reason_chars_max",
            Limit::Size(&mut limits.reason_chars_max),
        ),
        (
            "ignored_per_user_max",
            Limit::Size(&mut limits.ignored_per_user_max),
        ),
        (
            "announce_members_max",
            Limit::Size(&mut limits.announce_members_max),
        ),
        ("summary_seconds", Limit::Small(&mut limits.summary_seconds)),
        ("rate_burst", Limit::Small(&mut limits.rate_burst)),
        ("rate_per_second", Limit::Small(&mut limits.rate_per_second)),
    ]
}
