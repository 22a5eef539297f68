//! From a turn to the sockets, and the whole way from bytes to sockets.
//!
//! The sockets take everything and do nothing, so that what is left is ours. There
//! is no runtime: the worker is polled until it has written.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chrono::DateTime;
use roomful::chat::{ConnId, Message, Nickname, Seq};
use roomful::dialect::{Decoded, Decoder, Flavor};
use roomful::engine::Effect;
use roomful::shell::fanout::{Batch, Bounds, Gauges, Opened, Report, Share, Slots, Turn, Worker};
use tokio::io::AsyncWrite;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::Instant;

use super::crowd::{Crowd, SAID, room, text};
use super::{Case, Task, case};

/// Cost per delivery.
pub(crate) const FANOUT: [Case; 5] = [
    case("fill a turn for 1000", LINES * 1_000, 1_000, fill),
    case("write a turn to 100", LINES * 100, 100, write),
    case("write a turn to 1000", LINES * 1_000, 1_000, write),
    case("whole way to 100", LINES * 100, 100, whole_way),
    case("whole way to 1000", LINES * 1_000, 1_000, whole_way),
];

/// Lines of a turn.
const LINES: u64 = 64;

/// The longest line of a default server, in bytes.
const LINE_BYTES_MAX: usize = 4096;

/// The hub's share: each line is encoded once, and its recipients are noted.
fn fill(members: u64) -> Task {
    let members: Vec<ConnId> = (1..=members).map(ConnId).collect();
    let mut turn = Turn::default();
    Box::new(move || {
        turn.clear();
        fill_with_lines(&mut turn, &members);
    })
}

/// The worker's share: ranges are appended to outboxes, each is written once.
fn write(members: u64) -> Task {
    let mut floor = Floor::with(members);
    let members: Vec<ConnId> = (1..=members).map(ConnId).collect();
    fill_with_lines(floor.turn(), &members);
    floor.turn().note_read(Instant::now());
    Box::new(move || floor.write())
}

/// Bytes, command, engine, turn, worker. One speaks to so many others.
fn whole_way(others: u64) -> Task {
    let mut crowd = Crowd::of(others + 1);
    let mut floor = Floor::with(others + 1);
    let mut decoder = Decoder::new(Flavor::Text, LINE_BYTES_MAX);
    let bytes: String = (0..LINES).flat_map(|_| [SAID, "\n"]).collect();
    Box::new(move || {
        let turn = floor.turn();
        turn.clear();
        turn.note_read(Instant::now());
        let mut rest = bytes.as_bytes();
        while let Some(decoded) = decoder.decode(&mut rest) {
            if let Decoded::Command { command, .. } = decoded {
                for effect in crowd.request(ConnId(1), command).iter() {
                    if let Effect::Deliver { to, message } = effect {
                        turn.deliver(Flavor::Text, to, message);
                    }
                }
            }
        }
        floor.write();
    })
}

fn fill_with_lines(turn: &mut Turn, members: &[ConnId]) {
    let mut line = Message::Said {
        at: DateTime::UNIX_EPOCH,
        room: room(1),
        seq: Seq(0),
        from: Nickname::guest(1),
        text: text(),
    };
    for number in 1..=LINES {
        if let Message::Said { seq, .. } = &mut line {
            *seq = Seq(number);
        }
        turn.deliver(Flavor::Text, members, &line);
    }
}

/// A worker and its connections.
struct Floor {
    turn: Arc<Turn>,
    batches: Sender<Batch<Sink>>,
    worker: Pin<Box<dyn Future<Output = ()>>>,
    gauges: Arc<Gauges>,
    /// Kept, so that there is a hub to report to.
    _reports: Receiver<Report>,
}

impl Floor {
    fn with(members: u64) -> Self {
        let bounds = Bounds {
            outbox_bytes_max: 1 << 20,
            outbox_reserve_bytes: 1 << 16,
            stall_timeout: Duration::from_secs(300),
            keeps_history: false,
        };
        let share = Share {
            index: 0,
            workers: 1,
        };
        let (batches, taken) = channel(1);
        let (report, reports) = channel(1);
        let gauges = Arc::new(Gauges::default());
        let worker = Worker::new(share, bounds, taken, report, Arc::clone(&gauges));
        let mut floor = Self {
            turn: Arc::default(),
            batches,
            worker: Box::pin(worker.run()),
            gauges,
            _reports: reports,
        };
        floor.open(members);
        floor
    }

    /// The turn, which nobody else reads between two writes.
    fn turn(&mut self) -> &mut Turn {
        Arc::get_mut(&mut self.turn).expect("the worker lets go of a turn that it has written")
    }

    /// Hands the turn over, and has all of it written: the worker brings its
    /// gauges up to date after that.
    fn write(&mut self) {
        let before = self.gauges.bytes_out();
        self.hand_over(Vec::new());
        while self.gauges.bytes_out() == before {
            self.poll();
        }
    }

    fn open(&mut self, members: u64) {
        let mut slots = Slots::default();
        let open = |_| Opened {
            conn: slots.mint().expect("there are slots for millions"),
            flavor: Flavor::Text,
            write: Sink,
        };
        self.hand_over((0..members).map(open).collect());
        self.poll();
    }

    fn hand_over(&mut self, opened: Vec<Opened<Sink>>) {
        let turn = Arc::clone(&self.turn);
        let sent = self.batches.try_send(Batch { opened, turn });
        sent.expect("the worker has taken the batch before");
    }

    fn poll(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        let ended = self.worker.as_mut().poll(&mut context).is_ready();
        assert!(!ended, "a worker goes on while it can be sent batches");
    }
}

/// A write half that takes everything.
struct Sink;

impl AsyncWrite for Sink {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
