//! The reader of a connection: bytes in, batches of commands out.
//!
//! One task a connection. It holds no read buffer while it waits: bytes are read
//! into one that the thread lends, and only what is not decoded yet is kept.

mod gate;

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::ReadBuf;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

pub(crate) use gate::{Closing, Gate};

use super::ReadHalf;
use crate::chat::ConnId;
use crate::dialect::{Decoded, Decoder};
use crate::engine::Ending;
use gate::Passage;

/// The most commands that a connection hands over between two turns of the hub.
pub(crate) const CREDIT: usize = 16;

/// For how long the input of a connection that is being closed is still read
/// (and discarded).
const LINGER: Duration = Duration::from_secs(2);

/// What one read takes at most, in bytes.
const READ_BYTES: usize = 16 * 1024;

/// What a reader hands to the hub: at most [`CREDIT`] items.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) conn: ConnId,
    pub(crate) items: Vec<Decoded>,
    /// Nothing comes after these items.
    pub(crate) end: Option<End>,
}

/// How the input of a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) why: Ending,
    /// Time was up before all input was taken.
    pub(crate) is_cut: bool,
}

/// What is known of a reader that has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReaderDone {
    pub(crate) conn: ConnId,
    /// Bytes read in all.
    pub(crate) bytes_in: u64,
}

/// The reader of one connection.
pub(crate) struct Reader<R> {
    conn: ConnId,
    read: R,
    gate: Arc<Gate>,
    batches: mpsc::Sender<Batch>,
    decoder: Decoder,
    /// What was read and not decoded yet: empty but for a moment, or while paused.
    undecoded: Vec<u8>,
    decoded_to: usize,
    input: Input,
    /// Bytes read since the last item came of them.
    barren_bytes: usize,
    /// For how long input is taken after its end.
    after_end: Duration,
    bytes_in: u64,
}

/// What is known of the other side's input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Input {
    Open,
    /// It has ended at some moment, and perhaps not all of it is read.
    Ending {
        give_up: Instant,
    },
    /// All of it is read.
    Ended {
        give_up: Instant,
    },
    Failed(Ending),
}

/// Whether to go on.
enum Next {
    GoOn,
    Stop(Stop),
}

/// Why a reader stops.
enum Stop {
    Closing(Closing),
    End(End),
}

impl<R: ReadHalf> Reader<R> {
    pub(crate) fn new(
        conn: ConnId,
        read: R,
        gate: Arc<Gate>,
        batches: mpsc::Sender<Batch>,
        decoder: Decoder,
        after_end: Duration,
    ) -> Self {
        Self {
            conn,
            read,
            gate,
            batches,
            decoder,
            undecoded: Vec::new(),
            decoded_to: 0,
            input: Input::Open,
            barren_bytes: 0,
            after_end,
            bytes_in: 0,
        }
    }

    /// Reads until the input ends, or the hub says that the connection is closed.
    pub(crate) async fn run(mut self) -> ReaderDone {
        let stop = loop {
            if let Next::Stop(stop) = self.step().await {
                break stop;
            }
        };
        match stop {
            Stop::End(end) => self.hand_over(Vec::new(), Some(end)).await,
            Stop::Closing(Closing::Drain) => self.drain().await,
            Stop::Closing(Closing::Cut) => {}
        }
        ReaderDone {
            conn: self.conn,
            bytes_in: self.bytes_in,
        }
    }

    async fn step(&mut self) -> Next {
        let mut items = self.decode();
        if items.is_empty() && self.barren_bytes >= READ_BYTES {
            // Bytes of which nothing comes cost a token too, and a turn of the
            // hub: else a flood of line ends would be read as fast as it comes.
            items.push(Decoded::Answer(Vec::new()));
        }
        if !items.is_empty() {
            self.barren_bytes = 0;
            self.hand_over(items, None).await;
            return self.wait_for_credit().await;
        }
        match self.input {
            Input::Open | Input::Ending { .. } => self.fill().await,
            Input::Ended { .. } => Next::Stop(Stop::End(End {
                why: Ending::InputEnded,
                is_cut: false,
            })),
            Input::Failed(why) => Next::Stop(Stop::End(End { why, is_cut: false })),
        }
    }

    /// Decodes up to [`CREDIT`] items from what was read.
    fn decode(&mut self) -> Vec<Decoded> {
        let mut items = Vec::new();
        let mut rest = &self.undecoded[self.decoded_to..];
        while items.len() < CREDIT {
            let Some(item) = self.decoder.decode(&mut rest) else {
                break;
            };
            items.push(item);
        }
        self.decoded_to = self.undecoded.len() - rest.len();
        if rest.is_empty() {
            self.undecoded = Vec::new();
            self.decoded_to = 0;
            if matches!(self.input, Input::Ended { .. }) && items.len() < CREDIT {
                items.extend(self.decoder.finish());
            }
        }
        items
    }

    /// Waits for more input.
    async fn fill(&mut self) -> Next {
        let (read, undecoded) = (&mut self.read, &mut self.undecoded);
        let count = tokio::select! {
            biased;
            closing = self.gate.closing() => return Next::Stop(Stop::Closing(closing)),
            count = poll_fn(|context| poll_fill(read, undecoded, context)) => count,
            closing = self.gate.closing_or_broken() => {
                let lost = Stop::End(End { why: Ending::Reset, is_cut: false });
                return Next::Stop(closing.map_or(lost, Stop::Closing));
            }
        };
        match count {
            Ok(0) => {
                self.input = Input::Ended {
                    give_up: self.give_up(),
                }
            }
            Ok(count) => {
                self.bytes_in += count as u64;
                self.barren_bytes += count;
            }
            Err(error) => self.input = Input::Failed(ending(&error)),
        }
        Next::GoOn
    }

    async fn hand_over(&mut self, items: Vec<Decoded>, end: Option<End>) {
        let batch = Batch {
            conn: self.conn,
            items,
            end,
        };
        // Without a hub there is nobody to be told.
        let _ = self.batches.send(batch).await;
    }

    /// Waits until the hub has handled the last batch, and for longer when it
    /// says that this connection is over its rate.
    async fn wait_for_credit(&mut self) -> Next {
        match self.gate.pass().await {
            Passage::Closing(closing) => Next::Stop(Stop::Closing(closing)),
            Passage::Free { not_before: None } => self.check_time(),
            Passage::Free {
                not_before: Some(until),
            } => self.pause(until).await,
        }
    }

    /// Waits without reading. A connection that breaks meanwhile is left at once.
    async fn pause(&mut self, until: Instant) -> Next {
        let lost = Stop::End(End {
            why: Ending::Reset,
            is_cut: false,
        });
        tokio::select! {
            biased;
            closing = self.gate.closing_or_broken() => {
                Next::Stop(closing.map_or(lost, Stop::Closing))
            }
            () = self.read.broken() => Next::Stop(lost),
            () = sleep_until(until) => self.check_time(),
        }
    }

    /// Ends the input of somebody who has ended it long ago and is still not done.
    fn check_time(&mut self) -> Next {
        if self.input == Input::Open && self.read.has_ended() {
            self.input = Input::Ending {
                give_up: self.give_up(),
            };
        }
        let is_too_late = match self.input {
            Input::Open | Input::Failed(_) => false,
            Input::Ending { give_up } => Instant::now() >= give_up,
            Input::Ended { give_up } => Instant::now() >= give_up && !self.undecoded.is_empty(),
        };
        if is_too_late {
            return Next::Stop(Stop::End(End {
                why: Ending::InputEnded,
                is_cut: true,
            }));
        }
        Next::GoOn
    }

    fn give_up(&self) -> Instant {
        match self.input {
            Input::Ending { give_up } | Input::Ended { give_up } => give_up,
            Input::Open | Input::Failed(_) => Instant::now() + self.after_end,
        }
    }

    /// Reads on and discards, until the other side has closed too.
    async fn drain(&mut self) {
        let (read, bytes_in) = (&mut self.read, &mut self.bytes_in);
        let until_end = async {
            let mut discarded = Vec::new();
            while let Ok(count @ 1..) =
                poll_fn(|context| poll_fill(read, &mut discarded, context)).await
            {
                *bytes_in += count as u64;
                discarded.clear();
            }
        };
        tokio::select! {
            biased;
            () = self.gate.cut() => {}
            _ = timeout(LINGER, until_end) => {}
        }
    }
}

/// Reads what is there into a buffer that the thread lends, and keeps a copy of
/// just that.
fn poll_fill<R: ReadHalf>(
    read: &mut R,
    undecoded: &mut Vec<u8>,
    context: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
    thread_local! {
        static LENT: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ_BYTES].into());
    }
    LENT.with_borrow_mut(|lent| {
        let mut buffer = ReadBuf::new(lent);
        std::task::ready!(Pin::new(read).poll_read(context, &mut buffer))?;
        undecoded.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    })
}

fn ending(error: &io::Error) -> Ending {
    if error.kind() == io::ErrorKind::TimedOut {
        Ending::TimedOut
    } else {
        Ending::Reset
    }
}
