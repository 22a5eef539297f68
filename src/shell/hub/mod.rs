//! The one task that owns the engine.
//!
//! It works in turns: take what has arrived (bounded), let the engine handle it,
//! hand what is to be told to the I/O workers, give the readers their credit
//! back. It never waits for a socket, a file or a lock; what it may wait for at
//! the end of a turn is a worker that still has the turn before last to apply.

mod archive;
mod browsing;
mod carry_out;
mod closing;
mod history;
mod holding;
mod intake;
mod link;
mod links;
mod tuning;
mod watch;

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tracing::{debug, error};

use super::accept::Accepted;
use super::admission::Admission;
use super::connection::{Batch, ReaderDone};
use super::fanout::{self, Opened, Report, Slots, Turn};
use super::metrics::{HubFigures, TurnCounts};
use super::stage::{Outcome, Progress, Stage};
use super::store::{Answer, Fate, HistoryLink, Ticket};
use super::tls::Outgoing;
use super::{Clock, Config, Listener, Tuning};
use crate::chat::ConnId;
use crate::dialect::Flavor;
use crate::engine::{Effects, Engine, Event, Stats, Violation};
use archive::Archive;
use browsing::Browsing;
use holding::{Holding, Undecided};
use links::Links;
use watch::Watch;

/// What one turn takes at most of each kind, so that nobody waits long for their
/// part of it.
const BATCHES_PER_TURN: usize = 512;
const ACCEPTED_PER_TURN: usize = 64;
const REPORTS_PER_TURN: usize = 4096;
/// A turn ends early when it has this many bytes to tell, or this many deliveries
/// to make: that bounds what waits for the workers.
const BYTES_PER_TURN: usize = 1024 * 1024;
const DELIVERIES_PER_TURN: usize = 256 * 1024;

/// A look at a running server.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The engine's gauges and counters.
    pub stats: Stats,
    /// What `Engine::audit` says.
    pub audit: Result<(), Violation>,
    /// Whether only counters tell the engine from a new one.
    pub equals_new: bool,
    /// Connections that are not wholly closed yet.
    pub connections: usize,
}

/// Somebody who wants a look.
pub(crate) type Inspector = oneshot::Sender<Inspection>;
/// Somebody who wants to know whether the hub goes on.
pub(crate) type Pulse = oneshot::Sender<()>;

/// Other settings, and where to say that they hold.
pub(crate) type Retune = (Tuning, oneshot::Sender<()>);

/// What comes in to the hub.
pub(crate) struct Inlets<L: Listener> {
    pub(crate) progress: Progress,
    pub(crate) accepted: mpsc::Receiver<Accepted<L::Read, L::Write>>,
    pub(crate) reports: mpsc::Receiver<Report>,
    pub(crate) inspectors: mpsc::Receiver<Inspector>,
    pub(crate) pulses: mpsc::Receiver<Pulse>,
    pub(crate) retunes: mpsc::Receiver<Retune>,
    /// Who may come in.
    pub(crate) admission: Admission,
    /// Where what is said is kept, if it is.
    pub(crate) history: Option<HistoryLink>,
}

/// The hub.
pub(crate) struct Hub<L: Listener> {
    config: Config,
    clock: Clock,
    figures: Arc<HubFigures>,
    /// What was counted since the end of the latest turn.
    counts: TurnCounts,
    watch: Watch,
    engine: Engine,
    effects: Effects,
    /// An event was not handled to its end: the engine is not to be trusted with
    /// anything more. What the turn says until then stands.
    has_failed: bool,

    links: Links,
    slots: Slots,
    /// How many connections are told in each flavor.
    flavors: BTreeMap<Flavor, usize>,
    readers: JoinSet<ReaderDone>,
    /// For readers to hand over by.
    batches_in: mpsc::Sender<Batch>,
    batches: mpsc::Receiver<Batch>,
    inlets: Inlets<L>,

    /// What this turn has to tell.
    turn: Turn,
    /// New write halves, by worker.
    opened: Vec<Vec<Opened<Outgoing<L::Write>>>>,
    workers: Vec<mpsc::Sender<fanout::Batch<Outgoing<L::Write>>>>,
    /// Whose batch was handled in this turn.
    handled: Vec<ConnId>,
    /// Whose request is being handled.
    asking: Option<ConnId>,

    /// What is known of history, if it is kept.
    archive: Option<Archive>,
    /// What the keeper has decided, to be carried out at the end of the turn.
    decisions: Vec<(Ticket, Fate)>,
    /// What this turn shows that is not decided.
    undecided: Undecided,
    /// Turns that wait to be decided.
    holding: Holding<Outgoing<L::Write>>,
    /// Who is being shown history.
    browsing: BTreeMap<ConnId, Browsing>,
    /// Who has waited for the past of a room, and goes on.
    going_on: Option<ConnId>,
    /// How many questions the keeper was asked for people.
    questions: u64,
}

/// Something that woke the hub.
enum Arrival<L: Listener> {
    Report(Report),
    ReaderDone(ReaderDone),
    ReaderPanicked(tokio::task::Id),
    Inspector(Inspector),
    Pulse(Pulse),
    Retune(Retune),
    Accepted(Accepted<L::Read, L::Write>),
    Batch(Batch),
    /// From the keeper; nothing when it is gone.
    History(Option<Answer>),
    /// The disk takes too long.
    Late,
    /// Too much may be set aside for a room.
    Settle,
    Deadline,
}

impl<L: Listener> Hub<L> {
    pub(crate) fn new(
        config: Config,
        clock: Clock,
        figures: Arc<HubFigures>,
        mut inlets: Inlets<L>,
        workers: Vec<mpsc::Sender<fanout::Batch<Outgoing<L::Write>>>>,
    ) -> Self {
        let (batches_in, batches) = mpsc::channel(BATCHES_PER_TURN);
        let archive = inlets.history.take().map(Archive::new);
        Self {
            engine: Engine::new(config.limits.clone()),
            config,
            clock,
            figures,
            counts: TurnCounts::default(),
            watch: Watch::default(),
            effects: Effects::default(),
            has_failed: false,
            links: Links::default(),
            slots: Slots::default(),
            flavors: BTreeMap::new(),
            readers: JoinSet::new(),
            batches_in,
            batches,
            inlets,
            turn: Turn::default(),
            opened: workers.iter().map(|_| Vec::new()).collect(),
            workers,
            handled: Vec::new(),
            asking: None,
            archive,
            decisions: Vec::new(),
            undecided: Undecided::default(),
            holding: Holding::new(),
            browsing: BTreeMap::new(),
            going_on: None,
            questions: 0,
        }
    }

    /// Serves until told to stop, or until the engine fails; then closes
    /// everything in order.
    pub(crate) async fn run(mut self) -> Outcome {
        loop {
            match self.next().await {
                Some(arrival) => self.take(arrival),
                None if self.inlets.progress.stage() == Stage::Failing => return self.fail().await,
                None => return self.stop().await,
            }
            let_others_go_first().await;
            self.take_what_is_there();
            self.end_turn().await;
            if self.has_failed {
                return self.fail().await;
            }
        }
    }

    /// Waits for the next arrival; `None` is the order to end. Which comes first
    /// among several hardly matters: the rest of the turn takes of every kind.
    async fn next(&mut self) -> Option<Arrival<L>> {
        let deadline = self.engine.deadline();
        let deadline = deadline.map(|(at, _)| self.clock.instant_of(at));
        let (late, settle) = (self.late_at(), self.settle_at());
        let arrival = tokio::select! {
            biased;
            () = self.inlets.progress.serves_no_longer() => return None,
            Some(report) = self.inlets.reports.recv() => Arrival::Report(report),
            Some(done) = self.readers.join_next_with_id() => reader_end(done),
            Some(inspector) = self.inlets.inspectors.recv() => Arrival::Inspector(inspector),
            Some(pulse) = self.inlets.pulses.recv() => Arrival::Pulse(pulse),
            Some(retune) = self.inlets.retunes.recv() => Arrival::Retune(retune),
            Some(accepted) = self.inlets.accepted.recv() => Arrival::Accepted(accepted),
            answer = next_answer(&mut self.archive) => Arrival::History(answer),
            Some(batch) = self.batches.recv(), if !self.holding.is_full() => Arrival::Batch(batch),
            () = sleep_until(late.unwrap_or_else(Instant::now)), if late.is_some() => Arrival::Late,
            () = sleep_until(settle.unwrap_or_else(Instant::now)), if settle.is_some() => {
                Arrival::Settle
            }
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                Arrival::Deadline
            }
        };
        Some(arrival)
    }

    fn take(&mut self, arrival: Arrival<L>) {
        match arrival {
            Arrival::Report(report) => self.take_report(report),
            Arrival::ReaderDone(done) => self.take_reader_done(done),
            Arrival::ReaderPanicked(task) => self.take_reader_panicked(task),
            Arrival::Inspector(inspector) => self.take_inspector(inspector),
            Arrival::Pulse(pulse) => answer(pulse),
            Arrival::Retune(retune) => self.take_retune(retune),
            Arrival::Accepted(accepted) => self.take_accepted(accepted),
            Arrival::Batch(batch) => self.take_batch(batch),
            Arrival::History(answer) => self.take_answer(answer),
            Arrival::Late => self.take_late(),
            Arrival::Settle => self.settle_numbers(),
            Arrival::Deadline => self.tick(),
        }
        self.watch.stop(&mut self.counts.steps);
    }

    /// Takes what has arrived of every kind, up to a bound for each.
    fn take_what_is_there(&mut self) {
        for _ in 0..REPORTS_PER_TURN {
            let Ok(report) = self.inlets.reports.try_recv() else {
                break;
            };
            self.take_report(report);
        }
        while let Some(done) = self.readers.try_join_next_with_id() {
            self.take(reader_end(done));
        }
        if let Ok(inspector) = self.inlets.inspectors.try_recv() {
            self.take_inspector(inspector);
        }
        if let Ok(pulse) = self.inlets.pulses.try_recv() {
            answer(pulse);
        }
        for _ in 0..ACCEPTED_PER_TURN {
            let Ok(accepted) = self.inlets.accepted.try_recv() else {
                break;
            };
            self.take_accepted(accepted);
        }
        while let Some(answer) = self.archive.as_mut().and_then(Archive::try_answer) {
            self.take_answer(Some(answer));
        }
        self.take_batches();
        self.tick();
        self.watch.stop(&mut self.counts.steps);
    }

    fn take_batches(&mut self) {
        for _ in 0..BATCHES_PER_TURN {
            let has_enough = self.turn.bytes() > BYTES_PER_TURN
                || self.turn.deliveries() > DELIVERIES_PER_TURN
                || self.holding.is_full();
            if has_enough {
                break;
            }
            let Ok(batch) = self.batches.try_recv() else {
                break;
            };
            self.take_batch(batch);
        }
    }

    /// Lets the engine do what waited for this moment.
    fn tick(&mut self) {
        while self
            .engine
            .deadline()
            .is_some_and(|(at, _)| at <= self.clock.now())
            && !self.has_failed
        {
            self.step(Event::Tick);
        }
    }

    /// One event through the engine, and its effects into the turn.
    fn step(&mut self, event: Event) {
        if self.has_failed {
            return; // What it would say now could be wrong.
        }
        let moment = Instant::now();
        self.watch.next(moment, &mut self.counts.steps);
        let now = self.clock.at(moment);
        log_event(&event);
        let for_the_log = event.clone();
        self.asking = match &event {
            Event::Requested { conn, .. } => Some(*conn),
            Event::Connected { .. }
            | Event::Strayed { .. }
            | Event::Disconnected { .. }
            | Event::Ready { .. }
            | Event::Choked { .. }
            | Event::Skipped { .. }
            | Event::Recalled { .. }
            | Event::HistoryPaused { .. }
            | Event::HistoryResumed { .. }
            | Event::RateChanged { .. }
            | Event::Tick => None,
        };
        self.effects.clear();
        let handled = catch_unwind(AssertUnwindSafe(|| {
            self.engine.handle(now, event, &mut self.effects);
            self.carry_out();
        }));
        if handled.is_err() {
            error!(event = ?for_the_log, at = ?now, "this event cannot be handled: a fault of the server, which stops");
            self.has_failed = true;
        }
    }

    /// Ends the turn, and makes another of what that brought up.
    async fn end_turn(&mut self) {
        self.close_turn().await;
        while self.archive.as_ref().is_some_and(Archive::has_news) {
            self.close_turn().await;
        }
        self.show_figures();
    }

    /// What was counted until the end of this turn and what is so much then, for whoever
    /// wants to know.
    fn show_figures(&mut self) {
        let (figures, stats) = (&self.figures, self.engine.stats());
        figures.add(&mut self.counts);
        figures.people.set(stats.people as u64);
        figures.rooms.set(stats.rooms as u64);
        figures.said.set(stats.said);
        figures.whispered.set(stats.whispered);
        figures.inbound_queue.set(self.batches.len() as u64);
        if let Some(archive) = &self.archive {
            archive.show_figures();
        }
    }

    /// Hands the turn to the workers, or holds it until it may be shown, and gives the
    /// readers their credit back.
    async fn close_turn(&mut self) {
        self.tell_news();
        self.watch.stop(&mut self.counts.steps);
        // Before anybody is written to, who may be slow.
        self.hand_over_records();
        let turn = std::mem::take(&mut self.turn);
        let undecided = std::mem::take(&mut self.undecided);
        if self.must_hold(&undecided) {
            self.hold_turn(turn, undecided);
            self.decide();
            self.hand_over_records();
        } else {
            let mut opened = std::mem::take(&mut self.opened);
            self.send(turn, &mut opened).await;
            self.opened = opened;
        }
        while let Some(mut parcel) = self.next_parcel() {
            self.send(parcel.turn, &mut parcel.opened).await;
        }
        for conn in std::mem::take(&mut self.handled) {
            if let Some(link) = self.links.get_mut(conn) {
                link.return_credit();
            }
        }
    }

    async fn send(&mut self, turn: Turn, opened: &mut [Vec<Opened<Outgoing<L::Write>>>]) {
        let turn = Arc::new(turn);
        let is_empty = turn.is_empty();
        for (worker, opened) in self.workers.iter().zip(opened) {
            if is_empty && opened.is_empty() {
                continue;
            }
            let batch = fanout::Batch {
                turn: Arc::clone(&turn),
                opened: std::mem::take(opened),
            };
            // A worker that is gone has panicked; the server sees to that.
            let _ = worker.send(batch).await;
        }
    }
}

fn answer(pulse: Pulse) {
    let _ = pulse.send(()); // They may have lost patience.
}

/// Waits for what the keeper has to say, if there is one.
async fn next_answer(archive: &mut Option<Archive>) -> Option<Answer> {
    match archive {
        Some(archive) => archive.next_answer().await,
        None => std::future::pending().await,
    }
}

/// Lets every task run that could: whoever else has something to say gets to say it
/// in this turn, and each listener is written to once for all of them.
///
/// Not tokio's `yield_now`, which waits for the next look at the sockets and then
/// goes before those who have something to read: each turn would be a turn late.
async fn let_others_go_first() {
    let mut has_waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// What the engine is told, in its order; never what people say.
fn log_event(event: &Event) {
    let (kind, conn) = match event {
        Event::Connected { conn } => ("connected", conn.0),
        Event::Requested { conn, .. } => ("requested", conn.0),
        Event::Strayed { conn } => ("strayed", conn.0),
        Event::Disconnected { conn, .. } => ("disconnected", conn.0),
        Event::Ready { conn } => ("ready", conn.0),
        Event::Choked { conn } => ("choked", conn.0),
        Event::Skipped { conn, .. } => ("skipped", conn.0),
        Event::Recalled { .. } => ("recalled", 0),
        Event::HistoryPaused { .. } => ("history paused", 0),
        Event::HistoryResumed { .. } => ("history resumed", 0),
        Event::RateChanged { .. } => ("rate changed", 0),
        Event::Tick => ("tick", 0),
    };
    debug!(kind, conn, "engine event");
}

fn reader_end<L: Listener>(
    done: Result<(tokio::task::Id, ReaderDone), tokio::task::JoinError>,
) -> Arrival<L> {
    match done {
        Ok((_, done)) => Arrival::ReaderDone(done),
        Err(error) => Arrival::ReaderPanicked(error.id()),
    }
}
