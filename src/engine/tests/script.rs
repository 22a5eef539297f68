//! A script in, a transcript out.
//!
//! ```text
//! +1              connection 1 opens          @ 10s       time moves on (ms, s)
//! -1 reset        it ends, in some way        tick        the deadline is here
//! 1 join ops      person 1 asks               ready 1     the outbox of 1 has room
//! stray 1         a line that the door answers            choked 1    it has none
//! recalled ops 7 be kind      history knows a room's last number and its topic
//! paused ops      what is said is not kept                resumed ops 8 9     it is again
//! rate 3 1        a burst of 3, and then 1 a second, from now on
//! ```
//! Lines between two `>` are the effects: `1, 2 << …` is delivered, `1 < …` is a
//! reply, a `…` behind it says that a list goes on.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use chrono::{DateTime, TimeDelta, Utc};
use expect_test::Expect;

use super::words::{topic_of, words};
use crate::chat::{Command, ConnId, Limits, RoomId, Seq, Span, Text, TopicInfo};
use crate::engine::{Effect, Effects, Ending, Engine, Event};

/// An engine, and the moment that it is at.
pub(super) struct World {
    pub(super) engine: Engine,
    pub(super) now: DateTime<Utc>,
    effects: Effects,
}

/// Runs a script on a new engine without a limiter, and compares what happens.
pub(super) fn check(script: &str, expected: &Expect) {
    check_with(unlimited(), script, expected);
}

/// The same with limits of one's own.
pub(super) fn check_with(limits: Limits, script: &str, expected: &Expect) {
    let mut world = World::new(limits);
    expected.assert_eq(&world.transcript(script));
}

/// The defaults, but for the limiter.
pub(super) fn unlimited() -> Limits {
    Limits {
        rate_burst: 0,
        ..Limits::default()
    }
}

impl World {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            engine: Engine::new(limits),
            now: DateTime::UNIX_EPOCH,
            effects: Effects::default(),
        }
    }

    /// So many people in the lobby, on connections from 1 on, without a limiter.
    pub(super) fn crowd(people: usize) -> Self {
        let mut world = Self::new(unlimited());
        for conn in 1..=people {
            world.run(&format!("+{conn}"));
        }
        world
    }

    /// Runs a script and says what happened.
    pub(super) fn transcript(&mut self, script: &str) -> String {
        let lines = script
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        lines
            .map(|line| format!("> {line}\n{}", self.line(line)))
            .collect()
    }

    /// Runs a script whose effects do not matter.
    pub(super) fn run(&mut self, script: &str) {
        self.transcript(script);
    }

    /// One line of a script, and its effects.
    pub(super) fn line(&mut self, line: &str) -> String {
        if let Some(time) = line.strip_prefix('@') {
            self.now += duration(time.trim());
            self.effects.clear();
            return String::new();
        }
        let event = event(line);
        self.handle(event)
    }

    /// One event, audited, and its effects.
    pub(super) fn handle(&mut self, event: Event) -> String {
        let is_tick = event == Event::Tick;
        let before = self.numbers();
        self.effects.clear();
        self.engine.handle(self.now, event, &mut self.effects);
        self.engine.audit().unwrap();
        for (room, last) in self.numbers() {
            let known = before.iter().find(|(other, _)| *other == room);
            assert!(
                known.is_none_or(|(_, before)| *before <= last),
                "{room:?} counts back"
            );
        }
        if is_tick {
            let next = self.engine.deadline();
            assert!(
                next.is_none_or(|(at, _)| at > self.now),
                "a tick moves the deadline"
            );
        }
        self.effects
            .iter()
            .map(|effect| shown(effect) + "\n")
            .collect()
    }

    /// The last number of each open room.
    fn numbers(&self) -> Vec<(RoomId, Seq)> {
        let rooms = self.engine.rooms.iter();
        rooms.map(|(id, room)| (id, room.last)).collect()
    }

    /// The effects of the last event.
    pub(super) fn effects(&self) -> impl Iterator<Item = Effect<'_>> {
        self.effects.iter()
    }
}

fn shown(effect: Effect<'_>) -> String {
    match effect {
        Effect::Reply {
            to, message, more, ..
        } => {
            let more = if more { " …" } else { "" };
            format!("{} < {}{more}", to.0, words(message))
        }
        Effect::Deliver { to, message } => {
            let to: Vec<String> = to.iter().map(|conn| conn.0.to_string()).collect();
            let to = if to.len() > 8 {
                format!("{} people", to.len())
            } else {
                to.join(", ")
            };
            format!("{to} << {}", words(message))
        }
        Effect::Record { room, seq, .. } => format!("record #{room} {seq}"),
        Effect::Recall {
            to, room, up_to, ..
        } => format!("recall #{room} up to {up_to} for {}", to.0),
        Effect::RecordTopic { room, topic } => {
            format!("record topic of #{room}: {}", topic_of(topic))
        }
        Effect::Browse { to, room, span, .. } => format!("browse #{room} {span:?} for {}", to.0),
        Effect::Search {
            to, rooms, words, ..
        } => {
            let rooms: Vec<String> = rooms.iter().map(|room| format!("#{room}")).collect();
            format!(
                "search {} for {}: {}",
                rooms.join(" "),
                to.0,
                words.as_str()
            )
        }
        Effect::Pause { conn, until } => {
            format!("pause {} until {}ms", conn.0, until.timestamp_millis())
        }
        Effect::Close { conn } => format!("close {}", conn.0),
    }
}

fn event(line: &str) -> Event {
    let (first, rest) = split(line);
    match first {
        "tick" => Event::Tick,
        "ready" => Event::Ready { conn: conn(rest) },
        "choked" => Event::Choked { conn: conn(rest) },
        "stray" => Event::Strayed { conn: conn(rest) },
        "rate" => {
            let (burst, per_second) = split(rest);
            Event::RateChanged {
                burst: burst.parse().unwrap(),
                per_second: per_second.parse().unwrap(),
            }
        }
        "recalled" | "paused" | "resumed" => of_history(first, rest),
        _ if first.starts_with('+') => Event::Connected {
            conn: conn(&first[1..]),
        },
        _ if first.starts_with('-') => Event::Disconnected {
            conn: conn(&first[1..]),
            why: ending(rest),
        },
        _ => Event::Requested {
            conn: conn(first),
            tag: None,
            command: command(rest),
        },
    }
}

fn of_history(verb: &str, rest: &str) -> Event {
    let (name, rest) = split(rest);
    let (number, rest) = split(rest);
    let room = name.parse().unwrap();
    match verb {
        "paused" => Event::HistoryPaused { room },
        "resumed" => Event::HistoryResumed {
            room,
            first: seq(number),
            last: seq(rest),
        },
        _ => Event::Recalled {
            room,
            last: seq(number),
            topic: Text::clean(rest).map(|text| TopicInfo {
                text,
                by: "dan".parse().unwrap(),
                at: DateTime::UNIX_EPOCH,
            }),
        },
    }
}

fn seq(number: &str) -> Seq {
    Seq(number.parse().unwrap())
}

fn command(line: &str) -> Command {
    let (verb, rest) = split(line);
    let room = || (!rest.is_empty()).then(|| rest.parse().unwrap());
    let nick = || rest.parse().unwrap();
    match verb {
        "nick" => Command::Nick { nick: nick() },
        "join" => Command::Join {
            room: rest.parse().unwrap(),
        },
        "leave" => Command::Leave { room: room() },
        "rooms" => Command::Rooms,
        "who" => Command::Who { room: room() },
        "say" => match rest.strip_prefix('#').map(split) {
            Some((room, text)) => Command::Say {
                room: Some(room.parse().unwrap()),
                text: said(text),
            },
            None => Command::Say {
                room: None,
                text: said(rest),
            },
        },
        "me" => Command::Act {
            room: None,
            text: said(rest),
        },
        "msg" => Command::Whisper {
            to: split(rest).0.parse().unwrap(),
            text: said(split(rest).1),
        },
        "reply" => Command::Reply { text: said(rest) },
        "topic" if rest.is_empty() || rest.starts_with('#') => {
            let room = rest.strip_prefix('#').map(|name| name.parse().unwrap());
            Command::ShowTopic { room }
        }
        "topic" => Command::SetTopic {
            room: None,
            topic: (rest != "-").then(|| said(rest)),
        },
        "ignore" if rest.is_empty() => Command::Ignored,
        "ignore" => Command::Ignore { nick: nick() },
        "unignore" => Command::Unignore { nick: nick() },
        "history" => Command::History {
            room: rest.strip_prefix('#').map(|name| name.parse().unwrap()),
            span: Span::Last { count: 20 },
        },
        "search" => Command::Search { words: said(rest) },
        "quit" => Command::Quit {
            reason: Text::clean(rest),
        },
        _ => panic!("no such verb in a script: {line}"),
    }
}

fn said(text: &str) -> Text {
    Text::clean(text).unwrap()
}

fn conn(number: &str) -> ConnId {
    ConnId(number.parse().unwrap())
}

fn ending(word: &str) -> Ending {
    match word {
        "ended" => Ending::InputEnded,
        "reset" => Ending::Reset,
        "timed-out" => Ending::TimedOut,
        "stalled" => Ending::Stalled,
        "shutdown" => Ending::Shutdown,
        _ => panic!("no such ending in a script: {word}"),
    }
}

fn duration(time: &str) -> TimeDelta {
    if let Some(millis) = time.strip_suffix("ms") {
        return TimeDelta::milliseconds(millis.parse().unwrap());
    }
    TimeDelta::seconds(time.strip_suffix('s').unwrap().parse().unwrap())
}

fn split(line: &str) -> (&str, &str) {
    line.split_once(' ').unwrap_or((line, ""))
}
