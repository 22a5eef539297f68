//! Every small script: a few people, a few rooms, a few operations, in every order.
//!
//! What goes wrong in a chat goes wrong among two or three people in five or six
//! steps; so all of these are tried, engine and model in lockstep.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use roomful::chat::{Command, ConnId, Limits, Nickname, RoomName, Seq, Span, Text};
use roomful::engine::{Ending, Event};

use super::lockstep::{Difference, Lockstep};

/// How small "small" is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// People, all connected at the beginning.
    pub people: u64,
    /// Steps after that.
    pub steps: usize,
}

/// What one step can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Somebody new comes.
    Connect,
    /// A person does something.
    Person(u64, Deed),
    /// Time goes on to the deadline, if there is one, or by a second.
    Tick,
    /// History says what it knows of #ops.
    Recall,
}

/// What a person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each is the command, or the event, of that name"
)]
pub enum Deed {
    JoinOps,
    JoinLobby,
    Leave,
    Say,
    NickAda,
    NickBob,
    WhisperAda,
    Reply,
    IgnoreAda,
    UnignoreAda,
    SetTopic,
    HistoryOfOps,
    Quit,
    Reset,
    Choke,
    Ready,
}

const DEEDS: [Deed; 16] = [
    Deed::JoinOps,
    Deed::JoinLobby,
    Deed::Leave,
    Deed::Say,
    Deed::NickAda,
    Deed::NickBob,
    Deed::WhisperAda,
    Deed::Reply,
    Deed::IgnoreAda,
    Deed::UnignoreAda,
    Deed::SetTopic,
    Deed::HistoryOfOps,
    Deed::Quit,
    Deed::Reset,
    Deed::Choke,
    Deed::Ready,
];

/// A script in which engine and model differ.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The people who are there at the beginning.
    pub people: u64,
    /// The steps, of which the last shows it.
    pub script: Vec<Step>,
    /// In what.
    pub difference: Difference,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} people, then:", self.people)?;
        for (number, step) in self.script.iter().enumerate() {
            writeln!(f, "  {}. {step:?}", number + 1)?;
        }
        write!(f, "{}", self.difference)
    }
}

impl Scope {
    /// A second or two.
    pub const SMALL: Self = Self {
        people: 2,
        steps: 3,
    };
    /// All that a CI run has time for: two people, and three.
    pub const WHOLE: [Self; 2] = [
        Self {
            people: 2,
            steps: 4,
        },
        Self {
            people: 3,
            steps: 4,
        },
    ];

    /// Every step there is at any place of a script.
    #[must_use]
    pub fn alphabet(self) -> Vec<Step> {
        let people =
            (1..=self.people).flat_map(|person| DEEDS.map(|deed| Step::Person(person, deed)));
        people
            .chain([Step::Connect, Step::Tick, Step::Recall])
            .collect()
    }
}

/// Tries every script whose first step is one of these; how many there were.
///
/// # Errors
/// The first script in which engine and model differ.
pub fn walk(scope: Scope, first: &[Step], progress: &mut dyn FnMut(u64)) -> Result<u64, Failure> {
    let mut walker = Walker {
        scope,
        alphabet: scope.alphabet(),
        script: Vec::new(),
        scripts: 0,
    };
    let start = State::new(scope.people);
    for step in first {
        let before = walker.scripts;
        walker.go(&start, *step)?;
        progress(walker.scripts - before);
    }
    Ok(walker.scripts)
}

struct Walker {
    scope: Scope,
    alphabet: Vec<Step>,
    script: Vec<Step>,
    scripts: u64,
}

impl Walker {
    fn go(&mut self, before: &State, step: Step) -> Result<(), Failure> {
        self.script.push(step);
        let mut state = before.clone();
        state
            .take(step)
            .map_err(|difference| self.failure(difference))?;
        if self.script.len() == self.scope.steps {
            self.scripts += 1;
            state.end().map_err(|difference| self.failure(difference))?;
        } else {
            for place in 0..self.alphabet.len() {
                self.go(&state, self.alphabet[place])?;
            }
        }
        self.script.pop();
        Ok(())
    }

    fn failure(&self, difference: Difference) -> Failure {
        Failure {
            people: self.scope.people,
            script: self.script.clone(),
            difference,
        }
    }
}

/// Engine and model, and the time.
#[derive(Clone)]
struct State {
    both: Lockstep,
    now: DateTime<Utc>,
    came: u64,
}

/// Limits so low that a script of five steps reaches them.
fn low() -> Limits {
    Limits {
        rooms_per_user_max: 2,
        rooms_max: 2,
        ignored_per_user_max: 1,
        announce_members_max: 2,
        summary_seconds: 2,
        rate_burst: 2,
        rate_per_second: 1,
        ..Limits::default()
    }
}

impl State {
    fn new(people: u64) -> Self {
        let mut state = Self {
            both: Lockstep::by_value(low()),
            now: DateTime::UNIX_EPOCH,
            came: 0,
        };
        for _ in 0..people {
            state.take(Step::Connect).expect("they come alike");
        }
        state
    }

    fn take(&mut self, step: Step) -> Result<(), Difference> {
        let event = match step {
            Step::Connect => {
                self.came += 1;
                Event::Connected {
                    conn: ConnId(self.came),
                }
            }
            Step::Person(person, deed) => event(ConnId(person), deed),
            Step::Recall => Event::Recalled {
                room: room("ops"),
                last: Seq(7),
                topic: None,
            },
            Step::Tick => {
                let later = self.now + TimeDelta::seconds(1);
                self.now = self
                    .both
                    .engine
                    .deadline()
                    .map_or(later, |(at, _)| at.max(self.now));
                Event::Tick
            }
        };
        self.both.step(self.now, event)
    }

    /// When all have gone, nothing is left.
    fn end(&mut self) -> Result<(), Difference> {
        for person in 1..=self.came {
            let conn = ConnId(person);
            self.both.step(
                self.now,
                Event::Disconnected {
                    conn,
                    why: Ending::Reset,
                },
            )?;
        }
        assert!(
            self.both.engine.equals_new(),
            "something is left of people who are gone"
        );
        Ok(())
    }
}

fn event(conn: ConnId, deed: Deed) -> Event {
    let text = || Text::clean("x").expect("a good text");
    let command = match deed {
        Deed::JoinOps => Command::Join { room: room("ops") },
        Deed::JoinLobby => Command::Join {
            room: room("lobby"),
        },
        Deed::Leave => Command::Leave { room: None },
        Deed::Say => Command::Say {
            room: None,
            text: text(),
        },
        Deed::NickAda => Command::Nick { nick: nick("ada") },
        Deed::NickBob => Command::Nick { nick: nick("bob") },
        Deed::WhisperAda => Command::Whisper {
            to: nick("ada"),
            text: text(),
        },
        Deed::Reply => Command::Reply { text: text() },
        Deed::IgnoreAda => Command::Ignore { nick: nick("ada") },
        Deed::UnignoreAda => Command::Unignore { nick: nick("ada") },
        Deed::SetTopic => Command::SetTopic {
            room: None,
            topic: Some(text()),
        },
        Deed::HistoryOfOps => Command::History {
            room: Some(room("ops")),
            span: Span::Last { count: 1 },
        },
        Deed::Quit => Command::Quit { reason: None },
        Deed::Reset => {
            return Event::Disconnected {
                conn,
                why: Ending::Reset,
            };
        }
        Deed::Choke => return Event::Choked { conn },
        Deed::Ready => return Event::Ready { conn },
    };
    Event::Requested {
        conn,
        tag: None,
        command,
    }
}

/// The names of the scripts, parsed once: that takes longer than handling them.
struct Names {
    ada: Nickname,
    bob: Nickname,
    ops: RoomName,
    lobby: RoomName,
}

thread_local! {
    static NAMES: Names = Names {
        ada: "ada".parse().expect("a good name"),
        bob: "bob".parse().expect("a good name"),
        ops: "ops".parse().expect("a good name"),
        lobby: RoomName::lobby(),
    };
}

fn nick(name: &str) -> Nickname {
    NAMES.with(|names| match name {
        "ada" => names.ada.clone(),
        _ => names.bob.clone(),
    })
}

fn room(name: &str) -> RoomName {
    NAMES.with(|names| match name {
        "ops" => names.ops.clone(),
        _ => names.lobby.clone(),
    })
}
