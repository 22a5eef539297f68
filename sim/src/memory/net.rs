//! The network: hosts, connections, and a queue of what is due when.

mod arrivals;
mod of_hosts;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use proptests::dice::mix;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::pipe::{Pipe, Segment};
use crate::atlas::{FaultKind, Phase};
use crate::plan::Way;
use crate::settings::{Key, Settings};
use crate::trace::{Door, Life, Trace, What, Wire};

/// TCP's keepalive as the shell sets it: 60 s, then three questions of 10 s.
const KEEPALIVE: Duration = Duration::from_secs(90);

/// So many reads of nothing at one moment are a busy loop.
const IDLE_POLLS_MAX: u32 = 10_000;

/// The network. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Net {
    inner: Arc<Mutex<Inner>>,
    /// Something became due earlier than what the pump waits for.
    hurry: Arc<Notify>,
}

pub(super) struct Inner {
    pub(super) trace: Trace,
    seed: u64,
    settings: Settings,
    listener: Option<Backlog>,
    pub(super) conns: Vec<Conn>,
    held: BTreeMap<usize, Held>,
    due: BinaryHeap<Reverse<(Instant, u64, Due)>>,
    counter: u64,
}

/// What waits to be accepted.
#[derive(Default)]
struct Backlog {
    waiting: VecDeque<usize>,
    errors: u32,
    waker: Option<Waker>,
}

/// Which directions of a host are held.
#[derive(Clone, Copy, Default)]
struct Held {
    inward: bool,
    outward: bool,
    since: Option<Instant>,
}

/// A connection.
pub(super) struct Conn {
    pub(super) life: Life,
    host: usize,
    /// From the client to the server.
    pub(super) inward: Pipe,
    /// From the server to the client.
    pub(super) outward: Pipe,
    /// The client's end is: there, closed, forgotten, or silent for ever.
    client: Client,
    halves_of_client: u8,
    halves_of_server: u8,
    silent_since: Option<Instant>,
    /// Reads of nothing by the server, and when.
    idle_polls: (Option<Instant>, u32),
    polls: u64,
    was_heard: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Client {
    There,
    Closed,
    Forgotten,
    Silent,
}

/// Something that is due at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Knock(usize),
    Inward(usize),
    Outward(usize),
    /// Whether the peer has been silent for too long.
    Patience(usize),
}

impl Net {
    pub(crate) fn new(seed: u64, settings: Settings, trace: Trace) -> Self {
        let inner = Inner {
            trace,
            seed,
            settings,
            listener: None,
            conns: Vec::new(),
            held: BTreeMap::new(),
            due: BinaryHeap::new(),
            counter: 0,
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
            hurry: Arc::new(Notify::new()),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings things about when they are due, for ever.
    pub(crate) async fn pump(&self) {
        loop {
            let next = self.lock().run_due();
            match next {
                None => self.hurry.notified().await,
                Some(at) => {
                    tokio::select! {
                        biased;
                        () = self.hurry.notified() => {}
                        () = sleep_until(at) => {}
                    }
                }
            }
        }
    }

    pub(super) fn hurry(&self) {
        self.hurry.notify_one();
    }

    pub(crate) fn listen(&self) {
        let mut inner = self.lock();
        inner.listener = Some(Backlog::default());
        inner.trace.record(What::Door(Door::Opened));
    }

    /// Nobody listens any more; who waits to be accepted is reset.
    pub(crate) fn stop_listening(&self) {
        let mut inner = self.lock();
        let Some(backlog) = inner.listener.take() else {
            return;
        };
        inner.trace.record(What::Door(Door::Shut));
        for conn in backlog.waiting {
            inner.close_server_end(conn);
        }
        drop(inner);
        self.hurry();
    }

    pub(crate) fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut inner = self.lock();
        let Some(backlog) = &mut inner.listener else {
            return Poll::Pending;
        };
        if backlog.waiting.is_empty() {
            backlog.waker = Some(context.waker().clone());
            return Poll::Pending;
        }
        if backlog.errors > 0 {
            backlog.errors -= 1;
            inner.trace.record(What::Door(Door::Failed));
            return Poll::Ready(Err(io::Error::other("too many open files")));
        }
        let conn = backlog.waiting.pop_front();
        inner.trace.record(What::Door(Door::Accepted));
        Poll::Ready(Ok(conn.expect("somebody waits")))
    }

    pub(crate) fn fail_accepts(&self, count: u32) {
        if let Some(backlog) = &mut self.lock().listener {
            backlog.errors += count;
        }
    }

    /// A connection from a host; its number. The server hears of it after the
    /// latency, the client may send at once.
    pub(crate) fn connect(&self, life: Life, host: usize) -> io::Result<usize> {
        let mut inner = self.lock();
        if inner.listener.is_none() {
            return Err(ErrorKind::ConnectionRefused.into());
        }
        let conn = inner.add(life, host);
        let held = inner.held(conn);
        if held.inward || held.outward {
            let is_whole = held.inward && held.outward;
            let kind = if is_whole {
                FaultKind::Hold
            } else {
                FaultKind::OneWayHold
            };
            inner
                .trace
                .record(What::Struck(kind, Phase::Handshake, Some(life)));
        }
        let due = Instant::now() + inner.latency(conn, Due::Knock(0), 0);
        inner.schedule(due, Due::Knock(conn));
        drop(inner);
        self.hurry();
        Ok(conn)
    }

    /// Nothing passes from or to a host, in some direction.
    pub(crate) fn hold(&self, host: usize, way: Way) {
        let mut inner = self.lock();
        let now = Instant::now();
        let held = inner.held.entry(host).or_default();
        held.inward |= way.is_in();
        held.outward |= way.is_out();
        held.since.get_or_insert(now);
        for conn in inner.conns_of(host) {
            inner.schedule(now + KEEPALIVE, Due::Patience(conn));
        }
        drop(inner);
        self.hurry();
    }

    /// What was held passes.
    pub(crate) fn release(&self, host: usize, way: Way) {
        let mut inner = self.lock();
        let now = Instant::now();
        let held = inner.held.entry(host).or_default();
        held.inward &= !way.is_in();
        held.outward &= !way.is_out();
        if !held.inward && !held.outward {
            held.since = None;
        }
        for conn in inner.conns_of(host) {
            inner.go_on(conn, now);
        }
        drop(inner);
        self.hurry();
    }

    /// Where in its life a connection is.
    pub(crate) fn phase(&self, conn: usize) -> Phase {
        let inner = self.lock();
        let conn = &inner.conns[conn];
        if conn.inward.is_shut || conn.outward.is_shut {
            Phase::Closing
        } else if !conn.was_heard {
            Phase::Handshake
        } else if !conn.inward.is_at_line_start {
            Phase::MidLine
        } else if conn.outward.is_busy() {
            Phase::MidBroadcast
        } else {
            Phase::Idle
        }
    }

    /// The client's end sends a reset and is gone.
    pub(crate) fn reset(&self, conn: usize) {
        let mut inner = self.lock();
        inner.conns[conn].client = Client::Closed;
        inner.send_reset_to_server(conn);
        drop(inner);
        self.hurry();
    }

    /// The client's end is silent for ever.
    pub(crate) fn vanish(&self, conn: usize) {
        let mut inner = self.lock();
        let now = Instant::now();
        inner.conns[conn].client = Client::Silent;
        inner.conns[conn].silent_since = Some(now);
        inner.conns[conn].inward.forget_flying();
        inner.schedule(now + KEEPALIVE, Due::Patience(conn));
        drop(inner);
        self.hurry();
    }

    /// The client's end knows nothing of the connection any more.
    pub(crate) fn forget(&self, conn: usize) {
        let mut inner = self.lock();
        let now = Instant::now();
        inner.conns[conn].client = Client::Forgotten;
        // Whatever is on its way to the server was sent before.
        inner.schedule(now + KEEPALIVE, Due::Patience(conn));
        drop(inner);
        self.hurry();
    }
}

impl Inner {
    fn add(&mut self, life: Life, host: usize) -> usize {
        let capacity = usize::try_from(self.settings.get(Key::Capacity)).unwrap_or(usize::MAX);
        self.conns.push(Conn {
            life,
            host,
            inward: Pipe::new(capacity),
            outward: Pipe::new(capacity),
            client: Client::There,
            halves_of_client: 2,
            halves_of_server: 2,
            silent_since: None,
            idle_polls: (None, 0),
            polls: 0,
            was_heard: false,
        });
        self.conns.len() - 1
    }

    fn conns_of(&self, host: usize) -> Vec<usize> {
        let here = self.conns.iter().enumerate();
        here.filter(|(_, conn)| conn.host == host)
            .map(|(number, _)| number)
            .collect()
    }

    fn schedule(&mut self, at: Instant, what: Due) {
        self.counter += 1;
        self.due.push(Reverse((at, self.counter, what)));
    }

    /// A number that depends on the seed and a place in a stream alone.
    fn chance(&self, conn: usize, what: u64, place: u64) -> u64 {
        let life = self.conns[conn].life;
        let who = (life.person as u64) << 16 | (life.life as u64) << 4 | what;
        mix(mix(self.seed ^ who) ^ place)
    }

    fn latency(&self, conn: usize, way: Due, place: u64) -> Duration {
        let (min, max) = (
            self.settings.get(Key::LatencyMin),
            self.settings.get(Key::LatencyMax),
        );
        let what = match way {
            Due::Knock(_) => 0,
            Due::Inward(_) => 1,
            Due::Outward(_) | Due::Patience(_) => 2,
        };
        let spread = max.saturating_sub(min) + 1;
        Duration::from_millis(min + self.chance(conn, what, place) % spread)
    }

    /// Whether this one in so many, of a key that is such a number, is it.
    fn is_chosen(&self, key: Key, conn: usize, what: u64, place: u64) -> bool {
        let one_in = self.settings.get(key);
        one_in > 0 && self.chance(conn, what, place).is_multiple_of(one_in)
    }

    /// Cuts a count of bytes at a place drawn from the seed, now and then.
    pub(super) fn cut(&self, conn: usize, what: u64, place: u64, count: usize) -> usize {
        if count < 2 || !self.is_chosen(Key::Split, conn, what, place) {
            return count;
        }
        self.trace
            .record(What::Wire(self.conns[conn].life, Wire::Cut));
        let rest = self.chance(conn, what, place ^ 0x5eed) % (count as u64 - 1);
        1 + usize::try_from(rest).unwrap_or(0)
    }

    /// Whether a task has to wait for another turn first.
    pub(super) fn yields(&mut self, conn: usize) -> bool {
        let place = self.conns[conn].polls;
        self.conns[conn].polls += 1;
        let chosen = self.is_chosen(Key::Yields, conn, 5, place);
        if chosen {
            self.trace
                .record(What::Wire(self.conns[conn].life, Wire::Yielded));
        }
        chosen
    }

    /// Sends something to the server, or to the client.
    pub(super) fn send_inward(&mut self, conn: usize, what: Segment) {
        let now = Instant::now();
        let due = now + self.latency(conn, Due::Inward(0), self.conns[conn].inward.taken);
        let due = self.conns[conn].inward.send(what, due, now);
        self.schedule(due, Due::Inward(conn));
    }

    pub(super) fn send_outward(&mut self, conn: usize, what: Segment) {
        let now = Instant::now();
        let due = now + self.latency(conn, Due::Outward(0), self.conns[conn].outward.taken);
        let due = self.conns[conn].outward.send(what, due, now);
        self.schedule(due, Due::Outward(conn));
    }

    /// Does what is due, and says when something is next.
    fn run_due(&mut self) -> Option<Instant> {
        let now = Instant::now();
        while let Some(Reverse((at, _, what))) = self.due.peek().copied() {
            if at > now {
                return Some(at);
            }
            self.due.pop();
            match what {
                Due::Knock(conn) => self.knock(conn, now),
                Due::Inward(conn) => self.arrive_inward(conn, now),
                Due::Outward(conn) => self.arrive_outward(conn, now),
                Due::Patience(conn) => self.lose_patience(conn, now),
            }
        }
        None
    }

    fn held(&self, conn: usize) -> Held {
        let host = self.conns[conn].host;
        self.held.get(&host).copied().unwrap_or_default()
    }

    /// A half of the server's end was dropped.
    pub(super) fn drop_server_half(&mut self, conn: usize) {
        self.conns[conn].halves_of_server -= 1;
        if self.conns[conn].halves_of_server == 0 {
            self.close_server_end(conn);
        }
    }

    fn close_server_end(&mut self, conn: usize) {
        let Conn {
            inward, outward, ..
        } = &mut self.conns[conn];
        inward.is_deaf = true;
        if inward.has_unread() {
            outward.is_shut = true;
            self.send_outward(conn, Segment::Reset);
        } else {
            self.shut_outward(conn);
        }
    }

    pub(super) fn shut_outward(&mut self, conn: usize) {
        if !self.conns[conn].outward.is_shut {
            self.conns[conn].outward.is_shut = true;
            self.send_outward(conn, Segment::End);
        }
    }

    pub(super) fn shut_inward(&mut self, conn: usize) {
        if !self.conns[conn].inward.is_shut {
            self.conns[conn].inward.is_shut = true;
            self.send_inward(conn, Segment::End);
        }
    }

    /// A half of the client's end was dropped.
    pub(super) fn drop_client_half(&mut self, conn: usize) {
        self.conns[conn].halves_of_client -= 1;
        if self.conns[conn].halves_of_client > 0 || self.conns[conn].client != Client::There {
            return;
        }
        self.conns[conn].client = Client::Closed;
        if self.conns[conn].outward.has_unread() {
            self.send_reset_to_server(conn);
        } else {
            self.shut_inward(conn);
        }
    }

    /// A person has read something.
    pub(super) fn note_heard(&mut self, conn: usize) {
        self.conns[conn].was_heard = true;
    }

    /// The server asks again and again for what is not there.
    pub(super) fn count_idle_poll(&mut self, conn: usize) {
        let now = Instant::now();
        let (at, count) = &mut self.conns[conn].idle_polls;
        if *at != Some(now) {
            (*at, *count) = (Some(now), 0);
        }
        *count += 1;
        assert!(
            *count < IDLE_POLLS_MAX,
            "a busy loop: the server reads the end of one connection again and again"
        );
    }
}
