//! What the crowd hears, and what is made of it.

use std::ops::Range;

use crate::{
    check::{self, Checker, Seating},
    door::{Door, Heard},
    failure::CannotRun,
    measure::Latency,
    net::{Ears, Ending},
    payload::{Codec, Line},
};

use super::flight::Flight;

/// The ears of everybody in a run.
pub(crate) struct Hall {
    door: Door,
    codec: Codec,
    seating: Seating,
    /// The rooms' names.
    rooms: Vec<String>,
    pub(crate) checker: Checker,
    pub(crate) latency: Latency,
    pub(super) flight: Option<Flight>,
    /// Lines that each speaker has said.
    pub(super) said: Vec<u32>,
    /// The nickname of each speaker, as the server greeted them; empty where it
    /// tells none.
    nicks: Vec<Vec<u8>>,
    /// Connections that are ready: members have their join answer.
    pub(super) ready: usize,
    is_ready: Vec<bool>,
    /// Connections that have ended.
    pub(super) ended: usize,
    /// Why the run cannot go on.
    pub(super) trouble: Option<CannotRun>,
    /// Deliveries to all but the deaf.
    pub(crate) deliveries: u64,
    /// Members who do not count: they stop listening, so nobody waits for them.
    pub(super) deaf: Range<usize>,
    /// Deliveries to the deaf, later.
    pub(crate) deaf_deliveries: u64,
    /// Lines that notices told of as skipped.
    pub(crate) skipped: u64,
    /// Everybody who is to come has come: what ends from here on is a fault.
    pub(super) has_begun: bool,
}

impl Hall {
    pub(super) fn new(door: Door, codec: Codec, seating: Seating, rooms: Vec<String>) -> Self {
        let speakers = seating.all_speakers();
        Self {
            door,
            codec,
            seating,
            rooms,
            checker: Checker::new(seating),
            latency: Latency::default(),
            flight: None,
            said: vec![0; speakers],
            nicks: vec![Vec::new(); speakers],
            ready: 0,
            is_ready: vec![false; seating.members() + speakers],
            ended: 0,
            trouble: None,
            deliveries: 0,
            deaf: 0..0,
            deaf_deliveries: 0,
            skipped: 0,
            has_begun: false,
        }
    }

    #[inline]
    fn said(
        &mut self,
        index: usize,
        (room, nick, text): (Option<&[u8]>, &[u8], &[u8]),
        now: u64,
        is_deaf: bool,
    ) {
        let Some(line) = self.codec.read(text) else {
            return self.unreadable(index, room);
        };
        if index >= self.seating.members() || !self.is_of(index, room) {
            return self.misplaced(index, line);
        }
        if self
            .nicks
            .get(line.speaker as usize)
            .is_some_and(|own| own != nick)
        {
            self.misnamed(index, line, nick);
        }
        let heard = self.checker.hear(index, line);
        if heard != check::Heard::Next {
            return self.odd(heard, index, line, is_deaf);
        }
        if is_deaf {
            self.deaf_deliveries += 1;
            return;
        }
        self.deliveries += 1;
        self.latency.sample(index, line, now);
        if let Some(flight) = &mut self.flight {
            flight.land(line.speaker, line.number);
        }
    }

    #[inline]
    fn is_of(&self, index: usize, room: Option<&[u8]>) -> bool {
        let own = &self.rooms[index / self.seating.room_size];
        room.is_none_or(|room| room == own.as_bytes())
    }

    #[cold]
    fn odd(&mut self, heard: check::Heard, index: usize, line: Line, is_deaf: bool) {
        let Line {
            speaker, number, ..
        } = line;
        let numbers = match heard {
            check::Heard::After(passed_over) => passed_over.start..number + 1,
            check::Heard::Next | check::Heard::Late | check::Heard::Wrong => return,
        };
        if number >= self.said[speaker as usize] {
            self.checker.broken(|| {
                format!(
                    "member {index} heard line {number} of speaker {speaker}, who never said it"
                )
            });
            return;
        }
        if is_deaf {
            self.deaf_deliveries += 1;
            return;
        }
        self.deliveries += 1;
        if let Some(flight) = &mut self.flight {
            // Nobody waits for what was passed over.
            numbers.for_each(|number| flight.land(speaker, number));
        }
    }

    #[cold]
    fn unreadable(&mut self, index: usize, room: Option<&[u8]>) {
        let room = String::from_utf8_lossy(room.unwrap_or_default()).into_owned();
        if self.rooms.contains(&room) || room.is_empty() {
            self.checker.broken(|| {
                format!("connection {index} heard a line in #{room} that nobody of this run said")
            });
        }
    }

    #[cold]
    fn misnamed(&mut self, index: usize, line: Line, nick: &[u8]) {
        let own = String::from_utf8_lossy(&self.nicks[line.speaker as usize]);
        let nick = String::from_utf8_lossy(nick);
        self.checker
            .broken(|| format!("connection {index} heard {own} under the name of {nick}"));
    }

    /// People who have nothing to do with the run may say what they like.
    #[cold]
    fn elsewhere(&mut self, index: usize, line: &[u8]) {
        if self.codec.is_in(line) {
            let line = String::from_utf8_lossy(line).into_owned();
            self.checker
                .broken(|| format!("connection {index} heard a line of the run elsewhere: {line}"));
        }
    }

    #[cold]
    fn strange(&mut self, index: usize, line: &[u8]) {
        let line = String::from_utf8_lossy(line).into_owned();
        self.checker
            .broken(|| format!("connection {index} heard what no such server says: {line:?}"));
    }

    #[cold]
    fn misplaced(&mut self, index: usize, line: Line) {
        let speaker = line.speaker;
        self.checker.broken(|| {
            format!("connection {index} heard speaker {speaker} in a room that it is not in")
        });
    }

    #[cold]
    fn told(&mut self, index: usize, heard: Heard<'_>) {
        match heard {
            Heard::Joined => self.is_here(index),
            Heard::Skipped(skip) => {
                if index < self.seating.members() && self.is_of(index, Some(skip.room)) {
                    self.skipped += skip.lines;
                    self.checker.skipped(index, skip);
                }
            }
            Heard::Delayed => self.cannot(
                "the server's rate limit delays the lines, so it would be measured and not the \
                 server. Start it with --rate-burst 0, or say less: `paced` with a lower --rate",
            ),
            Heard::Refused(words) => self.refused(index, words),
            Heard::Welcomed { nick } => {
                if let Some(speaker) = self.seating.speaker_of(index) {
                    self.nicks[speaker] = nick.to_vec();
                }
            }
            Heard::Elsewhere(line) => self.elsewhere(index, line),
            Heard::Strange(line) => self.strange(index, line),
            Heard::Said { .. } | Heard::Departed { .. } | Heard::Other => {}
        }
    }

    fn refused(&mut self, index: usize, words: &[u8]) {
        let words = String::from_utf8_lossy(words).into_owned();
        if self.has_begun {
            self.checker
                .broken(|| format!("connection {index} was refused: {words}"));
        } else {
            self.cannot(&format!(
                "the server refused connection {index}: {words}\nRaise the limit that it names, or \
                 ask for less",
            ));
        }
    }

    fn is_here(&mut self, index: usize) {
        if !std::mem::replace(&mut self.is_ready[index], true) {
            self.ready += 1;
        }
    }

    fn cannot(&mut self, words: &str) {
        self.trouble
            .get_or_insert_with(|| CannotRun::because(words));
    }
}

impl Ears for Hall {
    #[inline]
    fn hear(&mut self, index: usize, bytes: &[u8], now: u64) -> usize {
        let is_deaf = self.deaf.contains(&index);
        let mut used = 0;
        while let Some((length, heard)) = self.door.next(&bytes[used..]) {
            used += length;
            if let Heard::Said { room, nick, text } = heard {
                self.said(index, (room, nick, text), now, is_deaf);
            } else {
                self.told(index, heard);
            }
        }
        used
    }

    fn connected(&mut self, index: usize) {
        if index >= self.seating.members() {
            self.is_here(index);
        }
    }

    fn ended(&mut self, index: usize, ending: Ending) {
        self.ended += 1;
        if self.has_begun {
            self.checker
                .broken(|| format!("connection {index} ended: {ending}"));
        } else {
            let ready = self.ready;
            self.cannot(&format!(
                "connection {index} ended before everybody had come ({ready} had): {ending}"
            ));
        }
    }
}
