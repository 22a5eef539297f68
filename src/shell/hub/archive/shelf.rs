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
    /// The ticket of what was said last.
    said_in: Ticket,
    /// It is looked at now and then, since much is set aside for it: its last number when
    /// that was done last.
    watched_from: Option<Seq>,
    /// Lines that could not be handed over: not kept, and the room has been told.
    pub(super) gap: Option<(Seq, Seq)>,
    /// Its past could not be read.
    pub(super) is_unread: bool,
    /// Its topic could not be handed over.
    pub(super) owes_topic: bool,
}

/// Up to where numbers of a room may be used: after a crash none is used again,
/// although what was said under the last of them was not committed.
#[derive(Debug)]
struct Marks {
    /// Known to be durable.
    durable: Seq,
    asked: VecDeque<Asked>,
    /// How many numbers are set aside at once.
    lead: u64,
}

/// A mark on its way.
#[derive(Debug)]
struct Asked {
    /// Decides whether it is durable.
    ticket: Ticket,
    seq: Seq,
    /// The highest number used when it was asked for.
    last: Seq,
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
            said_in: 0,
            watched_from: None,
            gap: None,
            owes_topic: false,
            is_unread: false,
        };
        let lines = past.tail.len();
        for row in past.tail {
            shelf.push(row, lines);
        }
        shelf
    }

    /// A room whose past could not be read: just its number is known.
    pub(super) fn unread(past: Past) -> Self {
        let durable = past.last;
        Self {
            is_unread: true,
            ..Self::new(past, durable)
        }
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

    /// Remembers at most so many lines, the last of them. Gaps do not count.
    pub(super) fn shorten(&mut self, lines_max: usize) {
        let is_line = |row: &&Kept| !matches!(row, Kept::Gap { .. });
        while self.tail.iter().filter(is_line).count() > lines_max {
            self.tail.pop_front();
        }
        self.tail_bytes = self.tail.iter().map(weight).sum();
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
            .find(|asked| self.last <= asked.seq)
            .map(|asked| asked.ticket)
    }

    /// Something was said with this ticket. Whether the room has to be looked at from now
    /// on, because much is set aside for it; said once.
    pub(super) fn note_said(&mut self, ticket: Ticket) -> bool {
        self.said_in = ticket;
        let is_news = self.watched_from.is_none() && self.marks.is_far_beyond(self.last);
        if is_news {
            self.watched_from = Some(self.last);
        }
        is_news
    }

    /// Sets aside at once what was said since this was done last, and gives back what is
    /// far more: the mark for that. Only when everything up to `decided` is all that was
    /// said: no mark may be on its way.
    pub(super) fn settle(&mut self, room: &RoomName, decided: Ticket) -> Option<Record> {
        let before = self.watched_from.unwrap_or(self.last);
        self.marks.follow(self.last.0.saturating_sub(before.0));
        let seq = (self.said_in <= decided)
            .then(|| self.marks.give_back(self.last))
            .flatten();
        let must_be_watched = self.marks.is_far_beyond(self.last);
        self.watched_from = must_be_watched.then_some(self.last);
        let room = room.clone();
        seq.map(|seq| Record::Mark { room, seq })
    }

    /// Whether it is to be looked at again.
    pub(super) fn is_watched(&self) -> bool {
        self.watched_from.is_some()
    }

    /// Everything up to this ticket is durable.
    pub(super) fn note_durable(&mut self, ticket: Ticket) {
        self.marks.note_durable(ticket, self.last);
    }
}

impl Marks {
    fn ask(&mut self, last: Seq, ticket: Ticket) -> Option<Seq> {
        if last.0 + self.lead / 2 <= self.last_asked().0 {
            return None;
        }
        if !self.asked.is_empty() {
            // Much is said, or the disk takes its time: marks must not pile up.
            self.lead = (self.lead * 2).min(LEAD_MAX);
        }
        let seq = Seq(last.0 + self.lead);
        self.asked.push_back(Asked { ticket, seq, last });
        Some(seq)
    }

    /// Whether a crash now would leave a gap that puzzles people.
    fn is_far_beyond(&self, last: Seq) -> bool {
        self.last_asked() > Seq(last.0 + 4 * LEAD_MIN)
    }

    /// From now on so much is set aside at once as was said in the last while.
    fn follow(&mut self, said: u64) {
        self.lead = said.clamp(LEAD_MIN, LEAD_MAX);
    }

    /// The mark with which no more is set aside than is now set aside at once, if more is.
    /// It takes effect here at once, and is safe before it is durable: the store sets
    /// aside more.
    fn give_back(&mut self, last: Seq) -> Option<Seq> {
        if self.last_asked() <= Seq(last.0 + 4 * self.lead) {
            return None;
        }
        let enough = Seq(last.0 + self.lead);
        self.durable = self.durable.min(enough);
        Some(enough)
    }

    /// Four times what was said while a mark was committed is set aside next: enough
    /// that nobody waits for it.
    fn note_durable(&mut self, decided: Ticket, last: Seq) {
        let oldest = self.asked.front().map(|asked| asked.last);
        while let Some(asked) = self.asked.pop_front_if(|asked| asked.ticket <= decided) {
            self.durable = asked.seq;
            let said = oldest.map_or(0, |oldest| last.0.saturating_sub(oldest.0));
            self.lead = (4 * said).clamp(self.lead, LEAD_MAX);
        }
    }

    /// Up to where numbers are set aside, or will be.
    fn last_asked(&self) -> Seq {
        self.asked.back().map_or(self.durable, |asked| asked.seq)
    }
}

fn weight(row: &Kept) -> usize {
    let text = match row {
        Kept::Line { text, .. } => text.as_str().len(),
        Kept::Erased { .. } | Kept::Gap { .. } => 0,
    };
    size_of::<Kept>() + text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lobby() -> RoomName {
        RoomName::lobby()
    }

    fn say(shelf: &mut Shelf, ticket: Ticket) -> Option<Seq> {
        shelf.last = shelf.last.next();
        match shelf.set_aside(&lobby(), ticket) {
            Some(Record::Mark { seq, .. }) => Some(seq),
            Some(other) => panic!("not a mark: {other:?}"),
            None => None,
        }
    }

    #[test]
    fn no_number_beyond_a_durable_mark_is_shown() {
        let mut shelf = Shelf::new(Past::default(), Seq(2));
        assert!(say(&mut shelf, 1).is_some());
        assert_eq!(shelf.not_before(), None, "1 is set aside");
        say(&mut shelf, 1);
        say(&mut shelf, 2);
        assert_eq!(shelf.not_before(), Some(1), "3 waits for the first mark");
        shelf.note_durable(1);
        assert_eq!(shelf.not_before(), None);
    }

    #[test]
    fn little_is_set_aside_where_little_is_said_and_much_where_much_is() {
        let mut shelf = Shelf::new(Past::default(), Seq(LEAD_MIN));
        let first = (0..100).find_map(|_| say(&mut shelf, 1)).unwrap();
        assert_eq!(first.0 - shelf.last.0, LEAD_MIN);
        for _ in 0..1_000 {
            say(&mut shelf, 1); // All before the first mark is durable.
        }
        shelf.note_durable(1);
        let next = (0..5_000).find_map(|_| say(&mut shelf, 2)).unwrap();
        assert!(next.0 - shelf.last.0 >= 4_000, "{next}");
    }

    #[test]
    fn what_is_set_aside_follows_what_is_said() {
        let mut shelf = Shelf::new(Past::default(), Seq(LEAD_MIN));
        for _ in 0..1_000 {
            say(&mut shelf, 1);
            shelf.note_said(1);
        }
        shelf.note_durable(1);
        say(&mut shelf, 2);
        assert!(!shelf.note_said(2), "it is known");
        assert_eq!(shelf.settle(&lobby(), 1), None, "2 may have a mark");
        shelf.note_durable(2);
        assert!(shelf.is_watched());
        let (room, seq) = (lobby(), Seq(1_001 + LEAD_MIN));
        let quiet = shelf.settle(&lobby(), 2);
        assert_eq!(quiet, Some(Record::Mark { room, seq }));
        assert!(!shelf.is_watched());
        for _ in 0..LEAD_MIN {
            assert_eq!(shelf.not_before(), None);
            say(&mut shelf, 3);
        }
        say(&mut shelf, 3);
        assert_eq!(shelf.not_before(), Some(3), "beyond what is set aside now");
    }

    #[test]
    fn marks_do_not_pile_up_while_the_disk_hangs() {
        let mut shelf = Shelf::new(Past::default(), Seq(LEAD_MIN));
        let marks = (0..100_000).filter(|_| say(&mut shelf, 1).is_some());
        assert!(marks.count() < 20);
    }

    #[test]
    fn a_tail_holds_so_many_lines_and_so_many_bytes() {
        let mut shelf = Shelf::new(Past::default(), Seq(0));
        let line = |seq, text: &str| Kept::Line {
            seq: Seq(seq),
            at: chrono::DateTime::UNIX_EPOCH,
            from: "ada".parse().unwrap(),
            is_action: false,
            text: crate::chat::Text::clean(text).unwrap(),
        };
        for seq in 1..=20 {
            shelf.push(line(seq, "short"), 10);
        }
        assert_eq!(shelf.tail().count(), 10);
        assert_eq!(shelf.tail().next().unwrap().first(), Seq(11));
        shelf.shorten(4);
        assert_eq!(shelf.tail().next().unwrap().first(), Seq(17));
        for seq in 21..=30 {
            shelf.push(line(seq, &"x".repeat(4_096)), 10);
        }
        assert_eq!(shelf.tail().count(), 3, "of the longest");
        shelf.take_back(Seq(30));
        assert_eq!(shelf.tail().count(), 2);
    }

    #[test]
    fn a_gap_is_no_line_when_fewer_are_wanted() {
        let mut shelf = Shelf::new(Past::default(), Seq(0));
        let line = |seq| Kept::Erased {
            seq: Seq(seq),
            at: chrono::DateTime::UNIX_EPOCH,
        };
        let gap = Kept::Gap {
            first: Seq(3),
            last: Seq(4),
            why: crate::chat::GapCause::Crash,
        };
        for row in [line(1), line(2), gap] {
            shelf.push(row, 10);
        }
        shelf.shorten(1);
        let left: Vec<_> = shelf.tail().map(Kept::first).collect();
        assert_eq!(left, [Seq(2), Seq(3)]);
        shelf.shorten(0);
        assert_eq!(shelf.tail().filter(|row| row.at().is_some()).count(), 0);
    }
}
