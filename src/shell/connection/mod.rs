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
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::ReadBuf;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{Instant, sleep_until, timeout};

pub(crate) use gate::{Closing, Gate};

use super::ReadHalf;
use super::tls::FIRST_BYTE;
use crate::chat::{ConnId, Message, Refusal};
use crate::dialect::{Decoded, Decoder, Flavor, encode};
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
    /// When they were read and decoded; of what was held, when it could go on.
    pub(crate) read_at: Instant,
    /// Bytes read until then in all.
    pub(crate) bytes_in: u64,
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
///
/// Small on purpose, as is the future that polls it: an idle connection has one, in
/// memory that holds nothing else.
pub(crate) struct Reader<R> {
    conn: ConnId,
    read: R,
    gate: Arc<Gate>,
    batches: mpsc::Sender<Batch>,
    decoder: Decoder,
    held: Option<Box<Held>>,
    input: Input,
    /// Once it is known that the input will end: when patience with what comes
    /// before the end is over. Boxed, since it is rare.
    give_up: Option<Box<Instant>>,
    /// For how long input is taken after its end.
    after_end_millis: u32,
    /// Bytes read since the last item came of them. Reading stops long before 4 GiB.
    barren_bytes: u32,
    /// The hub has a batch, and has not said that another may come.
    awaits_credit: bool,
    bytes_in: u64,
}

/// Read and not decoded, for want of credit.
struct Held {
    bytes: Vec<u8>,
    decoded_to: usize,
}

/// What is known of the other side's input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Input {
    Open,
    /// All of it is read, and nothing is held.
    Ended,
    Failed(Ending),
}

/// What cannot be done in one poll.
enum Next {
    /// The hub has no place for this batch now.
    Full(Batch),
    /// Over its rate: nothing may come before this moment.
    Pause(Instant),
    Stop(Stop),
}

/// Whether the reader has more to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    GoesOn,
    Ended,
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
            held: None,
            input: Input::Open,
            give_up: None,
            after_end_millis: u32::try_from(after_end.as_millis()).unwrap_or(u32::MAX),
            barren_bytes: 0,
            awaits_credit: false,
            bytes_in: 0,
        }
    }

    /// These bytes were read before it, by whoever had to know what they begin.
    pub(crate) fn has_read(&mut self, bytes: Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        self.bytes_in += bytes.len() as u64;
        self.held = Some(Box::new(Held {
            bytes,
            decoded_to: 0,
        }));
    }

    /// Reads until the input ends, or the hub says that the connection is closed.
    ///
    /// What is rare is boxed: most readers wait for input most of their life.
    pub(crate) async fn run(&mut self) -> ReaderDone {
        loop {
            let next = poll_fn(|context| self.poll_next(context)).await;
            let done = Box::pin(self.do_what_is_rare(next));
            if done.await == Flow::Ended {
                break;
            }
        }
        ReaderDone {
            conn: self.conn,
            bytes_in: self.bytes_in,
        }
    }

    async fn do_what_is_rare(&mut self, next: Next) -> Flow {
        let stop = match next {
            Next::Full(batch) => {
                self.wait_for_place(batch).await;
                return Flow::GoesOn;
            }
            Next::Pause(until) => match self.pause(until).await {
                Some(stop) => stop,
                None => return Flow::GoesOn,
            },
            Next::Stop(stop) => stop,
        };
        match stop {
            Stop::End(end) => {
                if let Some(batch) = self.hand_over(Vec::new(), Some(end)) {
                    self.wait_for_place(batch).await;
                }
            }
            Stop::Closing(Closing::Drain) => self.drain().await,
            Stop::Closing(Closing::Cut) => {}
        }
        Flow::Ended
    }

    async fn wait_for_place(&mut self, batch: Batch) {
        let _ = self.batches.send(batch).await;
    }

    /// Reads, decodes and hands over, batch by batch, for as long as no other wait
    /// than for input or credit comes between.
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Next> {
        loop {
            if self.awaits_credit {
                match ready!(self.gate.poll_pass(context)) {
                    Passage::Closing(closing) => return stop(Stop::Closing(closing)),
                    Passage::Free { not_before } => {
                        self.awaits_credit = false;
                        if let Some(until) = not_before {
                            return Poll::Ready(Next::Pause(until));
                        }
                        if let Some(cut) = self.check_time() {
                            return stop(cut);
                        }
                    }
                }
            }
            let items = match ready!(self.poll_items(context)) {
                Ok(items) => items,
                Err(why) => return stop(why),
            };
            if let Some(batch) = self.hand_over(items, None) {
                return Poll::Ready(Next::Full(batch));
            }
        }
    }

    /// What there is to hand over: of what is held, else of what is read.
    fn poll_items(&mut self, context: &mut Context<'_>) -> Poll<Result<Vec<Decoded>, Stop>> {
        let mut items = self.decode_held();
        while items.is_empty() {
            if self.barren_bytes as usize >= READ_BYTES {
                // Bytes of which nothing comes cost a token too, and a turn of the
                // hub: else a flood of line ends would be read as fast as it comes.
                items.push(Decoded::Answer(Vec::new()));
                break;
            }
            match self.input {
                Input::Open => items = ready!(self.poll_fill(context))?,
                Input::Ended => return Poll::Ready(Err(end(Ending::InputEnded))),
                Input::Failed(why) => return Poll::Ready(Err(end(why))),
            }
        }
        self.barren_bytes = 0;
        Poll::Ready(Ok(items))
    }

    fn decode_held(&mut self) -> Vec<Decoded> {
        let Some(mut held) = self.held.take() else {
            return Vec::new();
        };
        let mut rest = &held.bytes[held.decoded_to..];
        let items = self.decode(&mut rest);
        if !rest.is_empty() {
            held.decoded_to = held.bytes.len() - rest.len();
            self.held = Some(held);
        }
        items
    }

    /// Takes more input, or notices that there will be none. To be closed goes
    /// before input, and input before what broke the other half.
    fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<Result<Vec<Decoded>, Stop>> {
        if let Some(closing) = self.gate.closing() {
            return Poll::Ready(Err(Stop::Closing(closing)));
        }
        with_lent_buffer(|lent| {
            let mut buffer = ReadBuf::new(lent);
            if let Poll::Ready(read) = Pin::new(&mut self.read).poll_read(context, &mut buffer) {
                return Poll::Ready(Ok(self.take(read.map(|()| buffer.filled()))));
            }
            let found = ready!(self.gate.poll_closing_or_broken(context));
            Poll::Ready(Err(ended(found)))
        })
    }

    /// Decodes what was read, and holds what there is no credit for.
    fn take(&mut self, read: io::Result<&[u8]>) -> Vec<Decoded> {
        let mut bytes = match read {
            Ok(bytes) => bytes,
            Err(error) => {
                self.input = Input::Failed(ending(&error));
                return Vec::new();
            }
        };
        if bytes.is_empty() {
            self.input = Input::Ended;
            return self.decoder.finish().into_iter().collect();
        }
        if self.bytes_in == 0 && bytes.first() == Some(&FIRST_BYTE) {
            // TLS where it is not taken: what looks like lines in it was said by nobody.
            self.input = Input::Ended;
            return vec![Decoded::Answer(no_tls())];
        }
        self.bytes_in += bytes.len() as u64;
        self.barren_bytes += bytes.len() as u32; // At most `READ_BYTES` more.
        let items = self.decode(&mut bytes);
        if !bytes.is_empty() {
            self.held = Some(Box::new(Held {
                bytes: bytes.to_vec(),
                decoded_to: 0,
            }));
        }
        items
    }

    /// Decodes up to [`CREDIT`] items.
    fn decode(&mut self, bytes: &mut &[u8]) -> Vec<Decoded> {
        let mut items = Vec::new();
        while items.len() < CREDIT {
            let Some(item) = self.decoder.decode(bytes) else {
                break;
            };
            items.push(item);
        }
        items
    }

    /// Hands a batch to the hub, or gives it back when the hub has no place now.
    fn hand_over(&mut self, items: Vec<Decoded>, end: Option<End>) -> Option<Batch> {
        self.awaits_credit = true;
        let batch = Batch {
            conn: self.conn,
            items,
            end,
            read_at: Instant::now(),
            bytes_in: self.bytes_in,
        };
        match self.batches.try_send(batch) {
            // Without a hub there is nobody to be told.
            Ok(()) | Err(TrySendError::Closed(_)) => None,
            Err(TrySendError::Full(batch)) => Some(batch),
        }
    }

    /// Waits without reading. A connection that breaks meanwhile is left at once.
    async fn pause(&mut self, until: Instant) -> Option<Stop> {
        tokio::select! {
            biased;
            found = poll_fn(|context| self.gate.poll_closing_or_broken(context)) => {
                Some(ended(found))
            }
            () = self.read.broken() => Some(ended(None)),
            () = sleep_until(until) => self.check_time(),
        }
    }

    /// Ends the input of somebody who has ended it long ago and is still not done.
    fn check_time(&mut self) -> Option<Stop> {
        if self.input != Input::Open {
            return None; // All of it is read.
        }
        if self.give_up.is_none() && self.read.has_ended() {
            let after_end = Duration::from_millis(self.after_end_millis.into());
            self.give_up = Some(Box::new(Instant::now() + after_end));
        }
        let is_late = self
            .give_up
            .as_ref()
            .is_some_and(|at| Instant::now() >= **at);
        is_late.then_some(Stop::End(End {
            why: Ending::InputEnded,
            is_cut: true,
        }))
    }

    /// Reads on and discards, until the other side has closed too.
    async fn drain(&mut self) {
        let (read, bytes_in) = (&mut self.read, &mut self.bytes_in);
        let until_end = async {
            while let Ok(count @ 1..) = poll_fn(|context| poll_discard(read, context)).await {
                *bytes_in += count as u64;
            }
        };
        tokio::select! {
            biased;
            () = self.gate.cut() => {}
            _ = timeout(LINGER, until_end) => {}
        }
    }
}

/// Told to whoever begins TLS here. They take it for a broken record, and end.
fn no_tls() -> Vec<u8> {
    let mut line = Vec::new();
    encode(Flavor::Text, &Message::Refused(Refusal::NoTls), &mut line);
    line
}

/// Lets the thread's own buffer be read into: a connection that waits has none.
fn with_lent_buffer<T>(read: impl FnOnce(&mut [u8]) -> T) -> T {
    thread_local! {
        static LENT: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ_BYTES].into());
    }
    LENT.with_borrow_mut(|lent| read(lent))
}

fn poll_discard<R: ReadHalf>(read: &mut R, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
    with_lent_buffer(|lent| {
        let mut buffer = ReadBuf::new(lent);
        ready!(Pin::new(read).poll_read(context, &mut buffer))?;
        Poll::Ready(Ok(buffer.filled().len()))
    })
}

fn stop(why: Stop) -> Poll<Next> {
    Poll::Ready(Next::Stop(why))
}

fn end(why: Ending) -> Stop {
    Stop::End(End { why, is_cut: false })
}

/// What was found instead of input: an order to close, or a broken connection.
fn ended(found: Option<Closing>) -> Stop {
    found.map_or(end(Ending::Reset), Stop::Closing)
}

fn ending(error: &io::Error) -> Ending {
    if error.kind() == io::ErrorKind::TimedOut {
        Ending::TimedOut
    } else {
        Ending::Reset
    }
}

#[cfg(test)]
mod tests;
