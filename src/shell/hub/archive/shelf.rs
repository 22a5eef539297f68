//! What the hub knows of a room's history.

use std::collections::VecDeque;

use crate::chat::{Kept, RoomName, Seq, TopicInfo};
use crate::shell::store::{LEAD_MIN, Past, Record, Ticket};

/// What the last lines of a room, as newcomers are shown them, hold at most, in bytes.
const TAIL_BYTES_MAX: usize = 16 * 1024;
/// Numbers that are set aside for a room at most.
const LEAD_MAX: u64 = 65_536;

/// A room whose past is known. What is said in it is added here as it is handed over,
/// so that a newcomer is shown it in the very turn in which they join.
#[derive(Debug)]
pub(in crate::shell::hub) struct Shelf {
    pub(super) last: Seq,
    /// How many lines are kept.
    pub(super) total: u64,
    pub(super) topic: Option<TopicInfo>,
    tail: VecDeque<Kept>,
    tail_bytes: usize,
    marks: Marks,
    /// Lines that could not be handed over: not kept, and the room has been told.
    pub(super) gap: Option<(Seq, Seq)>,
    /// Its topic could not be handed over.
    pub(super) owes_topic: bool,
}

/// Up to where numbers of a room may be used: after a crash none is used again,
/// although what was said under the last of them was not committed.
#[derive(Debug)]
struct Marks {
    /// Known to be durable.
    durable: Seq,
    /// Asked for, each with the ticket that decides.
    asked: VecDeque<(Ticket, Seq)>,
    lead: u64,
}

impl Shelf {
    pub(super) fn new(past: Past, durable: Seq) -> Self {
        let mut shelf = Self {
            last: past.last,
            total: past.total,
            topic: past.topic,
            tail: VecDeque::new(),
            tail_bytes: 0,
            marks: Marks {
                durable,
                asked: VecDeque::new(),
                lead: LEAD_MIN,
            },
            gap: None,
            owes_topic: false,
        };
        let lines = past.tail.len();
        for row in past.tail {
            shelf.push(row, lines);
        }
        shelf
    }

    /// Adds what was said; at most so many lines are remembered.
    pub(super) fn push(&mut self, row: Kept, lines_max: usize) {
        self.last = self.last.max(row.last());
        self.tail_bytes += weight(&row);
        self.tail.push_back(row);
        while self.tail.len() > lines_max || self.tail_bytes > TAIL_BYTES_MAX {
            let Some(oldest) = self.tail.pop_front() else {
                return;
            };
            self.tail_bytes -= weight(&oldest);
        }
    }

    /// The highest number used.
    pub(in crate::shell::hub) fn last(&self) -> Seq {
        self.last
    }

    /// How many lines are kept.
    pub(in crate::shell::hub) fn total(&self) -> u64 {
        self.total
    }

    /// What was said last, in its order.
    pub(in crate::shell::hub) fn tail(&self) -> impl Iterator<Item = &Kept> {
        self.tail.iter()
    }

    /// It was not said after all.
    pub(super) fn take_back(&mut self, seq: Seq) {
        self.total = self.total.saturating_sub(1);
        self.tail.retain(|row| row.first() != seq);
        self.tail_bytes = self.tail.iter().map(weight).sum();
    }

    pub(super) fn topic_record(&self, room: &RoomName) -> Record {
        Record::Topic {
            room: room.clone(),
            topic: self.topic.clone(),
        }
    }

    /// Sees that numbers beyond this one are set aside; what is to be kept for that.
    pub(super) fn set_aside(&mut self, room: &RoomName, ticket: Ticket) -> Option<Record> {
        let seq = self.marks.ask(self.last, ticket)?;
        let room = room.clone();
        Some(Record::Mark { room, seq })
    }

    /// The ticket after which its latest number may be shown, if that is not now.
    pub(super) fn not_before(&self) -> Option<Ticket> {
        if self.last <= self.marks.durable {
            return None;
        }
        let mut asked = self.marks.asked.iter();
        asked
            .find(|(_, seq)| self.last <= *seq)
            .map(|(ticket, _)| *ticket)
    }

    /// Everything up to this ticket is durable.
    pub(super) fn note_durable(&mut self, ticket: Ticket) {
        self.marks.note_durable(ticket);
    }
}

impl Marks {
    fn ask(&mut self, last: Seq, ticket: Ticket) -> Option<Seq> {
        let asked = self.asked.back().map_or(self.durable, |(_, seq)| *seq);
        if last.0 + self.lead / 2 <= asked.0 {
            return None;
        }
        // Asked for again before it was durable: much is said between two commits.
        self.lead = match self.asked.is_empty() {
            false => (self.lead * 2).min(LEAD_MAX),
            true => (self.lead / 2).max(LEAD_MIN),
        };
        let seq = Seq(last.0 + self.lead);
        self.asked.push_back((ticket, seq));
        Some(seq)
    }

    fn note_durable(&mut self, decided: Ticket) {
        while let Some((_, seq)) = self.asked.pop_front_if(|(ticket, _)| *ticket <= decided) {
            self.durable = seq;
        }
    }
}

fn weight(row: &Kept) -> usize {
    let text = match row {
        Kept::Line { text, .. } => text.as_str().len(),
        Kept::Erased { .. } | Kept::Gap { .. } => 0,
    };
    size_of::<Kept>() + text
}
