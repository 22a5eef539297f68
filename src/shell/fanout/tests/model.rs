//! Random orders against what each connection should have been told: all of it,
//! in order, each thing exactly once, or told exactly what was skipped.

use std::collections::BTreeMap;

use super::*;

const ROOMS: [&str; 3] = ["ops", "lobby", "dev"];

/// A linear congruential generator (Knuth's MMIX constants).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// One connection, and everything that it was to be told.
struct Person {
    conn: ConnId,
    pipe: Pipe,
    expected: Vec<Sent>,
    /// How much of each room was reported as skipped.
    skipped: [Missed; ROOMS.len()],
    is_sound: bool,
    is_finished: bool,
    is_closed: bool,
}

#[derive(Clone)]
struct Sent {
    words: String,
    /// The room and the number, if it may be skipped.
    room: Option<(usize, Option<u64>)>,
}

struct World {
    hub: Hub,
    chance: Chance,
    people: Vec<Person>,
    seqs: [u64; ROOMS.len()],
    said: u64,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut chance = Chance(seed);
        let bounds = Bounds {
            outbox_bytes_max: [0, 1, 150, 700, 3000, 50_000][chance.below(6)],
            outbox_reserve_bytes: [0, 100, 1000][chance.below(3)],
            stall_timeout: STALL,
            keeps_history: false,
        };
        let reports_max = [1, 4, 1000][chance.below(3)];
        let hub = Hub::with(bounds, 1 + chance.below(3), reports_max);
        Self {
            hub,
            chance,
            people: Vec::new(),
            seqs: [0; ROOMS.len()],
            said: 0,
        }
    }

    fn open(&mut self) {
        let (conn, pipe) = self.hub.open();
        pipe.limit([0, 100, usize::MAX][self.chance.below(3)]);
        pipe.gulp([1, 10, usize::MAX][self.chance.below(3)]);
        self.people.push(Person {
            conn,
            pipe,
            expected: Vec::new(),
            skipped: Default::default(),
            is_sound: true,
            is_finished: false,
            is_closed: false,
        });
    }

    async fn step(&mut self) {
        match self.chance.below(24) {
            0..=8 => self.say(),
            9..=11 => self.notify(),
            12..=14 => self.answer(),
            15 => self.settle(),
            16..=19 => self.read(),
            20 => self.trouble(),
            _ => self.end_turn().await,
        }
    }

    fn say(&mut self) {
        let place = self.chance.below(ROOMS.len());
        self.seqs[place] += 1;
        let seq = self.seqs[place];
        let text = format!(
            "line {} {}",
            self.number(),
            "x".repeat(self.chance.below(60))
        );
        self.deliver(&said(ROOMS[place], seq, &text), Some((place, Some(seq))));
    }

    fn notify(&mut self) {
        let place = self.chance.below(ROOMS.len());
        let nick = format!("n{}", self.number());
        self.deliver(&joined(ROOMS[place], &nick), Some((place, None)));
    }

    fn deliver(&mut self, message: &Message, room: Option<(usize, Option<u64>)>) {
        let words = words(std::slice::from_ref(message));
        let mut to = Vec::new();
        for person in &mut self.people {
            if self.chance.below(4) > 0 {
                to.push(person.conn);
                let words = words.clone();
                person.expect(Sent { words, room });
            }
        }
        self.hub.deliver(&to, message);
    }

    fn answer(&mut self) {
        let words = format!("-- answer {}\n", self.number());
        let chosen = self.chance.below(self.people.len());
        let person = &mut self.people[chosen];
        self.hub.turn.answer(person.conn, words.as_bytes());
        person.expect(Sent { words, room: None });
    }

    fn settle(&mut self) {
        let conn = self.anybody().conn;
        let place = self.chance.below(ROOMS.len());
        self.hub.turn.settle(conn, &room(ROOMS[place]));
    }

    fn read(&mut self) {
        let place = [1, 30, 200, 2000, usize::MAX][self.chance.below(5)];
        self.anybody().pipe.limit(place);
    }

    fn trouble(&mut self) {
        match self.chance.below(8) {
            0 => {
                let person = self.anybody();
                person.pipe.fail();
                person.is_sound = false;
            }
            1 => {
                let person = self.anybody();
                person.is_sound = false;
                let conn = person.conn;
                self.hub.turn.cut(conn);
            }
            2 => {
                let person = self.anybody();
                person.is_finished = true;
                let conn = person.conn;
                self.hub.turn.finish(conn);
            }
            _ => self.open(),
        }
    }

    async fn end_turn(&mut self) {
        self.hub.hand_over().await;
        if self.chance.below(2) == 0 {
            quiet().await;
        }
        self.take_reports().await;
    }

    /// Takes every report, also those that waited for place in the channel.
    async fn take_reports(&mut self) {
        loop {
            let reports = self.hub.reports();
            if reports.is_empty() {
                return;
            }
            for report in reports {
                self.note(report);
            }
            quiet().await;
        }
    }

    fn note(&mut self, report: Report) {
        match report {
            Report::Skipped { conn, room, missed } => {
                let place = ROOMS.iter().position(|name| *name == room.as_str());
                let sum = &mut self.person(conn).skipped[place.unwrap()];
                sum.lines += missed.lines;
                sum.notices += missed.notices;
            }
            Report::Closed { conn, bytes_out } => {
                let person = self.person(conn);
                assert!(!person.is_closed, "closed once");
                person.is_closed = true;
                assert_eq!(person.pipe.taken().len() as u64, bytes_out);
                assert!(person.pipe.is_dropped());
            }
            Report::Broken { conn } => assert!(!self.person(conn).is_sound),
            Report::Ready { conn } | Report::Choked { conn } | Report::Stalled { conn } => {
                assert!(!self.person(conn).is_closed, "closed is the last");
            }
        }
    }

    fn person(&mut self, conn: ConnId) -> &mut Person {
        let place = self.people.iter().position(|person| person.conn == conn);
        &mut self.people[place.unwrap()]
    }

    fn anybody(&mut self) -> &mut Person {
        let chosen = self.chance.below(self.people.len());
        &mut self.people[chosen]
    }

    fn number(&mut self) -> u64 {
        self.said += 1;
        self.said
    }

    /// Everybody reads, and everybody leaves.
    async fn finish(mut self) -> u64 {
        for person in &self.people {
            self.hub.turn.finish(person.conn);
            person.pipe.limit(usize::MAX);
        }
        self.end_turn().await;
        quiet().await;
        self.take_reports().await;
        assert!(self.people.iter().all(|person| person.is_closed));
        let skipped = self.hub.gauges.skipped_lines();
        assert_eq!(self.hub.stop().await, []);
        self.people.iter().for_each(check);
        skipped
    }
}

impl Person {
    fn expect(&mut self, sent: Sent) {
        if !self.is_finished {
            self.expected.push(sent);
        }
    }
}

/// Holds what somebody received against what they should have been told.
fn check(person: &Person) {
    let words = person.pipe.words();
    let mut told = Told {
        expected: &person.expected,
        skipped: Default::default(),
        heard: BTreeMap::new(),
        last: None,
    };
    for line in words.split_inclusive('\n') {
        if line.ends_with('\n') {
            told.hear(line);
        } else {
            assert!(!person.is_sound, "half a line: {line:?}");
        }
    }
    if person.is_sound {
        told.end();
        assert_eq!(told.skipped, person.skipped, "the hub knows as much");
    }
}

/// How far somebody's own stream of a room (or of what is personal) was heard.
struct Told<'a> {
    expected: &'a [Sent],
    /// How much of each room it was told that it missed.
    skipped: [Missed; ROOMS.len()],
    heard: BTreeMap<Option<usize>, usize>,
    /// The place of the last line heard, in all that was to be told.
    last: Option<usize>,
}

impl Told<'_> {
    fn hear(&mut self, line: &str) {
        let place = self.expected.iter().position(|sent| sent.words == line);
        let Some(place) = place else {
            return self.hear_of_skip(line);
        };
        assert!(self.last < Some(place), "in one order: {line:?}");
        self.last = Some(place);
        let of = self.expected[place].room.map(|(room, _)| room);
        let heard = self.heard.get(&of).copied().unwrap_or_default();
        let next = self.stream(of).nth(heard);
        let next = next.map(|sent| sent.words.as_str());
        assert_eq!(next, Some(line), "nothing between is missing");
        self.heard.insert(of, heard + 1);
    }

    /// A notice must say of the next few things of a room exactly what they are.
    fn hear_of_skip(&mut self, line: &str) {
        let found = (0..ROOMS.len()).find_map(|place| Some((place, self.skip_of(place, line)?)));
        let (place, missed) = found.unwrap_or_else(|| panic!("what is this: {line:?}"));
        *self.heard.entry(Some(place)).or_default() += (missed.lines + missed.notices) as usize;
        self.skipped[place].lines += missed.lines;
        self.skipped[place].notices += missed.notices;
    }

    /// What of this room the line is the notice of, if it is one.
    fn skip_of(&self, place: usize, line: &str) -> Option<Missed> {
        let heard = self.heard.get(&Some(place)).copied().unwrap_or_default();
        let mut truth = Missed::default();
        for sent in self.stream(Some(place)).skip(heard) {
            match sent.room?.1 {
                None => truth.notices += 1,
                Some(seq) => {
                    truth.first = if truth.lines == 0 {
                        Seq(seq)
                    } else {
                        truth.first
                    };
                    truth.last = Seq(seq);
                    truth.lines += 1;
                }
            }
            if words(&[skipped(ROOMS[place], truth)]) == line {
                return Some(truth);
            }
        }
        None
    }

    fn end(&self) {
        for of in [None, Some(0), Some(1), Some(2)] {
            let heard = self.heard.get(&of).copied().unwrap_or_default();
            assert_eq!(self.stream(of).count(), heard, "all was told: {of:?}");
        }
    }

    fn stream(&self, of: Option<usize>) -> impl Iterator<Item = &Sent> {
        let is_of = move |sent: &&Sent| sent.room.map(|(room, _)| room) == of;
        self.expected.iter().filter(is_of)
    }
}

#[tokio::test(start_paused = true)]
async fn everything_is_told_once_and_in_order_or_told_to_be_skipped() {
    let mut skipped = 0;
    for seed in 0..1000 {
        let mut world = World::new(seed);
        for _ in 0..=world.chance.below(6) {
            world.open();
        }
        for _ in 0..150 {
            world.step().await;
        }
        skipped += world.finish().await;
    }
    assert!(skipped > 10_000, "the policy was at work: {skipped}");
}
