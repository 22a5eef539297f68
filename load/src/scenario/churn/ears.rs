//! What visitors and those who stay hear.

use crate::{
    door::{Door, Heard},
    failure::CannotRun,
    measure::Latency,
    net::{self, Ending},
    payload::Codec,
};

use super::watch::Watch;

/// The ears of everybody.
pub(super) struct Ears {
    door: Door,
    codec: Codec,
    rooms: Vec<String>,
    pub(super) watch: Watch,
    pub(super) latency: Latency,
    /// Those who stay and have joined.
    pub(super) settled: usize,
    /// All of them have.
    pub(super) are_settled: bool,
    /// Visitors whose connection was made.
    pub(super) connected: u32,
    /// Visitors whose connection has ended.
    pub(super) gone: u32,
    /// Why the run cannot go on.
    pub(super) trouble: Option<CannotRun>,
}

impl Ears {
    pub(super) fn new(door: Door, codec: Codec, rooms: Vec<String>, watch: Watch) -> Self {
        Self {
            door,
            codec,
            rooms,
            watch,
            latency: Latency::default(),
            settled: 0,
            are_settled: false,
            connected: 0,
            gone: 0,
            trouble: None,
        }
    }

    fn heard(&mut self, index: usize, heard: Heard<'_>, now: u64) {
        match heard {
            Heard::Said { room, nick, text } => self.said(index, room, nick, text, now),
            Heard::Joined => self.joined(index),
            Heard::Departed { nick } => {
                if index < self.rooms.len() {
                    self.watch.departed(index, nick);
                }
            }
            Heard::Refused(words) => self.refused(index, words),
            Heard::Skipped(skip) => self
                .watch
                .broken(|| format!("connection {index} was too slow: {skip}")),
            Heard::Delayed => self.cannot(
                "the server's rate limit delays the lines. Start it with --rate-burst 0, or have \
                 fewer --lines said"
                    .into(),
            ),
            Heard::Elsewhere(line) if self.codec.is_in(line) => self.strange(index, line),
            Heard::Strange(line) => self.strange(index, line),
            Heard::Welcomed { .. } | Heard::Elsewhere(_) | Heard::Other => {}
        }
    }

    /// What visitors hear of each other matters to nobody.
    fn said(&mut self, index: usize, room: Option<&[u8]>, nick: &[u8], text: &[u8], now: u64) {
        if index >= self.rooms.len() {
            return;
        }
        let is_own = room.is_none_or(|room| room == self.rooms[index].as_bytes());
        match self.codec.read(text).filter(|_| is_own) {
            Some(line) => {
                self.latency.sample(index, line, now);
                self.watch.said(index, nick, line);
            }
            None => self
                .watch
                .broken(|| format!("connection {index} heard a line that is not its room's")),
        }
    }

    fn strange(&mut self, index: usize, line: &[u8]) {
        let line = String::from_utf8_lossy(line).into_owned();
        self.watch
            .broken(|| format!("connection {index} heard what nobody said: {line:?}"));
    }

    fn joined(&mut self, index: usize) {
        match index.checked_sub(self.rooms.len()) {
            None => self.settled += 1,
            Some(visitor) => self.watch.joined(visitor),
        }
    }

    fn refused(&mut self, index: usize, words: &[u8]) {
        let words = String::from_utf8_lossy(words).into_owned();
        if self.are_settled {
            self.watch
                .broken(|| format!("connection {index} was refused: {words}"));
        } else {
            self.cannot(format!("the server refused: {words}"));
        }
    }

    fn cannot(&mut self, words: String) {
        self.trouble
            .get_or_insert_with(|| CannotRun::because(words));
    }
}

impl net::Ears for Ears {
    fn hear(&mut self, index: usize, bytes: &[u8], now: u64) -> usize {
        let mut used = 0;
        while let Some((length, heard)) = self.door.next(&bytes[used..]) {
            used += length;
            self.heard(index, heard, now);
        }
        used
    }

    fn connected(&mut self, index: usize) {
        if index >= self.rooms.len() {
            self.connected += 1;
        }
    }

    fn ended(&mut self, index: usize, ending: Ending) {
        let Some(visitor) = index.checked_sub(self.rooms.len()) else {
            if !self.are_settled {
                self.cannot(format!(
                    "connection {index} ended before it had joined: {ending}"
                ));
            }
            self.watch
                .broken(|| format!("connection {index}, which stays, ended: {ending}"));
            return;
        };
        self.gone += 1;
        match ending {
            Ending::Closed if self.watch.has_joined(visitor) => {}
            Ending::Closed => self
                .watch
                .broken(|| format!("visitor {visitor} was closed without an answer to its join")),
            Ending::NotMade(_) | Ending::Broken(_) | Ending::Endless(_) => self
                .watch
                .broken(|| format!("visitor {visitor}'s connection ended: {ending}")),
        }
    }
}
