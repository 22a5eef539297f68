//! The half of a person that hears: a task of its own, so that somebody who
//! types, or waits, hears meanwhile.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::trace::{HowEnded, Life, Trace, What};

/// How somebody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// As it comes.
    Full,
    /// So many bytes each millisecond.
    Slow(usize),
    /// Nothing.
    Stopped,
    /// No more: the connection is wanted back.
    Quit,
}

/// What somebody has heard, and how they read.
pub(super) struct Ear {
    life: Life,
    trace: Trace,
    state: Mutex<State>,
    /// The mode has changed.
    mode: Notify,
    /// A line has come, or the end.
    heard: Notify,
}

struct State {
    mode: Mode,
    /// Lines that nobody has waited for yet.
    lines: VecDeque<String>,
    /// The command that shows what was skipped last.
    how_to_fetch: Option<String>,
    has_heard: bool,
    has_ended: bool,
}

impl Ear {
    pub(super) fn new(life: Life, trace: Trace) -> Self {
        let state = State {
            mode: Mode::Full,
            lines: VecDeque::new(),
            how_to_fetch: None,
            has_heard: false,
            has_ended: false,
        };
        Self {
            life,
            trace,
            state: Mutex::new(state),
            mode: Notify::new(),
            heard: Notify::new(),
        }
    }

    pub(super) fn read_as(&self, mode: Mode) {
        self.with(|state| state.mode = mode);
        self.mode.notify_one();
    }

    pub(super) fn has_heard(&self) -> bool {
        self.with(|state| state.has_heard)
    }

    /// The command that shows what was skipped last, as it was told.
    pub(super) fn how_to_fetch(&self) -> Option<String> {
        self.with(|state| state.how_to_fetch.clone())
    }

    /// Whether a line that holds these words came, before the end.
    pub(super) async fn until_heard(&self, words: &str) -> bool {
        loop {
            let found = self.with(|state| {
                while let Some(line) = state.lines.pop_front() {
                    if line.contains(words) {
                        return Some(true);
                    }
                }
                state.has_ended.then_some(false)
            });
            match found {
                Some(found) => return found,
                None => self.heard.notified().await,
            }
        }
    }

    pub(super) async fn until_ended(&self) {
        while !self.with(|state| state.has_ended) {
            self.heard.notified().await;
        }
    }

    /// Reads until the end, or until told to quit.
    pub(super) async fn listen<R: AsyncRead + Unpin>(self: Arc<Self>, mut read: R) -> R {
        let mut buffer = vec![0; 4096];
        let mut unfinished = Vec::new();
        loop {
            let count = match self.with(|state| state.mode) {
                Mode::Full => buffer.len(),
                Mode::Slow(bytes) => {
                    sleep(Duration::from_millis(1)).await;
                    bytes.min(buffer.len())
                }
                Mode::Stopped => {
                    self.mode.notified().await;
                    continue;
                }
                Mode::Quit => return read,
            };
            let came = tokio::select! {
                biased;
                () = self.mode.notified() => continue,
                came = read.read(&mut buffer[..count]) => came,
            };
            match came {
                Ok(count @ 1..) => self.take(&buffer[..count], &mut unfinished),
                ended => {
                    self.end(&mut unfinished, HowEnded::of(&ended));
                    while self.with(|state| state.mode) != Mode::Quit {
                        self.mode.notified().await;
                    }
                    return read;
                }
            }
        }
    }

    fn take(&self, bytes: &[u8], unfinished: &mut Vec<u8>) {
        for byte in bytes {
            if *byte != b'\n' {
                unfinished.push(*byte);
                continue;
            }
            let line = text(std::mem::take(unfinished));
            self.trace.record(What::Heard(self.life, line.clone()));
            self.with(|state| {
                state.has_heard = true;
                if let Some(how) = how_to_fetch(&line) {
                    state.how_to_fetch = Some(how);
                }
                state.lines.push_back(line);
            });
            self.heard.notify_one();
        }
    }

    fn end(&self, unfinished: &mut Vec<u8>, how: HowEnded) {
        if !unfinished.is_empty() {
            let rest = text(std::mem::take(unfinished));
            self.trace.record(What::HeardUnfinished(self.life, rest));
        }
        self.trace.record(What::Ended(self.life, how));
        self.with(|state| state.has_ended = true);
        self.heard.notify_one();
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// `-- You were too slow: …. /history 4711..5022 #ops shows them.`
fn how_to_fetch(line: &str) -> Option<String> {
    let told = line.strip_prefix("-- You were too slow: ")?;
    let command = told.find("/history ").map(|place| &told[place..])?;
    let (command, _) = command.split_once(" shows ")?;
    Some(command.into())
}

/// What is no UTF-8 shows as U+FFFD, and the oracle of the grammar sees it.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| {
        let lossy = String::from_utf8_lossy(error.as_bytes());
        format!("\u{0}no UTF-8: {lossy}")
    })
}
