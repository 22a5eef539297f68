//! Long histories drawn from a seed, engine and model in lockstep.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use roomful::chat::{
    Command, ConnId, Limits, Missed, Nickname, RoomName, Seq, Span, Tag, Text, TopicInfo,
};
use roomful::engine::{Ending, Event};

use crate::dice::Dice;
use crate::inputs::ENDINGS;

use super::lockstep::{Difference, Lockstep};

/// A history in which engine and model differ: as few events as show it.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The seed it was drawn from.
    pub seed: u64,
    /// What happened, and when; the last shows it.
    pub history: Vec<(DateTime<Utc>, Event)>,
    /// In what.
    pub difference: Difference,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}, made as short as it gets:", self.seed)?;
        for (number, (at, event)) in self.history.iter().enumerate() {
            let millis = at.timestamp_millis();
            writeln!(f, "  {}. at {millis} ms {event:?}", number + 1)?;
        }
        write!(f, "{}", self.difference)
    }
}

/// A history of so many events; how many there were.
///
/// # Errors
/// The shortest part of it in which engine and model differ.
pub fn random(seed: u64, events: usize) -> Result<u64, Box<Failure>> {
    let mut dice = Drawing(Dice::new(seed));
    let swarm = Swarm::draw(&mut dice);
    let mut both = Lockstep::new(swarm.limits.clone());
    let mut history = Vec::new();
    let mut drawn = Drawn {
        now: DateTime::UNIX_EPOCH,
        came: 0,
        recalled: None,
    };
    for _ in 0..events {
        let event = drawn.event(&mut dice, &swarm, &both);
        history.push((drawn.now, event.clone()));
        if let Err(difference) = both.step(drawn.now, event) {
            return Err(Box::new(shorten(seed, &swarm.limits, history, difference)));
        }
    }
    for conn in 1..=drawn.came {
        let event = Event::Disconnected {
            conn: ConnId(conn),
            why: Ending::Reset,
        };
        history.push((drawn.now, event.clone()));
        if let Err(difference) = both.step(drawn.now, event) {
            return Err(Box::new(shorten(seed, &swarm.limits, history, difference)));
        }
    }
    assert!(
        both.engine.equals_new(),
        "seed {seed}: something is left of people who are gone"
    );
    Ok(history.len() as u64)
}

/// Takes away what is not needed for a difference (delta debugging).
fn shorten(
    seed: u64,
    limits: &Limits,
    history: Vec<(DateTime<Utc>, Event)>,
    difference: Difference,
) -> Failure {
    let mut best = Failure {
        seed,
        history,
        difference,
    };
    let mut chunk = best.history.len() / 2;
    while chunk > 0 {
        let mut from = 0;
        while from < best.history.len() {
            let mut history = best.history.clone();
            history.drain(from..(from + chunk).min(best.history.len()));
            match differs(limits, &history) {
                Some((length, difference)) => {
                    history.truncate(length);
                    best = Failure {
                        seed,
                        history,
                        difference,
                    };
                }
                None => from += chunk,
            }
        }
        chunk /= 2;
    }
    best
}

fn differs(limits: &Limits, history: &[(DateTime<Utc>, Event)]) -> Option<(usize, Difference)> {
    let mut both = Lockstep::new(limits.clone());
    for (number, (at, event)) in history.iter().enumerate() {
        if let Err(difference) = both.step(*at, event.clone()) {
            return Some((number + 1, difference));
        }
    }
    None
}

/// What a seed has drawn for its history as a whole.
struct Swarm {
    limits: Limits,
    people: u64,
    /// How often each kind of event comes; some never.
    weights: [u64; KINDS],
}

const KINDS: usize = 28;

impl Swarm {
    fn draw(dice: &mut Drawing) -> Self {
        let limits = Limits {
            rooms_per_user_max: dice.pick(&[1, 2, 50]),
            rooms_max: dice.pick(&[1, 2, 3, 100]),
            topic_chars_max: dice.pick(&[0, 3, 300]),
            reason_chars_max: dice.pick(&[0, 3, 200]),
            ignored_per_user_max: dice.pick(&[0, 1, 2, 100]),
            announce_members_max: dice.pick(&[0, 1, 2, 100, 100]),
            summary_seconds: dice.pick(&[0, 1, 10]),
            rate_burst: dice.pick(&[0, 1, 3, 20]),
            rate_per_second: dice.pick(&[0, 1, 3, 5]),
        };
        let mut weights = [
            4, 2, 1, 1, 1, 2, 6, 6, 5, 8, 3, 5, 3, 2, 3, 4, 2, 2, 1, 1, 1, 2, 3, 1, 1, 2, 2, 1,
        ];
        for weight in &mut weights[1..] {
            *weight *= dice.pick(&[0, 1, 1, 3]);
        }
        Self {
            limits,
            people: dice.pick(&[1, 2, 3, 5, 12]),
            weights,
        }
    }
}

struct Drawn {
    now: DateTime<Utc>,
    came: u64,
    /// The room of whose past history has just told.
    recalled: Option<RoomName>,
}

const NICKS: [&str; 9] = [
    "ada",
    "Ada",
    "bob",
    "scope",
    "ѕсоре",
    "emily",
    "ernily",
    "guest1",
    "admin",
];
const ROOMS: [&str; 6] = ["lobby", "ops", "Ops", "dev", "scope", "ѕсоре"];
const TEXTS: [&str; 3] = ["x", "four", "☺☺☺"];

impl Drawn {
    fn event(&mut self, dice: &mut Drawing, swarm: &Swarm, both: &Lockstep) -> Event {
        let few = both.engine.stats().people < usize::try_from(swarm.people).unwrap_or(1);
        let conn = ConnId(1 + dice.roll(self.came.max(1)).max(self.came.saturating_sub(8)));
        if let Some(room) = self.recalled.take()
            && dice.roll(2) == 0
        {
            return requested(conn, dice, Command::Join { room });
        }
        let total: u64 = swarm.weights.iter().sum();
        let mut rolled = dice.roll(total);
        let mut kind = 0;
        while rolled >= swarm.weights[kind] {
            rolled -= swarm.weights[kind];
            kind += 1;
        }
        match kind {
            0 if few || self.came == 0 => {
                self.came += 1;
                Event::Connected {
                    conn: ConnId(self.came),
                }
            }
            1 => Event::Disconnected {
                conn,
                why: dice.pick(&ENDINGS),
            },
            2 => Event::Ready { conn },
            3 => Event::Choked { conn },
            4 => Event::Strayed { conn },
            5 => self.tick(dice, both),
            21 => Event::Skipped {
                conn,
                room: dice.room(),
                missed: Missed::default(),
            },
            22 => self.recall(dice),
            23 => Event::HistoryPaused { room: dice.room() },
            24 => Event::HistoryResumed {
                room: dice.room(),
                first: Seq(3),
                last: Seq(4),
            },
            27 => Event::RateChanged {
                burst: dice.pick(&[0, 1, 3, 20]),
                per_second: dice.pick(&[0, 1, 3, 5]),
            },
            kind => {
                let command = command(kind, dice);
                requested(conn, dice, command)
            }
        }
    }

    /// History need not be right: engine and model believe it alike.
    fn recall(&mut self, dice: &mut Drawing) -> Event {
        let room = dice.room();
        self.recalled = Some(room.clone());
        let topic = (dice.roll(2) == 0).then(|| TopicInfo {
            text: dice.text(),
            by: dice.nick(),
            at: self.now,
        });
        let last = Seq(dice.pick(&[0, 1, 7, 1 << 40]));
        Event::Recalled { room, last, topic }
    }

    /// Time stands still, goes on, jumps, or lands exactly on the deadline.
    fn tick(&mut self, dice: &mut Drawing, both: &Lockstep) -> Event {
        let millis = dice.pick(&[0, 1, 199, 200, 1_000, 10_000, 86_400_000]);
        self.now += TimeDelta::milliseconds(millis);
        if let Some((at, _)) = both.engine.deadline()
            && dice.roll(2) == 0
        {
            self.now = self.now.max(at);
        }
        Event::Tick
    }
}

fn requested(conn: ConnId, dice: &mut Drawing, command: Command) -> Event {
    let tag = (dice.roll(4) == 0).then(|| Tag::new("t").expect("a short tag"));
    Event::Requested { conn, tag, command }
}

fn command(kind: usize, dice: &mut Drawing) -> Command {
    match kind {
        6 => Command::Nick { nick: dice.nick() },
        7 => Command::Join { room: dice.room() },
        8 => Command::Leave {
            room: dice.maybe_room(),
        },
        10 => Command::Act {
            room: dice.maybe_room(),
            text: dice.text(),
        },
        11 => Command::Whisper {
            to: dice.nick(),
            text: dice.text(),
        },
        12 => Command::Reply { text: dice.text() },
        13 => Command::ShowTopic {
            room: dice.maybe_room(),
        },
        14 => {
            let topic = (dice.roll(3) > 0).then(|| dice.text());
            Command::SetTopic {
                room: dice.maybe_room(),
                topic,
            }
        }
        15 => Command::Ignore { nick: dice.nick() },
        16 => Command::Unignore { nick: dice.nick() },
        17 => Command::Ignored,
        18 => Command::Rooms,
        19 => Command::Who {
            room: dice.maybe_room(),
        },
        20 => Command::Quit {
            reason: (dice.roll(2) == 0).then(|| dice.text()),
        },
        25 => Command::History {
            room: dice.maybe_room(),
            span: dice.span(),
        },
        26 => Command::Search { words: dice.text() },
        _ => Command::Say {
            room: dice.maybe_room(),
            text: dice.text(),
        },
    }
}

/// Draws what histories are made of.
struct Drawing(Dice);

impl Drawing {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0.roll(sides)
    }

    fn place(&mut self, among: usize) -> usize {
        usize::try_from(self.roll(among as u64)).unwrap_or(0)
    }

    fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        *self.0.pick(among)
    }

    fn nick(&mut self) -> Nickname {
        let place = self.place(NICKS.len());
        PARSED.with(|(nicks, _)| nicks[place].clone())
    }

    fn room(&mut self) -> RoomName {
        let place = self.place(ROOMS.len());
        PARSED.with(|(_, rooms)| rooms[place].clone())
    }

    fn maybe_room(&mut self) -> Option<RoomName> {
        (self.roll(3) == 0).then(|| self.room())
    }

    fn span(&mut self) -> Span {
        let (seq, count) = (Seq(3), 5);
        self.pick(&[
            Span::Last { count },
            Span::Before { seq, count },
            Span::Between {
                first: seq,
                last: seq,
            },
        ])
    }

    fn text(&mut self) -> Text {
        Text::clean(self.pick(&TEXTS)).expect("a good text")
    }
}

thread_local! {
    /// Parsed once: parsing a name takes longer than handling it.
    static PARSED: (Vec<Nickname>, Vec<RoomName>) = (
        NICKS.iter().map(|nick| nick.parse().expect("a good name")).collect(),
        ROOMS.iter().map(|room| room.parse().expect("a good name")).collect(),
    );
}
