//! The one who keeps: gathers what the hub hands over, commits it together, answers
//! questions, and goes on when the store suffers.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::future::ready;

use chrono::TimeDelta;
use tokio::sync::mpsc;
use tokio::time::{Duration, Instant, sleep_until};
use tracing::{error, info, warn};

use super::link::{Answer, Fate, HistoryLink, Page, Reader, Recalled, Request, Ticket};
use super::pending::Pending;
use super::{Beginning, End, Past, Record, Store, StoreError};
use crate::chat::{Kept, RoomName, Seq, Span, Text};
use crate::shell::{Clock, Durability, HistoryConfig};

/// Requests that may wait for the keeper; further ones wait in the hub.
const REQUESTS_MAX: usize = 1024;
/// Answers that may wait for the hub.
const ANSWERS_MAX: usize = 64;
/// What one commit takes at most, in records, beyond those of one request.
const RECORDS_PER_COMMIT: usize = 4096;
/// After so many records between two steps there is little time for housekeeping.
const BUSY_RECORDS: usize = 256;
/// Rows of a page; the hub shows as many of them as it has room for.
const ROWS_PER_PAGE: u32 = 50;
/// How long a failing store is left alone before the next try.
const RETRY_AFTER: Duration = Duration::from_millis(200);
/// How long the last commit of a server that ends is tried.
const LAST_TRIES: Duration = Duration::from_secs(5);
/// From a commit to the housekeeping for it, from step to step, and when there is
/// nothing to do.
const TIDY_SOON: Duration = Duration::from_millis(250);
const TIDY_ON: Duration = Duration::from_millis(10);
const TIDY_LATER: Duration = Duration::from_secs(60);
/// Numbers that are set aside for a room beyond those that were used, at least.
pub(crate) const LEAD_MIN: u64 = 16;

/// Opens a history: the hub's end, and the keeper, whose [`Keeper::run`] has to run
/// beside the server.
///
/// # Errors
/// When the store cannot be read or written to.
pub async fn open<S: Store>(
    mut store: S,
    config: HistoryConfig,
    clock: Clock,
) -> Result<(HistoryLink, Keeper<S>), StoreError> {
    let beginning = store.begin().await?;
    let lobby = RoomName::lobby();
    let past = store.recall(&lobby, config.lines_on_join).await?;
    let past = past.unwrap_or_default();
    let mark = Record::Mark {
        room: lobby,
        seq: Seq(past.last.0 + LEAD_MIN),
    };
    let lobby_mark = match config.durability {
        Durability::Relaxed => {
            store.write(&[mark]).await?;
            Seq(past.last.0 + LEAD_MIN)
        }
        Durability::Strict => past.last,
    };
    let (requests_in, requests) = mpsc::channel(REQUESTS_MAX);
    let (answers_in, answers) = mpsc::channel(ANSWERS_MAX);
    let link = HistoryLink {
        config,
        requests: requests_in,
        answers,
        beginning: Beginning {
            highest: beginning.highest.max(lobby_mark),
        },
        lobby: past,
        lobby_mark,
    };
    let keeper = Keeper {
        store,
        config,
        clock,
        requests,
        answers: answers_in,
        pending: Pending::new(config.durability == Durability::Relaxed),
        due: None,
        is_troubled: false,
        tidy_at: Instant::now() + TIDY_SOON,
        since_tidy: 0,
        has_farewelled: false,
        recalls: Vec::new(),
        searches: VecDeque::new(),
    };
    Ok((link, keeper))
}

/// Keeps what a server says, until the server has ended and everything is committed.
#[derive(Debug)]
pub struct Keeper<S> {
    store: S,
    config: HistoryConfig,
    clock: Clock,
    requests: mpsc::Receiver<Request>,
    answers: mpsc::Sender<Answer>,
    pending: Pending,
    /// When to commit what is pending.
    due: Option<Instant>,
    /// The last commit failed.
    is_troubled: bool,
    /// When to do some housekeeping.
    tidy_at: Instant,
    /// Records since the last housekeeping: where there are many, there is little time
    /// for it.
    since_tidy: usize,
    /// The server said that this was all.
    has_farewelled: bool,
    /// Rooms whose past is asked for, to be answered together.
    recalls: Vec<RoomName>,
    /// Searches that are being prepared, a step at a time.
    searches: VecDeque<Search>,
}

/// What somebody looks for.
#[derive(Debug)]
struct Search {
    to: Reader,
    rooms: Vec<RoomName>,
    words: Text,
}

impl<S: Store> Keeper<S> {
    /// Works until the server's end of the link is dropped; then commits what is left
    /// and closes the store. To drop it is a crash: what is not committed is lost.
    pub async fn run(mut self) {
        let mut requests = Vec::new();
        loop {
            let due = self.due;
            tokio::select! {
                biased;
                () = until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.commit().await;
                }
                taken = self.requests.recv_many(&mut requests, REQUESTS_MAX) => {
                    if taken == 0 {
                        break;
                    }
                    for request in requests.drain(..) {
                        self.take(request).await;
                    }
                    self.recall().await;
                    self.search_on().await; // However much else there is to do.
                }
                () = ready(()), if !self.searches.is_empty() => self.search_on().await,
                () = sleep_until(self.tidy_at) => self.tidy().await,
            }
        }
        self.end().await;
    }

    async fn take(&mut self, request: Request) {
        match request {
            Request::Keep {
                ticket,
                records,
                is_urgent,
            } => self.keep(ticket, records, is_urgent).await,
            Request::Recall { room } => self.recalls.push(room),
            Request::Browse {
                to,
                room,
                span,
                last,
            } => self.browse(to, room, span, last).await,
            Request::Search { to, rooms, words } => {
                self.searches.push_back(Search { to, rooms, words });
            }
            Request::LinesOnJoin { lines } => self.config.lines_on_join = lines,
            Request::Farewell => self.has_farewelled = true,
        }
    }

    async fn keep(&mut self, ticket: Ticket, records: Vec<Record>, is_urgent: bool) {
        self.pending.add(ticket, records);
        let now = Instant::now();
        let wait = match self.config.durability {
            // Whatever is there already comes with it, and nobody waits for more.
            Durability::Strict => Duration::ZERO,
            Durability::Relaxed if is_urgent && !self.is_troubled => {
                self.due = Some(now);
                Duration::ZERO
            }
            Durability::Relaxed => self.config.commit_interval,
        };
        self.due.get_or_insert(now + wait);
        if self.pending.len() >= RECORDS_PER_COMMIT && !self.is_troubled {
            self.commit().await;
        }
    }

    async fn commit(&mut self) {
        self.due = None;
        if self.pending.is_empty() {
            return;
        }
        match self.store.write(self.pending.records()).await {
            Ok(written) => {
                if std::mem::take(&mut self.is_troubled) {
                    info!("history is being kept again");
                    self.answer(Answer::Eased).await;
                }
                self.since_tidy += self.pending.len();
                self.tidy_at = self.tidy_at.min(Instant::now() + TIDY_SOON);
                let ticket = self.pending.clear();
                let fate = Fate::Kept {
                    refused: written.refused,
                };
                self.answer(Answer::Decided { ticket, fate }).await;
            }
            Err(error) => self.suffer(&error).await,
        }
    }

    /// The store fails. Nobody has seen what strict mode waits for: it is given up.
    /// Else everything is tried again, for as long as it takes.
    async fn suffer(&mut self, error: &StoreError) {
        if !std::mem::replace(&mut self.is_troubled, true) {
            warn!(%error, waiting = self.pending.len(), "history cannot be kept; it is tried again");
            self.answer(Answer::Troubled).await;
        }
        self.due = Some(Instant::now() + RETRY_AFTER);
        if self.config.durability == Durability::Strict {
            let ticket = self.pending.give_up_lines();
            let fate = Fate::Lost;
            self.answer(Answer::Decided { ticket, fate }).await;
        }
    }

    /// What is read includes what was handed over before.
    async fn commit_first(&mut self) {
        if !self.is_troubled {
            self.commit().await;
        }
    }

    /// Answers for all rooms that were asked for, with one commit for the numbers that
    /// are set aside for them.
    async fn recall(&mut self) {
        if self.recalls.is_empty() {
            return;
        }
        self.commit_first().await;
        let (mut known, mut marks) = (Vec::new(), Vec::new());
        for room in std::mem::take(&mut self.recalls) {
            let past = self.past(&room).await;
            if let Ok(past) = &past {
                let seq = Seq(past.last.0 + LEAD_MIN);
                let room = room.clone();
                marks.push(Record::Mark { room, seq });
            }
            known.push((room, past));
        }
        let is_set_aside = self.config.durability == Durability::Relaxed
            && !self.is_troubled
            && self.store.write(&marks).await.is_ok();
        let ahead = if is_set_aside { LEAD_MIN } else { 0 };
        for (room, past) in known {
            let past = past.map(|past| Recalled {
                mark: Seq(past.last.0 + ahead),
                past,
            });
            self.answer(Answer::Recalled { room, past }).await;
        }
    }

    async fn past(&mut self, room: &RoomName) -> Result<Past, StoreError> {
        let lines = self.config.lines_on_join;
        let past = self.store.recall(room, lines).await;
        if let Err(error) = &past {
            warn!(%error, "the history of a room cannot be read");
        }
        self.with_pending(past?, room, lines).await
    }

    /// What the store knows of a room, with what waits, and without what was given up.
    async fn with_pending(
        &mut self,
        past: Option<Past>,
        room: &RoomName,
        lines: u32,
    ) -> Result<Past, StoreError> {
        let past = self.pending.added_to(past, room, lines);
        let mut past = past.unwrap_or_default();
        past.total = past.total.saturating_sub(self.given_up(room).await?);
        Ok(past)
    }

    /// How many lines stand under numbers that were given up, after a commit that failed
    /// and is there all the same.
    async fn given_up(&mut self, room: &RoomName) -> Result<u64, StoreError> {
        let rows = self.rows_given_up(room, Seq(u64::MAX)).await?;
        Ok(rows.iter().filter(|row| row.day().is_some()).count() as u64)
    }

    /// What stands under such numbers, up to this one.
    async fn rows_given_up(
        &mut self,
        room: &RoomName,
        up_to: Seq,
    ) -> Result<Vec<Kept>, StoreError> {
        let gaps: Vec<(Seq, Seq)> = self.pending.gaps_of(room).collect();
        let mut given_up = Vec::new();
        for (first, last) in gaps.into_iter().filter(|(first, _)| *first <= up_to) {
            let numbers = u32::try_from(last.0 - first.0 + 1).unwrap_or(u32::MAX);
            let range = (first, last.min(up_to));
            let rows = self.store.browse(room, range, numbers, End::Lowest).await?;
            given_up.extend(rows);
        }
        Ok(given_up)
    }

    async fn browse(&mut self, to: Reader, room: RoomName, span: Span, last: Seq) {
        self.commit_first().await;
        let page = self.page(&room, span, last).await;
        if let Err(error) = &page {
            warn!(%error, "the history of a room cannot be read");
        }
        self.answer(Answer::Browsed { to, page }).await;
    }

    async fn page(&mut self, room: &RoomName, span: Span, last: Seq) -> Result<Page, StoreError> {
        let past = self.store.recall(room, 0).await?;
        let stored = past.as_ref().map_or(Seq(0), |past| past.last);
        let total = self.with_pending(past, room, 0).await?.total;
        let (start, last) = match span {
            Span::Between { first, last: to } => (first, to.min(last)),
            Span::Last { count } => (self.start(room, (last, stored), count).await?, last),
            Span::Before { seq, count } => {
                let last = last.min(Seq(seq.0.saturating_sub(1)));
                (self.start(room, (last, stored), count).await?, last)
            }
        };
        let rows = self
            .store
            .browse(room, (start, last), ROWS_PER_PAGE, End::Lowest)
            .await?;
        let rows = self
            .pending
            .rows_added_to(rows, room, ((start, last), stored), ROWS_PER_PAGE);
        let is_last = rows.len() < ROWS_PER_PAGE as usize;
        Ok(Page {
            start,
            rows,
            total,
            is_last,
        })
    }

    /// The number from which on there are so many rows.
    async fn start(
        &mut self,
        room: &RoomName,
        (last, stored): (Seq, Seq),
        count: u32,
    ) -> Result<Seq, StoreError> {
        let waiting = self.pending.rows_of(room, (Seq(1), last), stored);
        let missing = count.saturating_sub(u32::try_from(waiting.len()).unwrap_or(u32::MAX));
        if missing == 0 {
            let first = waiting.len() - count as usize;
            return Ok(waiting[first].first());
        }
        // What is not shown does not count.
        let hidden = self.rows_given_up(room, last).await?.len();
        let missing = missing.saturating_add(u32::try_from(hidden).unwrap_or(u32::MAX));
        let start = self.store.locate(room, last, missing).await?;
        let of_waiting = waiting.first().map(Kept::first);
        Ok(start.or(of_waiting).unwrap_or(Seq(1)))
    }

    /// One step of the first search: between two of them there is time for commits.
    async fn search_on(&mut self) {
        let Some(search) = self.searches.front() else {
            return;
        };
        match self.store.prepare_search(&search.rooms).await {
            Ok(true) => return,
            Ok(false) => {}
            // What is indexed can be found all the same.
            Err(error) => warn!(%error, "a search does not find what was said last"),
        }
        let Some(Search { to, rooms, words }) = self.searches.pop_front() else {
            return;
        };
        self.commit_first().await;
        let found = self
            .store
            .search(&rooms, &words)
            .await
            .map(|(mut found, has_more)| {
                found.retain(|(room, row)| !self.pending.is_given_up(room, row));
                (found, has_more)
            });
        if let Err(error) = &found {
            warn!(%error, "history cannot be searched");
        }
        self.answer(Answer::Found { to, words, found }).await;
    }

    async fn tidy(&mut self) {
        let is_busy = std::mem::take(&mut self.since_tidy) >= BUSY_RECORDS;
        let retention = self.config.retention;
        let retention = retention.and_then(|retention| TimeDelta::from_std(retention).ok());
        let before = retention.and_then(|kept| self.clock.now().checked_sub_signed(kept));
        let wait = match self.store.tidy(before).await {
            Ok(true) if is_busy => TIDY_SOON,
            Ok(true) => TIDY_ON,
            Ok(false) => TIDY_LATER,
            Err(error) => {
                warn!(%error, "housekeeping of the history failed; it is tried again");
                TIDY_LATER
            }
        };
        self.tidy_at = Instant::now() + wait;
    }

    /// Commits what is left, for as long as it is worth trying.
    async fn end(&mut self) {
        let give_up = Instant::now() + LAST_TRIES;
        while !self.pending.is_empty() && Instant::now() < give_up {
            self.commit().await;
            if let Some(due) = self.due {
                sleep_until(due.min(give_up)).await;
            }
        }
        if !self.pending.is_empty() {
            let lost = self.pending.len();
            error!(
                lost,
                "the server ends, and could not keep what was said last"
            );
            return; // Numbers stay set aside: what is lost is a gap at the next start.
        }
        if !self.has_farewelled {
            return; // It had more to say: what is set aside stays, and is a gap.
        }
        if let Err(error) = self.store.end().await {
            error!(%error, "the history could not be closed in order");
        }
    }

    /// A hub that is gone needs no answer.
    async fn answer(&mut self, answer: Answer) {
        let _ = self.answers.send(answer).await;
    }
}

/// Waits until then, and not at all if it is past: a timer takes a millisecond at least,
/// which is several commits of a fast disk.
async fn until(due: Instant) {
    if due > Instant::now() {
        sleep_until(due).await;
    }
}
