//! Thousands of random steps over few names, few rooms and low limits.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::script::World;
use crate::chat::{ConnId, Limits, Message, RoomName, Seq};
use crate::engine::Effect;

/// A generator of numbers, from a seed (Knuth's linear congruence).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.roll(words.len() as u64) as usize]
    }
}

fn low_limits() -> Limits {
    Limits {
        rooms_per_user_max: 3,
        rooms_max: 4,
        ignored_per_user_max: 2,
        announce_members_max: 4,
        rate_burst: 4,
        rate_per_second: 2,
        ..Limits::default()
    }
}

const NICKS: [&str; 6] = ["ada", "Ada", "bob", "scope", "ѕсоре", "guest1"];
const ROOMS: [&str; 5] = ["lobby", "ops", "OPS", "dev", "ѕсоре"];

/// A script that is being drawn; connections come anew under new numbers.
struct Script {
    dice: Dice,
    open: Vec<u64>,
    last: u64,
    /// What a history that missed nothing would know of each room.
    used: BTreeMap<RoomName, u64>,
    /// What comes next in any case.
    next: Option<String>,
}

impl Script {
    fn new(seed: u64) -> Self {
        Self {
            dice: Dice(seed),
            open: Vec::new(),
            last: 0,
            used: BTreeMap::new(),
            next: None,
        }
    }

    fn step(&mut self) -> String {
        if let Some(next) = self.next.take() {
            return next;
        }
        if self.open.is_empty() || (self.open.len() < 8 && self.dice.roll(10) == 0) {
            self.last += 1;
            self.open.push(self.last);
            return format!("+{}", self.last);
        }
        let place = self.dice.roll(self.open.len() as u64) as usize;
        let who = self.open[place];
        match self.dice.roll(22) {
            0 => {
                self.open.remove(place);
                let ways = ["ended", "reset", "timed-out", "stalled"];
                format!("-{who} {}", self.dice.pick(&ways))
            }
            1 if self.dice.roll(3) == 0 => {
                self.open.remove(place);
                format!("{who} quit")
            }
            18 => self.past(who),
            19 => format!("paused {}", self.dice.pick(&ROOMS)),
            20 => format!("resumed {} 1 2", self.dice.pick(&ROOMS)),
            kind => request(&mut self.dice, kind, who),
        }
    }

    /// The highest number that was ever used in a room, or above it; mostly, somebody
    /// joins it then.
    fn past(&mut self, who: u64) -> String {
        let name = self.dice.pick(&ROOMS);
        self.next = (self.dice.roll(4) > 0).then(|| format!("{who} join {name}"));
        let last = self.used.entry(name.parse().unwrap()).or_default();
        *last += self.dice.roll(3);
        format!("recalled {name} {last} {}", self.dice.pick(&["", "x"]))
    }

    fn note(&mut self, effect: Effect<'_>) {
        if let Effect::Record { room, seq, .. } = effect {
            let last = self.used.entry(room.clone()).or_default();
            *last = (*last).max(seq.0);
        }
    }
}

fn request(dice: &mut Dice, kind: u64, who: u64) -> String {
    match kind {
        2 => format!("{who} nick {}", dice.pick(&NICKS)),
        3 | 4 => format!("{who} join {}", dice.pick(&ROOMS)),
        5 => format!("{who} leave {}", dice.pick(&ROOMS)),
        6 => format!("{who} leave"),
        7 => format!("{who} msg {} x", dice.pick(&NICKS)),
        8 => format!("{who} reply x"),
        9 => format!("{who} ignore {}", dice.pick(&NICKS)),
        10 => format!("{who} unignore {}", dice.pick(&NICKS)),
        11 => format!("{who} topic {}", dice.pick(&["-", "x"])),
        12 => format!("{who} {}", dice.pick(&["who", "rooms", "ignore"])),
        13 => format!("{} {who}", dice.pick(&["ready", "choked", "stray"])),
        14 => format!("@ {}ms", dice.roll(6_000)),
        15 => String::from("tick"),
        21 => format!(
            "{who} {}",
            dice.pick(&["history", "history #ops", "search x"])
        ),
        _ => format!("{who} say x"),
    }
}

/// What a history must not do, judged by its effects alone.
#[derive(Default)]
struct Judge {
    last: BTreeMap<RoomName, Seq>,
    heard: BTreeMap<(ConnId, RoomName), Seq>,
    gone: BTreeSet<ConnId>,
}

impl Judge {
    fn judge(&mut self, effect: Effect<'_>) {
        match effect {
            Effect::Record { room, seq, .. } => {
                let before = self.last.insert(room.clone(), seq);
                assert!(
                    before.is_none_or(|before| before < seq),
                    "a number is used twice"
                );
            }
            Effect::Deliver { to, message } => {
                let distinct: BTreeSet<_> = to.iter().collect();
                assert_eq!(distinct.len(), to.len(), "told twice");
                assert!(
                    to.iter().all(|conn| !self.gone.contains(conn)),
                    "told after the end"
                );
                if let Message::Said { room, seq, .. } = message {
                    for conn in to {
                        let before = self.heard.insert((*conn, room.clone()), *seq);
                        assert!(before.is_none_or(|before| before < *seq), "out of order");
                    }
                }
            }
            Effect::Close { conn } => {
                self.gone.insert(conn);
            }
            Effect::Reply { .. }
            | Effect::Recall { .. }
            | Effect::RecordTopic { .. }
            | Effect::Browse { .. }
            | Effect::Search { .. }
            | Effect::Pause { .. } => {}
        }
    }
}

#[test]
fn is_sound_after_every_step_and_leaves_nothing_behind() {
    for seed in 0..60 {
        let mut script = Script::new(seed);
        let (mut world, mut judge) = (World::new(low_limits()), Judge::default());
        for _ in 0..500 {
            let step = script.step();
            world.line(&step); // Audits.
            for effect in world.effects() {
                judge.judge(effect);
                script.note(effect);
            }
        }
        for who in script.open {
            world.line(&format!("-{who} reset"));
        }
        assert!(world.engine.equals_new(), "seed {seed}");
    }
}

#[test]
fn is_the_same_in_two_engines_and_in_a_clone_from_the_middle() {
    for seed in 100..120 {
        let mut script = Script::new(seed);
        let (mut one, mut other) = (World::new(low_limits()), World::new(low_limits()));
        for number in 0..400 {
            if number == 200 {
                other.engine = one.engine.clone();
            }
            let step = script.step();
            assert_eq!(
                one.line(&step),
                other.line(&step),
                "seed {seed}, step {number}"
            );
            one.effects().for_each(|effect| script.note(effect));
        }
        assert_eq!(one.engine, other.engine);
    }
}
