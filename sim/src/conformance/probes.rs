//! The probes: what each end does, and what it says of it.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{sleep, timeout};

/// A question to a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Somebody never reads.
    FullPipe,
    /// They read on.
    ReadsOn,
    /// They close with bytes unread.
    ClosesUnread,
    /// They close with nothing unread.
    ClosesClean,
    /// A writer waits while they close with bytes unread.
    ClosesUnderWriter,
    /// They end their output and read on.
    HalfClose,
    /// The server closes behind a full pipe, and they read later.
    CloseBehindFullPipe,
    /// They send bytes and then a reset.
    BytesThenReset,
    /// Nobody listens.
    NobodyListens,
}

/// The halves of one end.
pub(super) struct Ends {
    pub(super) read: Box<dyn AsyncRead + Unpin + Send>,
    pub(super) write: Box<dyn AsyncWrite + Unpin + Send>,
    /// Makes the end send a reset when it is dropped; where a world can.
    pub(super) reset: Option<Box<dyn FnOnce() + Send>>,
}

/// Long enough for anything to arrive, also on a machine that is busy.
const BEAT: Duration = Duration::from_millis(150);

/// More than a pipe holds in any world.
const MUCH: usize = 24 * 1024 * 1024;

impl Probe {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::FullPipe,
        Self::ReadsOn,
        Self::ClosesUnread,
        Self::ClosesClean,
        Self::ClosesUnderWriter,
        Self::HalfClose,
        Self::CloseBehindFullPipe,
        Self::BytesThenReset,
        Self::NobodyListens,
    ];

    /// In words.
    #[must_use]
    pub fn question(self) -> &'static str {
        match self {
            Self::FullPipe => "the client never reads: does a write wait, was one short?",
            Self::ReadsOn => "the client reads on: does the writer that waited go on?",
            Self::ClosesUnread => {
                "the client closes with bytes unread: what is read, what is written?"
            }
            Self::ClosesClean => {
                "the client closes, nothing unread: what is read, what is written?"
            }
            Self::ClosesUnderWriter => {
                "the client closes with bytes unread under a writer that waits"
            }
            Self::HalfClose => "the client ends its output: does the server's still arrive?",
            Self::CloseBehindFullPipe => {
                "the server closes behind a full pipe, read later: is all of it there?"
            }
            Self::BytesThenReset => "bytes, then a reset: what is read?",
            Self::NobodyListens => "nobody listens: what does connecting give?",
        }
    }

    /// Why a simulator answers otherwise than the kernel.
    pub(super) fn why_it_differs(self, stage: &str) -> &'static str {
        match (self, stage) {
            (Self::FullPipe, "turmoil") => {
                "it counts segments, and takes each whole; the memory world has the bytes"
            }
            (Self::ClosesUnread, "turmoil") => {
                "its reset comes without an end before it, as the model's"
            }
            (Self::ClosesUnderWriter, "turmoil") => {
                "its reset never wakes a writer that waits for room; the shell's stall timeout acts instead"
            }
            (Self::CloseBehindFullPipe, "turmoil") => {
                "its end of output is lost when the pipe is full; plans keep pipes wide"
            }
            (Self::BytesThenReset, "turmoil") => {
                "it has no reset with nothing unread; people send a question first and leave the answer unread"
            }
            (_, _) => "not explained: mend it, or say here why it stays",
        }
    }

    /// What the client's end does.
    pub(super) async fn client(self, mut ends: Ends) {
        match self {
            Self::FullPipe => sleep(BEAT * 8).await,
            Self::ReadsOn => {
                sleep(BEAT * 3).await;
                read_all(&mut ends.read).await;
            }
            Self::ClosesUnread => {
                sleep(BEAT * 2).await;
                drop(ends);
            }
            Self::ClosesClean => {
                let mut greeting = [0; 5];
                let _ = ends.read.read_exact(&mut greeting).await;
                sleep(BEAT).await;
                drop(ends);
            }
            Self::ClosesUnderWriter => {
                sleep(BEAT * 4).await;
                drop(ends);
            }
            Self::HalfClose => {
                let _ = ends.write.shutdown().await;
                read_all(&mut ends.read).await;
            }
            Self::CloseBehindFullPipe => {
                sleep(BEAT * 4).await;
                if read_all(&mut ends.read).await {
                    let _ = ends.write.write_all(b"all").await;
                    sleep(BEAT).await;
                }
            }
            Self::BytesThenReset => {
                let _ = ends.write.write_all(b"bytes").await;
                sleep(BEAT).await;
                if let Some(reset) = ends.reset.take() {
                    reset();
                }
                drop(ends);
            }
            Self::NobodyListens => {}
        }
    }

    /// What the server's end does, and what it meets.
    pub(super) async fn server(self, mut ends: Ends) -> String {
        match self {
            Self::FullPipe => {
                let (waits, was_short) = fill(&mut ends.write).await;
                format!("waits: {waits}, short: {was_short}")
            }
            Self::ReadsOn => {
                let (waits, _) = fill(&mut ends.write).await;
                let goes_on = write(&mut ends.write, b"more").await;
                format!("waits: {waits}, then {goes_on}")
            }
            Self::ClosesUnread | Self::ClosesClean => {
                let _ = ends.write.write_all(b"hello").await;
                sleep(BEAT * 4).await;
                let read = read(&mut ends.read).await;
                let first = write(&mut ends.write, b"one").await;
                sleep(BEAT * 2).await;
                let second = write(&mut ends.write, b"two").await;
                format!("read: {read}, writes: {first}, {second}")
            }
            Self::ClosesUnderWriter => {
                let (waits, _) = fill(&mut ends.write).await;
                let woken = write(&mut ends.write, &vec![b'x'; MUCH]).await;
                format!("waits: {waits}, then {woken}")
            }
            Self::HalfClose => {
                let read = read(&mut ends.read).await;
                let wrote = write(&mut ends.write, b"still here").await;
                format!("read: {read}, writes: {wrote}")
            }
            Self::CloseBehindFullPipe => {
                fill(&mut ends.write).await;
                drop(ends.write);
                let said = timeout(BEAT * 30, ends.read.read(&mut [0; 16])).await;
                // The client says so once it has read the end.
                format!("read to the end: {}", matches!(said, Ok(Ok(3))))
            }
            Self::BytesThenReset => {
                sleep(BEAT * 4).await;
                let first = read(&mut ends.read).await;
                let second = read(&mut ends.read).await;
                format!("read: {first}, then {second}")
            }
            Self::NobodyListens => String::new(),
        }
    }
}

/// Writes until a write waits; whether one did, and whether one was short.
async fn fill(write: &mut (dyn AsyncWrite + Unpin + Send)) -> (bool, bool) {
    let chunk = vec![b'x'; 100_000];
    let (mut total, mut was_short) = (0, false);
    while total < MUCH {
        match timeout(BEAT, write.write(&chunk)).await {
            Err(_) => return (true, was_short),
            Ok(Ok(count)) => {
                was_short |= count < chunk.len();
                total += count;
            }
            Ok(Err(_)) => return (false, was_short),
        }
    }
    (false, was_short)
}

async fn write(write: &mut (dyn AsyncWrite + Unpin + Send), bytes: &[u8]) -> String {
    match timeout(BEAT * 12, write.write_all(bytes)).await {
        Err(_) => "it waits".into(),
        Ok(Ok(())) => "ok".into(),
        Ok(Err(error)) => name(&error),
    }
}

async fn read(read: &mut (dyn AsyncRead + Unpin + Send)) -> String {
    match timeout(BEAT * 4, read.read(&mut [0; 64])).await {
        Err(_) => "nothing".into(),
        Ok(Ok(0)) => "end".into(),
        Ok(Ok(count)) => format!("{count} bytes"),
        Ok(Err(error)) => name(&error),
    }
}

/// Whether the end came.
async fn read_all(read: &mut (dyn AsyncRead + Unpin + Send)) -> bool {
    let mut buffer = vec![0; 64 * 1024];
    let reading = async {
        loop {
            match read.read(&mut buffer).await {
                Ok(0) => return true,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
    };
    timeout(BEAT * 20, reading).await == Ok(true)
}

/// A reset and a broken pipe are both the other end's doing.
pub(super) fn name(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => "reset".into(),
        io::ErrorKind::ConnectionRefused => "refused".into(),
        other => format!("{other}"),
    }
}
