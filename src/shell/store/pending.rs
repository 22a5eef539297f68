//! What was handed over and is not committed yet.

use std::collections::BTreeMap;

use super::link::Ticket;
use super::{Past, Record};
use crate::chat::{GapCause, Kept, RoomName, Seq};

/// Records in their order, up to a ticket. The hub bounds how much waits.
#[derive(Debug)]
pub(super) struct Pending {
    records: Vec<Record>,
    ticket: Ticket,
    /// Lines may be shown before they are committed.
    shows_lines: bool,
}

impl Pending {
    pub(super) fn new(shows_lines: bool) -> Self {
        Self {
            records: Vec::new(),
            ticket: 0,
            shows_lines,
        }
    }

    pub(super) fn add(&mut self, ticket: Ticket, records: Vec<Record>) {
        self.ticket = ticket;
        if self.records.is_empty() {
            self.records = records;
        } else {
            self.records.extend(records);
        }
    }

    pub(super) fn records(&self) -> &[Record] {
        &self.records
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Everything is committed, up to this ticket.
    pub(super) fn clear(&mut self) -> Ticket {
        self.records.clear();
        self.ticket
    }

    /// Lines are not kept; that they are not is. Of a room's topics, and of its marks,
    /// only the latest counts: what waits does not grow. Everything up to this ticket is
    /// decided.
    pub(super) fn give_up_lines(&mut self) -> Ticket {
        let latest: BTreeMap<_, usize> = self
            .records
            .iter()
            .enumerate()
            .filter_map(|(place, record)| Some((only_latest(record)?, place)))
            .collect();
        let mut kept: Vec<Record> = Vec::new();
        for (place, record) in self.records.drain(..).enumerate() {
            if let Some(key) = only_latest(&record)
                && latest.get(&key) != Some(&place)
            {
                continue;
            }
            match record {
                Record::Line { room, seq, .. } => note_gap(&mut kept, room, seq),
                Record::Topic { .. } | Record::Mark { .. } | Record::Gap { .. } => {
                    kept.push(record);
                }
            }
        }
        self.records = kept;
        self.ticket
    }

    /// What the store knows of a room, and what waits for it.
    pub(super) fn added_to(&self, past: Option<Past>, room: &RoomName, lines: u32) -> Option<Past> {
        let is_known = past.is_some();
        let mut past = past.unwrap_or_default();
        let stored = past.last;
        past.tail.retain(|row| !self.is_given_up(room, row));
        let mut has_added = false;
        for record in self.records.iter().filter(|record| record.room() == room) {
            has_added = true;
            if let Record::Topic { topic, .. } = record {
                past.topic.clone_from(topic);
            }
            let Some(row) = record.row() else { continue };
            past.last = past.last.max(row.last());
            if self.may_show(&row, stored) {
                past.total += u64::from(row.at().is_some());
                past.tail.push(row);
            }
        }
        past.tail.sort_by_key(Kept::first); // A gap may lie before what is stored.
        // Gaps do not count: who joins is shown so many lines.
        let is_line = |row: &Kept| !matches!(row, Kept::Gap { .. });
        let count = past.tail.iter().filter(|row| is_line(row)).count();
        let mut surplus = count.saturating_sub(lines as usize);
        past.tail.retain(|row| {
            let goes = surplus > 0;
            surplus -= usize::from(goes && is_line(row));
            !goes
        });
        (is_known || has_added).then_some(past)
    }

    /// Whether this stands under numbers that were given up: a commit that failed may be
    /// there all the same, and nothing of it is shown.
    pub(super) fn is_given_up(&self, room: &RoomName, row: &Kept) -> bool {
        let mut gaps = self.gaps_of(room);
        gaps.any(|(first, last)| row.first() >= first && row.last() <= last)
    }

    /// Numbers of a room under which nothing is to be kept.
    pub(super) fn gaps_of(&self, room: &RoomName) -> impl Iterator<Item = (Seq, Seq)> {
        self.records.iter().filter_map(move |record| match record {
            Record::Gap {
                room: other,
                first,
                last,
                ..
            } if other == room => Some((*first, *last)),
            Record::Gap { .. }
            | Record::Line { .. }
            | Record::Topic { .. }
            | Record::Mark { .. } => None,
        })
    }

    /// A line that the store has all the same, although its commit failed, is not shown
    /// twice.
    fn may_show(&self, row: &Kept, stored: Seq) -> bool {
        match row {
            Kept::Line { seq, .. } => self.shows_lines && *seq > stored,
            Kept::Erased { .. } | Kept::Gap { .. } => true,
        }
    }

    /// Rows that the store has, and those that wait, at most so many of the lowest.
    pub(super) fn rows_added_to(
        &self,
        mut rows: Vec<Kept>,
        room: &RoomName,
        (numbers, stored): ((Seq, Seq), Seq),
        rows_max: u32,
    ) -> Vec<Kept> {
        rows.retain(|row| !self.is_given_up(room, row));
        rows.extend(self.rows_of(room, numbers, stored));
        rows.sort_by_key(Kept::first); // A gap may lie before what is stored.
        rows.truncate(rows_max as usize);
        rows
    }

    /// Rows of a room that wait, within these numbers; `stored` is the highest that the
    /// store knows of.
    pub(super) fn rows_of(
        &self,
        room: &RoomName,
        (first, last): (Seq, Seq),
        stored: Seq,
    ) -> Vec<Kept> {
        let of_room = self.records.iter().filter(|record| record.room() == room);
        let rows = of_room.filter_map(Record::row);
        rows.filter(|row| row.last() >= first && row.first() <= last && self.may_show(row, stored))
            .map(|row| row.within(first, last))
            .collect()
    }
}

/// What makes an earlier record of the same kind and room superfluous.
fn only_latest(record: &Record) -> Option<(bool, RoomName)> {
    match record {
        Record::Topic { room, .. } => Some((true, room.clone())),
        Record::Mark { room, .. } => Some((false, room.clone())),
        Record::Line { .. } | Record::Gap { .. } => None,
    }
}

/// Lines that follow each other make one gap.
fn note_gap(records: &mut Vec<Record>, room: RoomName, seq: Seq) {
    let before = records.iter_mut().rev().find_map(|record| match record {
        Record::Gap {
            room: other, last, ..
        } if *other == room => Some(last),
        Record::Gap { .. } | Record::Line { .. } | Record::Topic { .. } | Record::Mark { .. } => {
            None
        }
    });
    match before {
        Some(last) if last.next() == seq => *last = seq,
        Some(_) | None => records.push(Record::Gap {
            room,
            first: seq,
            last: seq,
            why: GapCause::Unkept,
        }),
    }
}
