//! The hub's side of history: what it knows of rooms, what it has handed over, and
//! what is decided. It never waits for a disk.

mod outgoing;
mod shelf;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tokio::sync::mpsc;
use tokio::time::{Duration, Instant};

use crate::chat::{ConnId, GapCause, Kept, Message, RoomName, Seq, TopicInfo};
use crate::engine::Event;
use crate::shell::store::{
    Answer, Fate, HistoryLink, Past, Recalled, Record, Request, StoreError, Ticket,
};
use crate::shell::{Durability, HistoryConfig};
use outgoing::Outgoing;
pub(super) use shelf::Shelf;

/// What the hub knows of history, and what it has to do with the keeper.
pub(super) struct Archive {
    config: HistoryConfig,
    rooms: BTreeMap<RoomName, Known>,
    /// A number that is at least as high as any that was ever used.
    highest: Seq,
    outgoing: Outgoing,
    answers: mpsc::Receiver<Answer>,
    /// The last ticket that is decided.
    decided: Ticket,
    /// Commits fail at the moment.
    is_troubled: bool,
    /// A commit takes so long that nobody waits for it.
    is_late: bool,
    /// The keeper is gone: nothing is kept any more.
    is_dead: bool,
    /// Rooms of whose lines some are not kept, and have not been told yet that
    /// others are again.
    healing: Vec<(RoomName, (Ticket, Seq, Seq))>,
    /// Rooms for which numbers were set aside, by the ticket that decides.
    marking: VecDeque<(Ticket, RoomName)>,
    /// Rooms for which much is set aside, by when to see whether that must be.
    settling: VecDeque<(Instant, RoomName)>,
    /// Rooms of which something could not be handed over.
    behind: BTreeSet<RoomName>,
    /// What the engine is to be told.
    news: Vec<Event>,
}

/// How often it is seen whether as much must be set aside for a room as is. What is set
/// aside at once while people talk fast is what keeps them from waiting for the disk.
const SETTLE_EVERY: Duration = Duration::from_secs(1);

/// A room, as far as its past is known.
enum Known {
    /// The keeper was asked, for these people who want to join it.
    Asked(Vec<ConnId>),
    Here(Box<Shelf>),
}

/// What stands in the way of joining a room.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    /// Nothing: this is its past.
    Here,
    /// Its past is on its way.
    Awaited,
}

/// When a line may be shown.
pub(super) enum Showing {
    Now,
    /// Once this ticket is decided.
    After(Ticket),
    /// It cannot be kept, and nothing may be shown that is not.
    Never,
}

impl Archive {
    pub(super) fn new(link: HistoryLink) -> Self {
        let lobby = Shelf::new(link.lobby, link.lobby_mark);
        let lobby = Known::Here(Box::new(lobby));
        Self {
            rooms: BTreeMap::from([(RoomName::lobby(), lobby)]),
            highest: link.beginning.highest,
            outgoing: Outgoing::new(link.requests, link.config.buffer_bytes_max),
            answers: link.answers,
            config: link.config,
            decided: 0,
            is_troubled: false,
            is_late: false,
            is_dead: false,
            healing: Vec::new(),
            marking: VecDeque::new(),
            settling: VecDeque::new(),
            behind: BTreeSet::new(),
            news: Vec::new(),
        }
    }

    pub(super) fn is_strict(&self) -> bool {
        self.config.durability == Durability::Strict
    }

    /// For how long lines are kept; nothing when it is for ever.
    pub(super) fn retention(&self) -> Option<Duration> {
        self.config.retention
    }

    /// Newcomers see so many lines from now on. In a room that is open, more than before
    /// are there once they are said.
    pub(super) fn set_lines_on_join(&mut self, lines: u32) {
        self.config.lines_on_join = lines;
        for known in self.rooms.values_mut() {
            match known {
                Known::Here(shelf) => shelf.shorten(lines as usize),
                Known::Asked(_) => {}
            }
        }
        self.outgoing.ask(Request::LinesOnJoin { lines });
    }

    /// Waits for what the keeper has to say; for ever once the keeper is gone.
    pub(super) async fn next_answer(&mut self) -> Option<Answer> {
        if self.is_dead {
            return std::future::pending().await;
        }
        self.answers.recv().await
    }

    /// What the keeper has said already.
    pub(super) fn try_answer(&mut self) -> Option<Answer> {
        self.answers.try_recv().ok()
    }

    /// Whether somebody can join a room now; else they are noted, and named when its
    /// past is here.
    pub(super) fn prepare(
        &mut self,
        (room, may_ask_again): (&RoomName, bool),
        conn: ConnId,
    ) -> Readiness {
        let can_ask = !self.is_dead && !self.outgoing.is_stuffed();
        match self.rooms.get_mut(room) {
            // It could not be read then; now it may be.
            Some(Known::Here(shelf))
                if shelf.is_unread && may_ask_again && can_ask && self.outgoing.is_decided() =>
            {
                self.ask_past(room, conn);
                Readiness::Awaited
            }
            Some(Known::Here(_)) => Readiness::Here,
            Some(Known::Asked(waiting)) => {
                waiting.push(conn);
                Readiness::Awaited
            }
            None if !can_ask => {
                self.shelve_unread(room.clone());
                Readiness::Here
            }
            None => {
                self.ask_past(room, conn);
                Readiness::Awaited
            }
        }
    }

    fn ask_past(&mut self, room: &RoomName, conn: ConnId) {
        self.rooms.insert(room.clone(), Known::Asked(vec![conn]));
        self.outgoing.ask(Request::Recall { room: room.clone() });
    }

    /// The past of a room is here. Who waited for it can go on.
    pub(super) fn take_past(
        &mut self,
        room: RoomName,
        past: Result<Recalled, StoreError>,
    ) -> Vec<ConnId> {
        let waiting = match self.rooms.remove(&room) {
            Some(Known::Asked(waiting)) => waiting,
            Some(here @ Known::Here(_)) => {
                self.rooms.insert(room, here);
                return Vec::new();
            }
            None => Vec::new(),
        };
        match past {
            Ok(Recalled { past, mark }) => self.shelve(room, Shelf::new(past, mark)),
            Err(_) => self.shelve_unread(room),
        }
        waiting
    }

    fn shelve(&mut self, room: RoomName, shelf: Shelf) {
        self.highest = self.highest.max(shelf.last);
        self.rooms.insert(room, Known::Here(Box::new(shelf)));
    }

    /// Nobody knows which numbers it has used: it goes on above all of them.
    fn shelve_unread(&mut self, room: RoomName) {
        let past = Past {
            last: self.highest,
            ..Past::default()
        };
        self.shelve(room, Shelf::unread(past));
    }

    /// What the engine has to know of a room before somebody joins it.
    pub(super) fn past_of(&self, room: &RoomName) -> Option<Event> {
        let shelf = self.shelf(room)?;
        Some(Event::Recalled {
            room: room.clone(),
            last: shelf.last,
            topic: shelf.topic.clone(),
        })
    }

    pub(super) fn shelf(&self, room: &RoomName) -> Option<&Shelf> {
        match self.rooms.get(room)? {
            Known::Here(shelf) => Some(shelf),
            Known::Asked(_) => None,
        }
    }

    /// Takes what was said in a room, and says when it may be shown.
    pub(super) fn record(&mut self, room: &RoomName, seq: Seq, message: &Message) -> Showing {
        let (Some(Known::Here(shelf)), Some((record, row))) =
            (self.rooms.get_mut(room), both(room, seq, message))
        else {
            return Showing::Now; // Nobody is in a room whose past is not known.
        };
        self.highest = self.highest.max(seq);
        shelf.push(row, self.config.lines_on_join as usize);
        if self.config.durability == Durability::Strict {
            shelf.total += 1;
            return match self.is_dead {
                true => Showing::Never,
                false => Showing::After(self.outgoing.keep(record)),
            };
        }
        let has_place = !self.is_dead && self.outgoing.has_place(&record);
        if let Some((_, last)) = &mut shelf.gap {
            *last = seq;
        } else if has_place {
            shelf.total += 1;
            self.outgoing.keep(record);
        } else {
            shelf.gap = Some((seq, seq));
            self.behind.insert(room.clone());
            let room = room.clone();
            self.news.push(Event::HistoryPaused { room });
        }
        // Its number is used, whether it is kept or not.
        set_aside(shelf, room, &mut self.outgoing, &mut self.marking);
        let ticket = self.outgoing.ticket();
        if shelf.note_said(ticket) {
            let at = Instant::now() + SETTLE_EVERY;
            self.settling.push_back((at, room.clone()));
        }
        // While commits fail, there is nothing to wait for.
        match shelf.not_before() {
            Some(ticket) if !self.is_troubled() => {
                self.outgoing.hurry();
                Showing::After(ticket)
            }
            Some(_) | None => Showing::Now,
        }
    }

    pub(super) fn record_topic(&mut self, room: &RoomName, topic: Option<&TopicInfo>) {
        if let Some(Known::Here(shelf)) = self.rooms.get_mut(room) {
            shelf.topic = topic.cloned();
            let record = shelf.topic_record(room);
            if self.outgoing.has_place(&record) {
                self.outgoing.keep(record);
            } else {
                // Only the latest counts: it follows as soon as there is place.
                shelf.owes_topic = true;
                self.behind.insert(room.clone());
            }
        }
    }

    /// Asks for something to show; false when there is nobody to ask, or far too much
    /// is asked already.
    pub(super) fn ask(&mut self, request: Request) -> bool {
        let can_ask = !self.is_dead && !self.outgoing.is_stuffed();
        if can_ask {
            self.outgoing.ask(request);
        }
        can_ask
    }

    /// Hands over what has come together, as far as there is place for it.
    pub(super) fn hand_over(&mut self) {
        self.outgoing.hand_over();
    }

    /// The last ticket that is decided.
    pub(super) fn decided(&self) -> Ticket {
        self.decided
    }

    /// Everything up to this ticket is decided.
    pub(super) fn decide(&mut self, ticket: Ticket, fate: &Fate) {
        self.decided = self.decided.max(ticket);
        self.is_late = false;
        self.outgoing.decide(ticket);
        if let Fate::Kept { .. } = fate {
            while let Some((_, room)) = self.marking.pop_front_if(|(asked, _)| *asked <= ticket) {
                if let Some(Known::Here(shelf)) = self.rooms.get_mut(&room) {
                    shelf.note_durable(ticket);
                }
            }
            self.note_healed(ticket);
            if self.outgoing.is_under_half() {
                self.catch_up();
            }
        }
    }

    pub(super) fn set_troubled(&mut self, is_troubled: bool) {
        self.is_troubled = is_troubled;
    }

    /// Nothing has been decided for too long.
    pub(super) fn set_late(&mut self) {
        self.is_late = true;
    }

    /// Whether there is nothing to wait for: commits fail, or hang, or there are none.
    pub(super) fn is_troubled(&self) -> bool {
        self.is_troubled || self.is_late || self.is_dead
    }

    /// A line that was handed over was not said after all.
    pub(super) fn take_back(&mut self, room: &RoomName, seq: Seq) {
        if let Some(Known::Here(shelf)) = self.rooms.get_mut(room) {
            shelf.take_back(seq);
        }
    }

    /// The keeper is gone. Who waits for a room's past goes on without it.
    pub(super) fn die(&mut self) -> Vec<ConnId> {
        self.is_dead = true;
        let asked = |known: &Known| matches!(known, Known::Asked(_));
        let rooms: Vec<RoomName> = self
            .rooms
            .iter()
            .filter(|(_, known)| asked(known))
            .map(|(room, _)| room.clone())
            .collect();
        let gone = || StoreError("the keeper is gone".into());
        rooms
            .into_iter()
            .flat_map(|room| self.take_past(room, Err(gone())))
            .collect()
    }

    /// Whether the engine is to be told something.
    pub(super) fn has_news(&self) -> bool {
        !self.news.is_empty()
    }

    /// What the engine is to be told now.
    pub(super) fn take_news(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.news)
    }

    /// Forgets rooms that nobody is in, once there are many.
    pub(super) fn forget_empty(&mut self, open: usize, is_peopled: impl Fn(&RoomName) -> bool) {
        if self.rooms.len() <= 2 * open + 64 {
            return;
        }
        let lobby = RoomName::lobby();
        let is_over = |room: &RoomName, known: &Known| match known {
            Known::Here(_) => !self.behind.contains(room) && *room != lobby && !is_peopled(room),
            Known::Asked(_) => false,
        };
        let over = self
            .rooms
            .extract_if(.., |room, known| is_over(room, known));
        for (room, known) in over.collect::<Vec<_>>() {
            if let Known::Here(shelf) = known
                && self.config.durability == Durability::Relaxed
            {
                // What was set aside and not used is free again.
                let seq = shelf.last;
                self.outgoing.keep_if_place(Record::Mark { room, seq });
            }
        }
    }

    /// The server ends: everything is handed over, also that something is missing.
    pub(super) async fn finish(mut self, is_urgent: bool) {
        self.catch_up();
        // The keeper must not wait for somebody who listens no more.
        drop(self.answers);
        self.outgoing.ask(Request::Farewell);
        if is_urgent {
            self.outgoing.hand_over();
        } else {
            self.outgoing.hand_over_all().await;
        }
    }

    /// What could not be handed over is recorded as missing, now that there is place.
    fn catch_up(&mut self) {
        for room in std::mem::take(&mut self.behind) {
            let Some(Known::Here(shelf)) = self.rooms.get_mut(&room) else {
                continue;
            };
            if std::mem::take(&mut shelf.owes_topic) {
                self.outgoing.keep(shelf.topic_record(&room));
            }
            if let Some((first, last)) = shelf.gap.take() {
                let ticket = self.outgoing.keep(Record::Gap {
                    room: room.clone(),
                    first,
                    last,
                    why: GapCause::Unkept,
                });
                self.healing.push((room, (ticket, first, last)));
            }
        }
    }

    /// When to look at the rooms for which much is set aside.
    pub(super) fn settle_at(&self) -> Option<Instant> {
        self.settling.front().map(|(at, _)| *at)
    }

    /// For each such room as much is set aside as its people need.
    pub(super) fn settle(&mut self) {
        let now = Instant::now();
        while let Some((_, room)) = self.settling.pop_front_if(|(at, _)| *at <= now) {
            let Some(Known::Here(shelf)) = self.rooms.get_mut(&room) else {
                continue;
            };
            if let Some(mark) = shelf.settle(&room, self.decided) {
                self.outgoing.keep_if_place(mark);
            }
            if shelf.is_watched() {
                self.settling.push_back((now + SETTLE_EVERY, room));
            }
        }
    }

    fn note_healed(&mut self, decided: Ticket) {
        let healed = self
            .healing
            .extract_if(.., |(_, (ticket, ..))| *ticket <= decided);
        for (room, (_, first, last)) in healed {
            self.news.push(Event::HistoryResumed { room, first, last });
        }
    }
}

/// Sees that numbers beyond the latest are set aside.
fn set_aside(
    shelf: &mut Shelf,
    room: &RoomName,
    outgoing: &mut Outgoing,
    marking: &mut VecDeque<(Ticket, RoomName)>,
) {
    outgoing.keep_if(|ticket| {
        let mark = shelf.set_aside(room, ticket)?;
        marking.push_back((ticket, room.clone()));
        Some(mark)
    });
}

/// What was said, to be kept and to be shown.
fn both(room: &RoomName, seq: Seq, message: &Message) -> Option<(Record, Kept)> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "only what is said in a room has a number"
    )]
    let (at, from, text, is_action) = match message {
        Message::Said { at, from, text, .. } => (*at, from.clone(), text.clone(), false),
        Message::Acted { at, from, text, .. } => (*at, from.clone(), text.clone(), true),
        _ => return None,
    };
    let record = Record::Line {
        room: room.clone(),
        seq,
        at,
        from,
        is_action,
        text,
    };
    let row = record.row()?;
    Some((record, row))
}

#[cfg(test)]
mod tests;
