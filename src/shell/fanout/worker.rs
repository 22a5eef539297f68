//! The task that owns outboxes and write halves.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::io::AsyncWrite;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::task::{unconstrained, yield_now};
use tokio::time::Instant;

use crate::chat::ConnId;
use crate::dialect::Flavor;

use super::gauges::{Gauges, Tally};
use super::link::{Link, Tools};
use super::outbox::Bounds;
use super::report::{Report, Reports};
use super::round::Round;
use super::slots::{place_of, slot_of};
use super::turn::{Order, Turn};
use super::wait::Waits;

/// The most turns that are served together.
const ROUND_TURNS_MAX: usize = 16;
/// What is kept of the memory that small pieces were gathered in, in bytes. Who has not
/// read for long needs more, and they are rare.
const SCRATCH_BYTES_KEPT: usize = 16 * 1024;

/// After so many flushes, other tasks of the runtime get their chance.
const FLUSHES_PER_YIELD: usize = 64;

/// What the hub hands a worker at the end of a turn.
#[derive(Debug)]
pub struct Batch<W> {
    /// New connections of this worker, which the turn may already write to.
    pub opened: Vec<Opened<W>>,
    /// The orders, the same for every worker.
    pub turn: Arc<Turn>,
}

/// A new connection.
#[derive(Debug)]
pub struct Opened<W> {
    /// Its identity, from [`Slots`](super::Slots).
    pub conn: ConnId,
    /// Which messages are for it.
    pub flavor: Flavor,
    /// Where they are written.
    pub write: W,
}

/// Which one of the workers this is.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// Its number, counted from 0.
    pub index: usize,
    /// How many workers there are. It serves the connections whose
    /// [`worker_of`](super::worker_of) is its number.
    pub workers: usize,
}

/// Serves the outboxes and write halves of its share of the connections.
///
/// It takes what turns there are, appends their ranges to the outboxes, and then
/// writes once to each connection that got something; turns that come meanwhile join
/// in, so that who has not been written to yet gets theirs in the same write. Only a connection that
/// would block gets a waker, and a wake polls that connection alone. It never
/// waits for the hub: reports for which the hub has no place yet are kept and
/// merged.
///
/// # How a connection ends
/// The hub orders [`Turn::finish`] or [`Turn::cut`], and hears [`Report::Closed`]
/// once the write half is dropped. A connection that breaks or stalls is reported
/// ([`Report::Broken`], [`Report::Stalled`]) and waits for that order.
///
/// # How a worker ends
/// [`Worker::run`] returns when the batch channel is closed, no connection is
/// left, and every report was taken (or the report channel is closed). Once the
/// batch channel is closed, nobody can order anything: connections that were
/// ordered to finish go on to do so, all others are cut. So for an orderly stop
/// the hub orders `finish` for all, takes reports until each is closed or its
/// patience ends, orders `cut` for the rest, closes the channel, and goes on
/// taking reports until the worker has returned.
#[derive(Debug)]
pub struct Worker<W> {
    share: Share,
    batches: Receiver<Batch<W>>,
    is_fed: bool,
    links: Vec<Option<Link<W>>>,
    open: usize,
    tools: Tools,
    gauges: Arc<Gauges>,
    /// Rows to flush in this round, in their order.
    touched: VecDeque<u32>,
    /// When the oldest line of each turn of this round was read.
    read_at: Vec<Instant>,
}

impl<W: AsyncWrite + Unpin + Send + 'static> Worker<W> {
    /// A worker without connections.
    ///
    /// Both channels may be as small as one. The hub may wait for place in
    /// `batches`; no worker ever waits for place in `reports` while it has
    /// anything else to do.
    #[must_use]
    pub fn new(
        share: Share,
        bounds: Bounds,
        batches: Receiver<Batch<W>>,
        reports: Sender<Report>,
        gauges: Arc<Gauges>,
    ) -> Self {
        assert!(share.index < share.workers, "workers count from 0");
        Self {
            share,
            batches,
            is_fed: true,
            links: Vec::new(),
            open: 0,
            tools: Tools {
                bounds,
                round: Round::default(),
                waits: Waits::new(bounds.stall_timeout),
                reports: Reports::new(reports),
                tally: Tally::default(),
                scratch: Vec::new(),
            },
            gauges,
            touched: VecDeque::new(),
            read_at: Vec::new(),
        }
    }

    /// Serves until there is nothing left to serve. Dropping the future drops all
    /// outboxes and write halves at once.
    ///
    /// Runs outside tokio's cooperative budget, which one large room would use up
    /// at once; it yields on purpose instead.
    pub async fn run(self) {
        unconstrained(self.serve()).await;
    }

    async fn serve(mut self) {
        let mut batches = Vec::new();
        let mut woken = Vec::new();
        while self.is_fed || self.open > 0 {
            self.rest(&mut batches).await;
            for batch in batches.drain(..) {
                self.apply(batch);
            }
            self.touch_woken(&mut woken);
            self.flush_touched().await;
            self.look_for_stalls();
            self.end_round();
            if !self.batches.is_empty() || !self.tools.waits.woken.is_empty() {
                yield_now().await;
            }
        }
        while !self.tools.reports.is_empty() {
            self.tools.reports.send_one().await;
        }
    }

    /// Waits for anything to do, and takes what turns there are.
    async fn rest(&mut self, batches: &mut Vec<Batch<W>>) {
        let tools = &mut self.tools;
        tokio::select! {
            biased;
            taken = self.batches.recv_many(batches, ROUND_TURNS_MAX), if self.is_fed => {
                if taken == 0 {
                    self.is_fed = false;
                    self.cut_unfinished();
                }
            }
            () = tools.waits.woken.wait() => {}
            () = tools.waits.stalls.wait(), if !tools.waits.stalls.is_empty() => {}
            () = tools.reports.send_one(), if !tools.reports.is_empty() => {}
        }
    }

    fn apply(&mut self, batch: Batch<W>) {
        for opened in batch.opened {
            self.open(opened);
        }
        self.tools.round.begin(Arc::clone(batch.turn.chunk()));
        self.read_at.extend(batch.turn.read_at());
        for order in batch.turn.orders() {
            self.carry_out(order, &batch.turn);
        }
    }

    fn open(&mut self, opened: Opened<W>) {
        let row = self
            .row(opened.conn)
            .expect("sent to the worker whose it is");
        if row >= self.links.len() {
            self.links.resize_with(row + 1, || None);
        }
        assert!(
            self.links[row].is_none(),
            "a slot is free once it is closed"
        );
        // A row is at most a slot, which has 24 bits.
        let link = Link::new(opened.conn, row as u32, opened.flavor, opened.write);
        self.links[row] = Some(link);
        self.open += 1;
    }

    fn carry_out(&mut self, order: &Order, turn: &Turn) {
        match order {
            Order::Deliver {
                flavor,
                class,
                to,
                bytes,
            } => {
                for conn in turn.recipients(to) {
                    self.with_open(*conn, |link, tools| {
                        if link.takes(*flavor) {
                            link.deliver(class, bytes, tools);
                        }
                    });
                }
            }
            Order::Reply { flavor, to, bytes } => self.with_open(*to, |link, tools| {
                if link.takes(*flavor) {
                    link.push(bytes, tools);
                }
            }),
            Order::Answer { to, bytes } => {
                self.with_open(*to, |link, tools| link.push(bytes, tools));
            }
            Order::Settle { to, room } => {
                self.with_open(*to, |link, tools| link.settle(room, tools));
            }
            Order::SettleAll { to } => self.with_open(*to, Link::settle_all),
            Order::WakeWhenReady { to } => self.with_open(*to, |link, _| link.await_ready()),
            Order::Nothing => {}
            Order::Finish { conn } => self.with_any(*conn, Link::finish),
            Order::Cut { conn } => self.with_any(*conn, Link::cut),
        }
    }

    /// Does something to a connection that is this worker's and takes orders.
    fn with_open(&mut self, conn: ConnId, act: impl FnOnce(&mut Link<W>, &mut Tools)) {
        self.with_any(conn, |link, tools| {
            if link.is_open() {
                act(link, tools);
            }
        });
    }

    /// Does something to a connection that is this worker's and not closed, and
    /// notes that it has to be flushed.
    fn with_any(&mut self, conn: ConnId, act: impl FnOnce(&mut Link<W>, &mut Tools)) {
        let Some(row) = self.row(conn) else { return };
        let Some(Some(link)) = self.links.get_mut(row) else {
            return;
        };
        if link.conn() != conn {
            return; // It was closed, and its slot is another's now.
        }
        act(link, &mut self.tools);
        if link.touch() {
            self.touched.push_back(row as u32);
        }
    }

    fn touch_woken(&mut self, woken: &mut Vec<u32>) {
        self.tools.waits.woken.take(woken);
        for row in woken.drain(..) {
            // A waker may outlive its connection, and another have its row: to be
            // flushed once more harms nobody.
            if self.links[row as usize].as_mut().is_some_and(Link::touch) {
                self.touched.push_back(row);
            }
        }
    }

    async fn flush_touched(&mut self) {
        let mut flushed = 0;
        while let Some(row) = self.touched.pop_front() {
            if let Some(link) = &mut self.links[row as usize] {
                link.flush(&mut self.tools);
                self.close_if_over(row);
            }
            flushed += 1;
            if flushed % FLUSHES_PER_YIELD == 0 {
                yield_now().await;
                self.let_turns_join();
            }
        }
    }

    /// Takes the turns that came during this round into it, up to its bound. Else
    /// each would wait for the whole round, and then for its own.
    fn let_turns_join(&mut self) {
        while self.tools.round.turns() < ROUND_TURNS_MAX
            && let Ok(batch) = self.batches.try_recv()
        {
            self.apply(batch);
        }
        self.tools.reports.send();
    }

    fn look_for_stalls(&mut self) {
        if self.tools.waits.stalls.is_empty() {
            return;
        }
        let now = Instant::now();
        while let Some(row) = self.tools.waits.stalls.pop(now) {
            if let Some(link) = &mut self.links[row as usize] {
                link.look_for_stall(now, &mut self.tools);
                self.close_if_over(row);
            }
        }
    }

    /// Lets go of the turns, so that the hub can fill them again, and tells what
    /// there is to tell.
    fn end_round(&mut self) {
        self.tools.round.clear();
        self.tools.scratch.clear();
        self.tools.scratch.shrink_to(SCRATCH_BYTES_KEPT);
        let tally = std::mem::take(&mut self.tools.tally);
        // A turn whose people are all other workers' has no latency here.
        if !self.read_at.is_empty() && tally.writes > 0 {
            self.gauges.observe(&self.read_at, Instant::now());
        }
        self.read_at.clear();
        self.gauges.add(&tally);
        self.tools.reports.send();
    }

    fn cut_unfinished(&mut self) {
        for row in 0..self.links.len() {
            let link = self.links[row].as_mut();
            if let Some(link) = link.filter(|link| !link.is_finishing()) {
                link.cut(&mut self.tools);
                self.close_if_over(row as u32);
            }
        }
    }

    fn close_if_over(&mut self, row: u32) {
        let link = &mut self.links[row as usize];
        if let Some(over) = link.take_if(|link| link.is_over()) {
            self.open -= 1;
            self.tools.reports.push(over.obituary());
        }
    }

    /// The place of a connection in the table, if it is this worker's.
    fn row(&self, conn: ConnId) -> Option<usize> {
        if self.share.workers == 1 {
            return Some(slot_of(conn) as usize); // Spares a division per delivery.
        }
        let (worker, row) = place_of(conn, self.share.workers);
        (worker == self.share.index).then_some(row)
    }
}
