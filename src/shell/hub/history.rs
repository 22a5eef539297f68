//! History through the hub: what is said goes to the keeper, what was said comes back.

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::{Duration, Instant};
use tracing::{error, warn};

use super::Hub;
use super::archive::{Archive, Readiness, Showing};
use super::holding::{Loss, Lost, Parcel, Undecided};
use crate::chat::{Command, ConnId, Kept, Message, Refusal, RoomName, Seq, Tail, TopicInfo};
use crate::dialect::Decoded;
use crate::shell::Listener;
use crate::shell::fanout::Turn;
use crate::shell::stage::Stage;
use crate::shell::store::{Answer, Fate, Ticket};
use crate::shell::tls::Outgoing;

/// How long people wait at most for numbers to be set aside.
const LATE: Duration = Duration::from_millis(100);

impl<L: Listener> Hub<L> {
    /// Whether this request can be handled now. One that joins a room of whose past
    /// nothing is known yet waits for it, with all that its connection asks after it.
    pub(super) fn is_prepared(&mut self, conn: ConnId, item: &Decoded) -> bool {
        let Decoded::Command {
            command: Command::Join { room },
            ..
        } = item
        else {
            return true;
        };
        let Some(archive) = &mut self.archive else {
            return true;
        };
        // Who has just waited for it does not wait again.
        let may_ask_again = !self.engine.is_peopled(room) && self.going_on != Some(conn);
        if archive.prepare((room, may_ask_again), conn) == Readiness::Awaited {
            return false;
        }
        self.tell_past(room);
        true
    }

    /// Tells the engine what is known of a room that nobody is in, for the next event.
    pub(super) fn tell_past(&mut self, room: &RoomName) {
        if self.engine.is_peopled(room) {
            return;
        }
        let past = self
            .archive
            .as_ref()
            .and_then(|archive| archive.past_of(room));
        if let Some(past) = past {
            self.step(past);
        }
    }

    pub(super) fn record(&mut self, room: &RoomName, seq: Seq, message: &Message) {
        let Some(archive) = &mut self.archive else {
            return;
        };
        let ticket = match archive.record(room, seq, message) {
            Showing::Now => return,
            Showing::After(ticket) => ticket,
            Showing::Never => {
                let refused = vec![(room.clone(), seq)];
                self.decisions.push((0, Fate::Kept { refused }));
                0
            }
        };
        self.undecided.wait_for(ticket);
        if archive.is_strict() {
            let place = self.turn.hold_place();
            let speaker = self.asking.and_then(|conn| self.links.get(conn));
            let speaker = speaker.map(|link| (link.conn, link.flavor));
            self.undecided.add_line(ticket, place, (room, seq), speaker);
        }
    }

    pub(super) fn record_topic(&mut self, room: &RoomName, topic: Option<&TopicInfo>) {
        if let Some(archive) = &mut self.archive {
            archive.record_topic(room, topic);
        }
    }

    /// Shows what was said last in a room to somebody who has just joined it.
    pub(super) fn show_tail(&mut self, to: ConnId, room: &RoomName) {
        let Some(tail) = self.tail_for(to, room) else {
            return;
        };
        let place = self.turn.place();
        let message = Message::TailShown(tail);
        self.reply(to, &message);
        let is_strict = self.archive.as_ref().is_some_and(Archive::is_strict);
        if let (true, Some(link), Message::TailShown(tail)) =
            (is_strict, self.links.get(to), message)
        {
            self.undecided.add_tail(place, (to, link.flavor), tail);
        }
    }

    fn tail_for(&self, to: ConnId, room: &RoomName) -> Option<Tail> {
        let shelf = self.archive.as_ref()?.shelf(room)?;
        // What was said before something that has expired has expired too.
        let expired_before = self.expired_before();
        let is_kept = |row: &&Kept| row.at().is_none_or(|at| Some(at) >= expired_before);
        let has_expired = !shelf.tail().all(|row| is_kept(&row));
        let kept = shelf.tail().filter(is_kept);
        let wanted = kept.filter(|row| !self.is_ignored(to, row));
        let rows: Vec<Kept> = wanted.cloned().collect();
        let has_lines = rows.iter().any(|row| row.day().is_some());
        has_lines.then(|| Tail {
            room: room.clone(),
            total: match has_expired {
                true => rows.iter().filter(|row| row.day().is_some()).count() as u64,
                false => shelf.total(),
            },
            rows,
            today: self.clock.now().date_naive(),
        })
    }

    /// The moment before which nothing is kept; nothing when everything is.
    fn expired_before(&self) -> Option<DateTime<Utc>> {
        let retention = self.archive.as_ref()?.retention()?;
        let retention = TimeDelta::from_std(retention).ok()?;
        self.clock.now().checked_sub_signed(retention)
    }

    /// Whether somebody does not want to be told this.
    pub(super) fn is_ignored(&self, conn: ConnId, row: &Kept) -> bool {
        match row {
            Kept::Line { from, .. } => self.engine.ignores(conn, from),
            Kept::Erased { .. } | Kept::Gap { .. } => false,
        }
    }

    /// What the keeper has to say, or that it is gone.
    pub(super) fn take_answer(&mut self, answer: Option<Answer>) {
        match answer {
            Some(Answer::Decided { ticket, fate }) => self.decisions.push((ticket, fate)),
            Some(Answer::Recalled { room, past }) => {
                let Some(archive) = &mut self.archive else {
                    return;
                };
                let waiting = archive.take_past(room, past);
                self.let_go_on(waiting);
            }
            Some(Answer::Browsed { to, page }) => self.take_page(to, page),
            Some(Answer::Found { to, words, found }) => self.take_found(to, words, found),
            Some(Answer::Troubled) => self.set_troubled(true),
            Some(Answer::Eased) => self.set_troubled(false),
            None => self.lose_keeper(),
        }
    }

    fn set_troubled(&mut self, is_troubled: bool) {
        if let Some(archive) = &mut self.archive {
            archive.set_troubled(is_troubled);
        }
    }

    /// The keeper has failed. The chat goes on without history, and everybody is told.
    fn lose_keeper(&mut self) {
        error!(
            "the keeper of the history is gone: from now on nothing is kept; restart the server"
        );
        let Some(archive) = &mut self.archive else {
            return;
        };
        let fate = Fate::Lost;
        self.decisions.push((Ticket::MAX, fate));
        let waiting = archive.die();
        self.let_go_on(waiting);
        for conn in self.browsing.keys().copied().collect::<Vec<_>>() {
            self.end_browsing(conn, &Message::Refused(Refusal::HistoryUnreadable));
        }
    }

    fn let_go_on(&mut self, waiting: Vec<ConnId>) {
        for conn in waiting {
            if let Some(link) = self.open_link(conn) {
                link.awaits_history = false;
                self.going_on = Some(conn);
                self.go_on(conn);
                self.going_on = None;
            }
        }
    }

    /// Tells the engine what is new of history.
    pub(super) fn tell_news(&mut self) {
        let news = self.archive.as_mut().map(Archive::take_news);
        for event in news.unwrap_or_default() {
            self.step(event);
        }
    }

    /// Whether this turn must wait, or be looked at again before it is shown.
    pub(super) fn must_hold(&self, undecided: &Undecided) -> bool {
        let Some(archive) = &self.archive else {
            return false;
        };
        let is_decided = undecided.is_decided(archive.decided());
        !self.holding.is_empty() || !self.decisions.is_empty() || !is_decided
    }

    pub(super) fn hold_turn(&mut self, turn: Turn, undecided: Undecided) {
        let parcel = Parcel {
            turn,
            opened: self.opened.iter_mut().map(std::mem::take).collect(),
        };
        if !parcel.is_empty() {
            self.holding.push(parcel, undecided);
        }
    }

    /// Carries out what was decided on what waits. After the turn is over: a newcomer
    /// of this turn may be shown what has just been lost.
    pub(super) fn decide(&mut self) {
        for (ticket, fate) in std::mem::take(&mut self.decisions) {
            let Some(archive) = &mut self.archive else {
                return;
            };
            let gone = match &fate {
                Fate::Lost => {
                    let lost = Loss::Tickets(archive.decided(), ticket);
                    self.holding.lose(&lost, Lost::NotKept)
                }
                Fate::Unknown => {
                    let lost = Loss::Tickets(archive.decided(), ticket);
                    self.holding.lose(&lost, Lost::Unknown)
                }
                Fate::Kept { refused } if refused.is_empty() => Default::default(),
                Fate::Kept { refused } => {
                    warn!(
                        lines = refused.len(),
                        "lines could not be kept: the store refuses just them"
                    );
                    self.holding.lose(&Loss::Lines(refused), Lost::NotKept)
                }
            };
            archive.count_lost(match &fate {
                Fate::Lost => gone.len(),
                Fate::Kept { refused } => refused.len(),
                Fate::Unknown => 0,
            });
            for (room, seq) in gone {
                archive.take_back(&room, seq);
            }
            archive.decide(ticket, &fate);
        }
    }

    /// The moment at which nobody waits any longer for numbers to be set aside, if
    /// anybody does. Strict mode waits for as long as it takes.
    pub(super) fn late_at(&self) -> Option<Instant> {
        let archive = self.archive.as_ref()?;
        let waits = !archive.is_strict() && !archive.is_troubled();
        self.holding
            .since()
            .filter(|_| waits)
            .map(|since| since + LATE)
    }

    /// The disk takes too long: the chat goes on without waiting for it.
    pub(super) fn take_late(&mut self) {
        if let Some(archive) = &mut self.archive {
            archive.set_late();
        }
    }

    /// When to see whether too much is set aside for a room, if much is.
    pub(super) fn settle_at(&self) -> Option<Instant> {
        self.archive.as_ref().and_then(Archive::settle_at)
    }

    pub(super) fn settle_numbers(&mut self) {
        if let Some(archive) = &mut self.archive {
            archive.settle();
        }
    }

    /// The next turn that may be shown.
    pub(super) fn next_parcel(&mut self) -> Option<Parcel<Outgoing<L::Write>>> {
        let decided = self.archive.as_ref().map_or(Ticket::MAX, |archive| {
            // What waits for numbers to be set aside does so only while that works.
            match archive.is_troubled() && !archive.is_strict() {
                true => Ticket::MAX,
                false => archive.decided(),
            }
        });
        self.holding.pop(decided)
    }

    /// Hands over what this turn has to keep, and forgets rooms that nobody is in.
    pub(super) fn hand_over_records(&mut self) {
        if let Some(archive) = &mut self.archive {
            archive.hand_over();
            let open = self.engine.stats().rooms;
            archive.forget_empty(open, |room| self.engine.is_peopled(room));
        }
    }

    /// Nobody waits for the keeper any longer: what it has not decided is not shown.
    pub(super) fn give_up_undecided(&mut self) {
        if !self.holding.is_empty() {
            self.decisions.push((Ticket::MAX, Fate::Unknown));
        }
    }

    /// Everything is closed; what was said is handed over, for the keeper to commit.
    pub(super) async fn close_archive(&mut self) {
        if let Some(archive) = self.archive.take() {
            let is_urgent = self.inlets.progress.stage() >= Stage::Ending;
            archive.finish(is_urgent).await;
        }
    }
}
