//! Workers driven by orders, writing into pipes of memory.

mod delivering;
mod ending;
mod flowing;
mod model;
mod pipe;
mod skipping;

use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;

use crate::chat::{ConnId, Message, Missed, RoomName, Seq, Text};
use crate::dialect::{Flavor, encode};

use super::*;
use pipe::{Pipe, Writer};

const STALL: Duration = Duration::from_secs(300);

/// Bounds that no test meets by chance.
const WIDE: Bounds = Bounds {
    outbox_bytes_max: 1 << 20,
    outbox_reserve_bytes: 1 << 18,
    stall_timeout: STALL,
    keeps_history: false,
};

/// A hub's view of some workers. The turn is filled through `turn`.
struct Hub {
    turn: Turn,
    slots: Slots,
    opened: Vec<Vec<Opened<Writer>>>,
    batches: Vec<Sender<Batch<Writer>>>,
    reports: Receiver<Report>,
    gauges: Arc<Gauges>,
    tasks: JoinSet<()>,
}

impl Hub {
    fn new(bounds: Bounds) -> Self {
        Self::with(bounds, 1, 1024)
    }

    fn with(bounds: Bounds, workers: usize, reports_max: usize) -> Self {
        let (report, reports) = channel(reports_max);
        let gauges = Arc::new(Gauges::default());
        let mut tasks = JoinSet::new();
        let start = |index| {
            let (sender, batches) = channel(2);
            let share = Share { index, workers };
            let worker = Worker::new(share, bounds, batches, report.clone(), Arc::clone(&gauges));
            tasks.spawn(worker.run());
            sender
        };
        let batches = (0..workers).map(start).collect();
        Self {
            turn: Turn::default(),
            slots: Slots::default(),
            opened: (0..workers).map(|_| Vec::new()).collect(),
            batches,
            reports,
            gauges,
            tasks,
        }
    }

    /// A new connection, from the next turn on.
    fn open(&mut self) -> (ConnId, Pipe) {
        let conn = self.slots.mint().unwrap();
        let (pipe, write) = Pipe::new();
        let worker = worker_of(conn, self.batches.len());
        self.opened[worker].push(Opened {
            conn,
            flavor: Flavor::Text,
            write,
        });
        (conn, pipe)
    }

    /// A new connection whose pipe takes nothing.
    fn open_stuck(&mut self) -> (ConnId, Pipe) {
        let (conn, pipe) = self.open();
        pipe.limit(0);
        (conn, pipe)
    }

    fn deliver(&mut self, to: &[ConnId], message: &Message) {
        self.turn.deliver(Flavor::Text, to, message);
    }

    /// Ends the turn and waits until the workers have nothing left to do.
    async fn turn(&mut self) {
        self.hand_over().await;
        quiet().await;
    }

    async fn hand_over(&mut self) {
        let turn = Arc::new(std::mem::take(&mut self.turn));
        for (worker, opened) in self.opened.iter_mut().enumerate() {
            let batch = Batch {
                opened: std::mem::take(opened),
                turn: Arc::clone(&turn),
            };
            self.batches[worker].send(batch).await.unwrap();
        }
    }

    /// The reports that have come since it was last asked.
    fn reports(&mut self) -> Vec<Report> {
        std::iter::from_fn(|| self.reports.try_recv().ok()).collect()
    }

    /// Closes the channels and waits for the workers to end.
    async fn stop(mut self) -> Vec<Report> {
        self.batches.clear();
        let mut reports = Vec::new();
        while let Some(report) = self.reports.recv().await {
            reports.push(report);
        }
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
        assert_eq!(self.gauges.held(), 0, "nothing is held by nobody");
        reports
    }
}

/// Waits until every other task waits: a paused clock moves only then.
async fn quiet() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

fn room(name: &str) -> RoomName {
    name.parse().unwrap()
}

fn said(name: &str, seq: u64, text: &str) -> Message {
    Message::Said {
        at: DateTime::UNIX_EPOCH,
        room: room(name),
        seq: Seq(seq),
        from: "bob".parse().unwrap(),
        text: Text::clean(text).unwrap(),
    }
}

/// A line of #ops, always of the same length.
fn line(seq: u64) -> Message {
    said("ops", seq, &format!("number {seq:04}"))
}

fn joined(name: &str, nick: &str) -> Message {
    Message::Joined {
        room: room(name),
        nick: nick.parse().unwrap(),
    }
}

fn whispered(text: &str) -> Message {
    Message::Whispered {
        at: DateTime::UNIX_EPOCH,
        from: "bob".parse().unwrap(),
        text: Text::clean(text).unwrap(),
    }
}

/// The notice of skipped lines, and of notices.
fn skipped(name: &str, missed: Missed) -> Message {
    Message::Skipped {
        room: room(name),
        missed,
        is_kept: false,
    }
}

fn missed(lines: u64, first: u64, last: u64, notices: u64) -> Missed {
    Missed {
        lines,
        first: Seq(first),
        last: Seq(last),
        notices,
    }
}

fn bytes(messages: &[Message]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for message in messages {
        let before = bytes.len();
        encode(Flavor::Text, message, &mut bytes);
        assert!(bytes.len() > before, "every message has words");
    }
    bytes
}

fn len(message: &Message) -> usize {
    bytes(std::slice::from_ref(message)).len()
}

/// `bytes`, to be read in a failed assertion.
fn words(messages: &[Message]) -> String {
    String::from_utf8(bytes(messages)).unwrap()
}
