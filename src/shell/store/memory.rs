//! A store in memory: the simplest thing that keeps what a store must keep.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Beginning, End, Past, Record, Store, StoreError, Written, words};
use crate::chat::{Findings, GapCause, Kept, RoomName, Seq, Text, TopicInfo};

/// Keeps everything in memory, for as long as it lives: for tests and simulations,
/// whose disks are made of it. Cheap to compare, and the reference for other stores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryStore {
    rooms: BTreeMap<RoomName, Room>,
}

/// What is kept of a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Room {
    /// By the first number that each stands for.
    rows: BTreeMap<Seq, Kept>,
    /// How many of them are lines.
    total: u64,
    /// The highest number that is kept, or known not to be.
    last: Seq,
    /// Numbers up to this one may have been used.
    mark: Seq,
    topic: Option<TopicInfo>,
}

impl MemoryStore {
    /// Every room of which something is kept, with its rows in their order.
    pub fn rooms(&self) -> impl Iterator<Item = (&RoomName, impl Iterator<Item = &Kept>)> {
        self.rooms
            .iter()
            .map(|(name, room)| (name, room.rows.values()))
    }

    /// Numbers that may have been used beyond what is kept become gaps, as when a
    /// server begins.
    pub fn close_gaps(&mut self) {
        for room in self.rooms.values_mut().filter(|room| room.mark > room.last) {
            room.close_with_gap();
        }
    }
}

impl Store for MemoryStore {
    async fn begin(&mut self) -> Result<Beginning, StoreError> {
        self.close_gaps();
        let last = self.rooms.values().map(|room| room.last).max();
        Ok(Beginning {
            highest: last.unwrap_or_default(),
        })
    }

    async fn write(&mut self, records: &[Record]) -> Result<Written, StoreError> {
        for record in records {
            let room = self.rooms.entry(record.room().clone()).or_default();
            room.take(record);
            if matches!(record, Record::Mark { seq: Seq(0), .. }) && room.is_unused() {
                self.rooms.remove(record.room());
            }
        }
        Ok(Written::default())
    }

    async fn recall(&mut self, room: &RoomName, lines: u32) -> Result<Option<Past>, StoreError> {
        let Some(room) = self.rooms.get(room) else {
            return Ok(None);
        };
        Ok(Some(Past {
            last: room.last,
            total: room.total,
            topic: room.topic.clone(),
            tail: room.tail(lines),
        }))
    }

    async fn browse(
        &mut self,
        room: &RoomName,
        (first, last): (Seq, Seq),
        rows: u32,
        end: End,
    ) -> Result<Vec<Kept>, StoreError> {
        let Some(room) = self.rooms.get(room) else {
            return Ok(Vec::new());
        };
        let within = room
            .rows
            .values()
            .filter(|row| first <= last && row.last() >= first && row.first() <= last)
            .map(|row| row.clone().within(first, last));
        let rows = rows as usize;
        Ok(match end {
            End::Lowest => within.take(rows).collect(),
            End::Highest => {
                let mut found: Vec<Kept> = within.rev().take(rows).collect();
                found.reverse();
                found
            }
        })
    }

    async fn search(
        &mut self,
        rooms: &[RoomName],
        words: &Text,
    ) -> Result<(Vec<(RoomName, Kept)>, bool), StoreError> {
        let words = words::words(words.as_str());
        let mut found = Vec::new();
        for name in rooms {
            let rows = self.rooms.get(name).map(|room| room.rows.values());
            let matching = rows.into_iter().flatten().filter(|row| holds(row, &words));
            found.extend(matching.map(|row| (name.clone(), row.clone())));
        }
        found.sort_by_key(|(_, row)| row.at());
        let surplus = found.len().saturating_sub(Findings::LINES_MAX as usize);
        Ok((found.split_off(surplus), surplus > 0))
    }

    async fn tidy(&mut self, expired_before: Option<DateTime<Utc>>) -> Result<bool, StoreError> {
        if let Some(before) = expired_before {
            self.rooms.values_mut().for_each(|room| room.expire(before));
        }
        Ok(false)
    }

    async fn end(&mut self) -> Result<(), StoreError> {
        for room in self.rooms.values_mut() {
            room.mark = room.last;
        }
        Ok(())
    }
}

impl Room {
    fn take(&mut self, record: &Record) {
        match record {
            Record::Line { seq, .. } => {
                self.note_jump(*seq);
                if self.has_expired(*seq) {
                    return;
                }
                let line = record.row().expect("a line is a row");
                // The same may come again, when it was not certain that it was kept.
                let before = self.rows.insert(*seq, line);
                self.total += u64::from(before.is_none());
                self.last = self.last.max(*seq);
            }
            Record::Topic { topic, .. } => self.topic.clone_from(topic),
            Record::Mark { seq, .. } => self.mark = *seq,
            Record::Gap {
                first, last, why, ..
            } => {
                self.note_jump(*first);
                self.take_out(*first, *last);
                let first = self.beyond_gap(*first);
                if first <= *last {
                    self.note_gap(first, *last, *why);
                }
            }
        }
    }

    /// Whether this number was kept, and is too old by now.
    fn has_expired(&self, seq: Seq) -> bool {
        let before = self.rows.range(..=seq).next_back();
        matches!(
            before,
            Some((_, Kept::Gap { last, why: GapCause::Expired, .. })) if *last >= seq
        )
    }

    /// The first number from this one on that lies in no gap yet: it may have expired
    /// meanwhile.
    fn beyond_gap(&self, first: Seq) -> Seq {
        let before = self.rows.range(..=first).next_back();
        match before {
            Some((_, Kept::Gap { last, .. })) if *last >= first => last.next(),
            Some(_) | None => first,
        }
    }

    /// Numbers that nobody says anything about are a gap: no hole is silent.
    fn note_jump(&mut self, seq: Seq) {
        if seq > self.last.next() {
            self.note_gap(self.last.next(), Seq(seq.0 - 1), GapCause::Unkept);
        }
    }

    /// Nothing is kept under these numbers, even if it was not certain before.
    fn take_out(&mut self, first: Seq, last: Seq) {
        let is_out =
            |at: &Seq, row: &Kept| *at >= first && *at <= last && !matches!(row, Kept::Gap { .. });
        let before = self.rows.len();
        self.rows.retain(|at, row| !is_out(at, row));
        self.total -= (before - self.rows.len()) as u64;
    }

    /// Nothing was ever said in it, and nothing may have been.
    fn is_unused(&self) -> bool {
        self.last == Seq(0) && self.topic.is_none()
    }

    fn note_gap(&mut self, first: Seq, last: Seq, why: GapCause) {
        self.rows.insert(first, Kept::Gap { first, last, why });
        self.last = self.last.max(last);
    }

    fn close_with_gap(&mut self) {
        self.note_gap(self.last.next(), self.mark, GapCause::Crash);
    }

    fn tail(&self, lines: u32) -> Vec<Kept> {
        let mut tail = Vec::new();
        let mut count = 0;
        for row in self.rows.values().rev() {
            if count == lines {
                break;
            }
            count += u32::from(!matches!(row, Kept::Gap { .. }));
            tail.push(row.clone());
        }
        tail.reverse();
        tail
    }

    /// Everything up to the last line that is too old is a gap.
    fn expire(&mut self, before: DateTime<Utc>) {
        let is_old = |row: &Kept| row.at().is_some_and(|at| at < before);
        let old: Vec<Seq> = self
            .rows
            .iter()
            .take_while(|(_, row)| is_old(row) || matches!(row, Kept::Gap { .. }))
            .map(|(first, _)| *first)
            .collect();
        let Some(last_old) = old.iter().rev().find(|first| is_old(&self.rows[first])) else {
            return;
        };
        let last_old = *last_old;
        for first in old.iter().take_while(|first| **first <= last_old) {
            let row = self.rows.remove(first);
            self.total -= u64::from(row.is_some_and(|row| is_old(&row)));
        }
        self.note_gap(Seq(1), last_old, GapCause::Expired);
    }
}

fn holds(row: &Kept, words: &[String]) -> bool {
    let Kept::Line { text, .. } = row else {
        return false;
    };
    let said = words::words(text.as_str());
    !words.is_empty() && words.iter().all(|word| said.contains(word))
}
