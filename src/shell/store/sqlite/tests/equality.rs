//! Thousands of random steps, each taken by the store in memory as well.

use chrono::{DateTime, TimeDelta, Utc};
use tempfile::TempDir;

use super::{at, now, room, text, tidy_all};
use crate::chat::{GapCause, RoomName, Seq, TopicInfo};
use crate::shell::store::{End, MemoryStore, Record, SqliteStore, Store};

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

const ROOMS: [&str; 4] = ["lobby", "Ops", "ops", "плаза"];
const NICKS: [&str; 4] = ["ada", "Ada", "bob", "Émilie"];
const WORDS: [&str; 8] = ["ship", "it", "now", "Café", "CAFE", "42", "東京", "don't"];

/// Both stores, and what they have been told.
struct World {
    dice: Dice,
    dir: TempDir,
    disk: Option<SqliteStore>,
    memory: MemoryStore,
    /// The next number of each room, `Ops` and `ops` being one.
    next: [u64; 4],
    now: DateTime<Utc>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            dice: Dice(seed),
            dir: tempfile::tempdir().unwrap(),
            disk: None,
            memory: MemoryStore::default(),
            next: [1; 4],
            now: at(0),
        };
        world.begin();
        world
    }

    fn disk(&mut self) -> &mut SqliteStore {
        self.disk.as_mut().unwrap()
    }

    fn step(&mut self) {
        match self.dice.roll(24) {
            0 => {
                self.disk = None; // A crash.
                self.begin();
            }
            1 => {
                now(self.disk().end()).unwrap();
                now(self.memory.end()).unwrap();
                self.disk = None;
                self.begin();
            }
            2 | 3 => self.tidy(),
            4..=7 => self.recall(),
            8..=11 => self.browse(),
            12..=14 => self.search(),
            _ => self.write(),
        }
    }

    fn begin(&mut self) {
        self.disk = Some(SqliteStore::open(self.dir.path()).unwrap());
        let beginning = now(self.disk().begin()).unwrap();
        assert_eq!(beginning, now(self.memory.begin()).unwrap());
        for (place, name) in ROOMS.iter().enumerate() {
            let past = now(self.memory.recall(&room(name), 0)).unwrap();
            let last = past.map_or(0, |past| past.last.0);
            self.next[place] = self.next[place].max(last + 1);
        }
    }

    fn tidy(&mut self) {
        let seconds = self.dice.roll(400) as i64;
        let before = (self.dice.roll(2) == 0).then(|| self.now - TimeDelta::seconds(seconds));
        tidy_all(self.disk(), before).unwrap();
        tidy_all(&mut self.memory, before).unwrap();
    }

    fn recall(&mut self) {
        let room = self.room().1;
        let lines = self.dice.roll(12) as u32;
        assert_eq!(
            now(self.disk().recall(&room, lines)).unwrap(),
            now(self.memory.recall(&room, lines)).unwrap()
        );
    }

    fn browse(&mut self) {
        let (place, room) = self.room();
        let first = self.dice.roll(self.next[place] + 3);
        let last = first + self.dice.roll(40);
        let last = if self.dice.roll(8) == 0 {
            u64::MAX
        } else {
            last
        };
        let numbers = (Seq(first), Seq(last));
        let rows = self.dice.roll(15) as u32;
        for end in [End::Lowest, End::Highest] {
            assert_eq!(
                now(self.disk().browse(&room, numbers, rows, end)).unwrap(),
                now(self.memory.browse(&room, numbers, rows, end)).unwrap()
            );
        }
    }

    fn search(&mut self) {
        let rooms: Vec<RoomName> = match self.dice.roll(3) {
            0 => vec![self.room().1],
            _ => [0, 1, 3].map(|place| room(ROOMS[place])).into(),
        };
        let words = self.words(2);
        assert_eq!(
            now(self.disk().search(&rooms, &text(&words))).unwrap(),
            now(self.memory.search(&rooms, &text(&words))).unwrap(),
            "{words}"
        );
    }

    fn write(&mut self) {
        let count = 1 + self.dice.roll(9);
        let records: Vec<Record> = (0..count).map(|_| self.record()).collect();
        // Sometimes again, as after a commit that may have failed; what it kept may have
        // expired meanwhile.
        for _ in 0..=self.dice.roll(2) {
            assert_eq!(
                now(self.disk().write(&records)).unwrap(),
                now(self.memory.write(&records)).unwrap()
            );
            if self.dice.roll(6) == 0 {
                self.tidy();
            }
        }
    }

    fn record(&mut self) -> Record {
        let (place, room) = self.room();
        self.now += TimeDelta::nanoseconds(self.dice.roll(20_000_000_000) as i64);
        let next = self.next[place];
        match self.dice.roll(20) {
            0 => Record::Topic {
                room,
                topic: (self.dice.roll(3) > 0).then(|| self.topic()),
            },
            1 | 2 => Record::Mark {
                room,
                seq: Seq(next - 1 + self.dice.roll(20)),
            },
            3 => {
                let last = next + self.dice.roll(5);
                self.use_up(place, last);
                Record::Gap {
                    room,
                    first: Seq(next),
                    last: Seq(last),
                    why: GapCause::Unkept,
                }
            }
            _ => {
                self.use_up(place, next + u64::from(self.dice.0 & 64 == 0));
                Record::Line {
                    room,
                    seq: Seq(next),
                    at: self.now,
                    from: self.dice.pick(&NICKS).parse().unwrap(),
                    is_action: self.dice.roll(5) == 0,
                    text: text(&self.words(6)),
                }
            }
        }
    }

    fn topic(&mut self) -> TopicInfo {
        TopicInfo {
            text: text(&self.words(4)),
            by: self.dice.pick(&NICKS).parse().unwrap(),
            at: self.now,
        }
    }

    fn words(&mut self, most: u64) -> String {
        let count = 1 + self.dice.roll(most);
        let words: Vec<&str> = (0..count).map(|_| self.dice.pick(&WORDS)).collect();
        words.join(self.dice.pick(&[" ", ", ", "-", "  "]))
    }

    fn room(&mut self) -> (usize, RoomName) {
        let place = self.dice.roll(ROOMS.len() as u64) as usize;
        (place, room(ROOMS[place]))
    }

    fn use_up(&mut self, place: usize, last: u64) {
        self.next[place] = last + 1;
        self.next[1] = self.next[1].max(self.next[2]);
        self.next[2] = self.next[1];
    }
}

#[test]
fn it_is_the_equal_of_the_store_in_memory() {
    for seed in 0..8 {
        let mut world = World::new(seed);
        for _ in 0..400 {
            world.step();
        }
    }
}
