//! Turns that may not be shown yet.
//!
//! Nobody is shown what a crash could take back: a line in strict mode, a number
//! that was not set aside in relaxed mode. The whole turn waits for the commit, and
//! every later one behind it: what each person is told stays in its order.

use std::collections::{BTreeSet, VecDeque};

use tokio::time::Instant;

use crate::chat::{ConnId, Message, Refusal, RoomName, Seq, Tail};
use crate::dialect::Flavor;
use crate::shell::fanout::{Opened, Turn};
use crate::shell::store::Ticket;

/// What waits at most, in bytes, before nothing more is taken from anybody.
const HELD_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A turn and the new connections that come with it, by worker.
pub(super) struct Parcel<W> {
    pub(super) turn: Turn,
    pub(super) opened: Vec<Vec<Opened<W>>>,
}

impl<W> Parcel<W> {
    pub(super) fn is_empty(&self) -> bool {
        self.turn.is_empty() && self.opened.iter().all(Vec::is_empty)
    }
}

/// What in a turn is not decided.
#[derive(Default)]
pub(super) struct Undecided {
    /// The ticket that decides the last of it.
    needs: Ticket,
    lines: Vec<Line>,
    tails: Vec<ShownTail>,
}

/// A line that was said, and is not if it cannot be kept.
struct Line {
    ticket: Ticket,
    /// Held for the refusal, before what others are told.
    place: usize,
    room: RoomName,
    seq: Seq,
    /// Whose it is.
    speaker: Option<(ConnId, Flavor)>,
}

/// The end of a history, with lines in it that may have to go.
struct ShownTail {
    place: usize,
    to: ConnId,
    flavor: Flavor,
    tail: Tail,
}

/// Turns in their order.
pub(super) struct Holding<W> {
    turns: VecDeque<(Parcel<W>, Undecided)>,
    /// Since when the first one waits.
    since: Option<Instant>,
    bytes: usize,
}

impl Undecided {
    /// Nothing of this turn may be shown before this ticket is decided.
    pub(super) fn wait_for(&mut self, ticket: Ticket) {
        self.needs = self.needs.max(ticket);
    }

    pub(super) fn add_line(
        &mut self,
        ticket: Ticket,
        place: usize,
        (room, seq): (&RoomName, Seq),
        speaker: Option<(ConnId, Flavor)>,
    ) {
        self.lines.push(Line {
            ticket,
            place,
            room: room.clone(),
            seq,
            speaker,
        });
    }

    pub(super) fn add_tail(&mut self, place: usize, to: (ConnId, Flavor), tail: Tail) {
        let (to, flavor) = to;
        self.tails.push(ShownTail {
            place,
            to,
            flavor,
            tail,
        });
    }

    pub(super) fn is_decided(&self, decided: Ticket) -> bool {
        self.needs <= decided
    }
}

impl<W> Holding<W> {
    pub(super) fn new() -> Self {
        Self {
            turns: VecDeque::new(),
            since: None,
            bytes: 0,
        }
    }

    pub(super) fn push(&mut self, parcel: Parcel<W>, undecided: Undecided) {
        self.bytes += parcel.turn.weight();
        self.since.get_or_insert_with(Instant::now);
        self.turns.push_back((parcel, undecided));
    }

    /// The next turn, if it may be shown.
    pub(super) fn pop(&mut self, decided: Ticket) -> Option<Parcel<W>> {
        let (parcel, _) = self
            .turns
            .pop_front_if(|(_, undecided)| undecided.is_decided(decided))?;
        self.bytes -= parcel.turn.weight();
        self.since = (!self.turns.is_empty()).then(Instant::now);
        Some(parcel)
    }

    /// Since when the first one is known to wait, if any does.
    pub(super) fn since(&self) -> Option<Instant> {
        self.since
    }

    /// So much waits that nothing more should come.
    pub(super) fn is_full(&self) -> bool {
        self.bytes > HELD_BYTES_MAX
    }

    pub(super) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// Takes back the lines that are lost: those of tickets behind `after`, up to
    /// `ticket`, or just those named. Their authors are told, nobody sees them. Which
    /// they were.
    pub(super) fn lose(&mut self, lost: &Loss<'_>, how: Lost) -> BTreeSet<(RoomName, Seq)> {
        let mut gone = BTreeSet::new();
        for (parcel, undecided) in &mut self.turns {
            let before = parcel.turn.weight();
            for line in undecided.lines.extract_if(.., |line| lost.has(line)) {
                withdraw(&mut parcel.turn, &line, how);
                gone.insert((line.room, line.seq));
            }
            for shown in &mut undecided.tails {
                shown.take_out(&gone, &mut parcel.turn);
            }
            self.bytes = self.bytes + parcel.turn.weight() - before;
        }
        gone
    }
}

/// What is known of lines that are lost.
#[derive(Clone, Copy)]
pub(super) enum Lost {
    /// They are not kept.
    NotKept,
    /// Nobody knows.
    Unknown,
}

/// Which lines are lost.
pub(super) enum Loss<'a> {
    /// All of these tickets: behind the first, up to the second.
    Tickets(Ticket, Ticket),
    /// These alone.
    Lines(&'a [(RoomName, Seq)]),
}

impl Loss<'_> {
    fn has(&self, line: &Line) -> bool {
        match self {
            Self::Tickets(after, to) => line.ticket > *after && line.ticket <= *to,
            Self::Lines(lines) => lines
                .iter()
                .any(|(room, seq)| *room == line.room && *seq == line.seq),
        }
    }
}

fn withdraw(turn: &mut Turn, line: &Line, how: Lost) {
    turn.withdraw(line.place, (&line.room, line.seq));
    if let Some((speaker, flavor)) = line.speaker {
        let room = line.room.clone();
        let refusal = match how {
            Lost::NotKept => Refusal::NotKept { room },
            Lost::Unknown => Refusal::MaybeKept { room },
        };
        turn.reply_at(line.place, flavor, speaker, &Message::Refused(refusal));
    }
}

impl ShownTail {
    fn take_out(&mut self, gone: &BTreeSet<(RoomName, Seq)>, turn: &mut Turn) {
        let tail = &mut self.tail;
        let before = tail.rows.len();
        let room = tail.room.clone();
        tail.rows
            .retain(|row| !gone.contains(&(room.clone(), row.first())));
        let taken = (before - tail.rows.len()) as u64;
        if taken == 0 {
            return;
        }
        tail.total = tail.total.saturating_sub(taken);
        if tail.rows.is_empty() {
            turn.clear_place(self.place);
        } else {
            let message = Message::TailShown(tail.clone());
            turn.reply_at(self.place, self.flavor, self.to, &message);
        }
    }
}
