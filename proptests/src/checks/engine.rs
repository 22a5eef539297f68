//! The engine against any history.

use chrono::{DateTime, TimeDelta, Utc};
use roomful::chat::{
    Command, ConnId, Limits, Missed, Nickname, RoomName, Seq, Span, Text, TopicInfo,
};
use roomful::engine::{Effects, Ending, Engine, Event};

use crate::inputs::ENDINGS;
use crate::model::lockstep::Lockstep;

/// Limits, most of them so low that short histories reach them; two bytes choose.
fn limits(first: u8, second: u8) -> Limits {
    let of = |byte: u8, place: u8, low: [usize; 4]| low[usize::from(byte >> (2 * place) & 3)];
    Limits {
        rooms_per_user_max: of(first, 0, [2, 1, 3, 50]),
        rooms_max: of(first, 1, [3, 1, 2, 10_000]),
        ignored_per_user_max: of(first, 2, [1, 0, 2, 100]),
        announce_members_max: of(first, 3, [2, 0, 1, 100]),
        rate_burst: of(second, 0, [3, 0, 1, 20]) as u32,
        rate_per_second: of(second, 1, [2, 0, 1, 5]) as u32,
        summary_seconds: of(second, 2, [10, 0, 1, 2]) as u32,
        topic_chars_max: of(second, 3, [3, 0, 4, 300]),
        reason_chars_max: of(second, 3, [3, 0, 4, 200]),
    }
}

/// An audit takes longer the more people are in: a longer history shows less a
/// second.
const STEPS_MAX: usize = 300;

const NICKS: [&str; 6] = ["ada", "Ada", "bob", "scope", "ѕсоре", "guest1"];
const ROOMS: [&str; 4] = ["lobby", "ops", "Ops", "dev"];
const TEXTS: [&str; 3] = ["x", "four", "☺☺☺"];

/// The first two bytes choose limits, and then two bytes make a step: what happens, and
/// to whom; so a fuzzer that cuts, joins or changes inputs does so with histories. The
/// engine agrees with the model and is audited after each step, stays equal to a twin
/// that is fed the same and to a clone of itself, and when everybody has left it equals
/// a new one.
///
/// # Panics
/// When it does not hold.
pub fn engine(history: &[u8]) {
    let [first, second, history @ ..] = history else {
        return;
    };
    let limits = limits(*first, *second);
    let mut run = Run::new(limits.clone());
    let (mut twin, mut effects) = (Engine::new(limits), Effects::default());
    let history = &history[..history.len().min(2 * STEPS_MAX)];
    for (number, step) in history.chunks_exact(2).enumerate() {
        let event = run.event(step[0], step[1]);
        run.handle(event.clone());
        effects.clear();
        twin.handle(run.now, event, &mut effects);
        assert_eq!(*run.both.effects(), effects, "two engines differ");
        if number == history.len() / 4 {
            twin = run.both.engine.clone();
        }
    }
    assert_eq!(run.both.engine, twin, "two engines differ at the end");
    for conn in 1..=run.last {
        run.handle(Event::Disconnected {
            conn: ConnId(conn),
            why: Ending::Reset,
        });
    }
    assert!(
        run.both.engine.equals_new(),
        "something is left of people who are gone"
    );
}

struct Run {
    both: Lockstep,
    now: DateTime<Utc>,
    last: u64,
    /// Parsed once: that is slower than all the engine does with them.
    names: Names,
}

struct Names {
    nicks: Vec<Nickname>,
    rooms: Vec<RoomName>,
}

impl Names {
    fn new() -> Self {
        let nicks = NICKS.map(|name| name.parse().expect("a good name"));
        let rooms = ROOMS.map(|name| name.parse().expect("a good name"));
        Self {
            nicks: nicks.to_vec(),
            rooms: rooms.to_vec(),
        }
    }

    fn nick(&self, choice: usize) -> Nickname {
        self.nicks[choice % NICKS.len()].clone()
    }

    fn room(&self, choice: usize) -> RoomName {
        self.rooms[choice % ROOMS.len()].clone()
    }

    fn maybe_room(&self, choice: usize) -> Option<RoomName> {
        (choice >= ROOMS.len()).then(|| self.room(choice))
    }
}

impl Run {
    fn new(limits: Limits) -> Self {
        Self {
            both: Lockstep::new(limits),
            now: DateTime::UNIX_EPOCH,
            last: 0,
            names: Names::new(),
        }
    }

    fn handle(&mut self, event: Event) {
        let is_tick = event == Event::Tick;
        if let Err(difference) = self.both.step(self.now, event) {
            panic!("engine and model differ: {difference}");
        }
        if is_tick {
            let next = self.both.engine.deadline();
            assert!(
                next.is_none_or(|(at, _)| at > self.now),
                "a tick moves the deadline"
            );
        }
    }

    fn event(&mut self, what: u8, whom: u8) -> Event {
        let (conn, choice) = (self.conn(whom), usize::from(whom / 16));
        match what {
            234.. => of_history(&self.names, conn, what, choice),
            _ => self.of_people(what % 26, whom),
        }
    }

    fn of_people(&mut self, what: u8, whom: u8) -> Event {
        let conn = self.conn(whom);
        let choice = usize::from(whom / 16);
        match what {
            0 | 1 => {
                self.last += 1;
                Event::Connected {
                    conn: ConnId(self.last),
                }
            }
            2 => Event::Disconnected {
                conn,
                why: ENDINGS[choice % ENDINGS.len()],
            },
            3 => Event::Ready { conn },
            4 => Event::Choked { conn },
            5 => Event::Strayed { conn },
            6 => Event::Skipped {
                conn,
                room: self.names.room(choice),
                missed: Missed::default(),
            },
            7 => Event::Tick,
            8 => {
                self.now += TimeDelta::milliseconds(i64::from(whom) * 100);
                Event::Tick
            }
            9 => {
                if let Some((at, _)) = self.both.engine.deadline() {
                    self.now = self.now.max(at);
                }
                Event::Tick
            }
            other => requested(conn, command(&self.names, other, choice)),
        }
    }

    fn conn(&self, whom: u8) -> ConnId {
        ConnId(1 + u64::from(whom) % self.last.max(1))
    }
}

/// What came last has the last places, so that older inputs mean what they meant.
fn of_history(names: &Names, conn: ConnId, what: u8, choice: usize) -> Event {
    let room = names.room(choice);
    match what {
        ..240 => Event::Recalled {
            room,
            last: Seq(u64::from(what - 234) * 3),
            topic: (choice >= ROOMS.len()).then(|| TopicInfo {
                text: text(choice),
                by: names.nick(choice),
                at: DateTime::UNIX_EPOCH,
            }),
        },
        240..244 => Event::HistoryPaused { room },
        244..248 => Event::HistoryResumed {
            room,
            first: Seq(1),
            last: Seq(2),
        },
        248..252 => {
            let (room, span) = (names.maybe_room(choice), Span::Last { count: 1 });
            requested(conn, Command::History { room, span })
        }
        252..254 => {
            let words = text(choice);
            requested(conn, Command::Search { words })
        }
        254.. => Event::RateChanged {
            burst: [3, 0, 1, 20][choice % 4],
            per_second: [2, 0, 1, 5][choice / 4 % 4],
        },
    }
}

fn requested(conn: ConnId, command: Command) -> Event {
    Event::Requested {
        conn,
        tag: None,
        command,
    }
}

fn command(names: &Names, what: u8, choice: usize) -> Command {
    match what {
        10 => Command::Nick {
            nick: names.nick(choice),
        },
        11 => Command::Join {
            room: names.room(choice),
        },
        12 => Command::Leave {
            room: names.maybe_room(choice),
        },
        13 => Command::Rooms,
        14 => Command::Who {
            room: names.maybe_room(choice),
        },
        15 | 16 => Command::Say {
            room: names.maybe_room(choice),
            text: text(choice),
        },
        17 => Command::Act {
            room: names.maybe_room(choice),
            text: text(choice),
        },
        18 => Command::Whisper {
            to: names.nick(choice),
            text: text(choice),
        },
        19 => Command::Reply { text: text(choice) },
        20 => Command::ShowTopic {
            room: names.maybe_room(choice),
        },
        21 => Command::SetTopic {
            room: names.maybe_room(choice),
            topic: (choice != 0).then(|| text(choice)),
        },
        22 => Command::Ignore {
            nick: names.nick(choice),
        },
        23 => Command::Ignored,
        24 => Command::Unignore {
            nick: names.nick(choice),
        },
        _ => Command::Quit {
            reason: (choice != 0).then(|| text(choice)),
        },
    }
}

fn text(choice: usize) -> Text {
    Text::clean(TEXTS[choice % TEXTS.len()]).expect("a good text")
}
