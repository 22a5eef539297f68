//! A write half that ends in memory, and does what sockets do.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use tokio::io::AsyncWrite;

/// The test's end: what was written, and what may be.
#[derive(Clone)]
pub(super) struct Pipe(Arc<Mutex<State>>);

/// The worker's end.
pub(super) struct Writer(Arc<Mutex<State>>);

struct State {
    taken: Vec<u8>,
    /// How many bytes it still takes.
    place: usize,
    /// How many bytes it takes at once.
    gulp: usize,
    /// Writes that took something.
    writes: usize,
    polls: usize,
    failure: Option<Failure>,
    shuts_down: bool,
    is_shut: bool,
    is_dropped: bool,
    waker: Option<Waker>,
}

#[derive(Clone, Copy)]
enum Failure {
    Error,
    Nothing,
}

impl Pipe {
    /// A pipe that takes everything.
    pub(super) fn new() -> (Self, Writer) {
        let state = Arc::new(Mutex::new(State {
            taken: Vec::new(),
            place: usize::MAX,
            gulp: usize::MAX,
            writes: 0,
            polls: 0,
            failure: None,
            shuts_down: true,
            is_shut: false,
            is_dropped: false,
            waker: None,
        }));
        (Self(Arc::clone(&state)), Writer(state))
    }

    /// Takes so many more bytes, and then none.
    pub(super) fn limit(&self, place: usize) {
        self.change(|state| state.place = place);
    }

    /// Takes so many bytes at once at most.
    pub(super) fn gulp(&self, gulp: usize) {
        self.change(|state| state.gulp = gulp);
    }

    /// Every write fails.
    pub(super) fn fail(&self) {
        self.change(|state| state.failure = Some(Failure::Error));
    }

    /// Every write says that it has taken nothing.
    pub(super) fn take_nothing(&self) {
        self.change(|state| state.failure = Some(Failure::Nothing));
    }

    /// Shutting down waits, or ends.
    pub(super) fn let_shut_down(&self, shuts_down: bool) {
        self.change(|state| state.shuts_down = shuts_down);
    }

    /// Wakes the writer although nothing has changed.
    pub(super) fn nudge(&self) {
        self.change(|_| {});
    }

    pub(super) fn taken(&self) -> Vec<u8> {
        self.state().taken.clone()
    }

    pub(super) fn words(&self) -> String {
        String::from_utf8(self.taken()).unwrap()
    }

    pub(super) fn writes(&self) -> usize {
        self.state().writes
    }

    pub(super) fn polls(&self) -> usize {
        self.state().polls
    }

    pub(super) fn is_shut(&self) -> bool {
        self.state().is_shut
    }

    pub(super) fn is_dropped(&self) -> bool {
        self.state().is_dropped
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let waker = {
            let mut state = self.state();
            change(&mut state);
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl State {
    fn write(&mut self, bytes: &[u8], cx: &Context<'_>) -> Poll<io::Result<usize>> {
        self.polls += 1;
        match self.failure {
            Some(Failure::Error) => return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            Some(Failure::Nothing) => return Poll::Ready(Ok(0)),
            None => {}
        }
        let count = bytes.len().min(self.gulp).min(self.place);
        if count == 0 {
            self.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        self.place -= count;
        self.writes += 1;
        self.taken.extend_from_slice(&bytes[..count]);
        Poll::Ready(Ok(count))
    }
}

impl AsyncWrite for Writer {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        assert!(!bytes.is_empty(), "nobody writes nothing");
        self.0.lock().unwrap().write(bytes, cx)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.0.lock().unwrap();
        if !state.shuts_down {
            state.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        state.is_shut = true;
        Poll::Ready(Ok(()))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.lock().unwrap().is_dropped = true;
    }
}
