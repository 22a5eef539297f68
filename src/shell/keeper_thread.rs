//! The keeper of a history, on a thread of its own: a disk may take its time.

use std::convert::Infallible;
use std::{io, thread};

use tokio::sync::oneshot;
use tracing::warn;

use super::store::{self, HistoryLink, OpenError, SqliteStore, StoreError};
use super::{Clock, Outcome, Place};

/// Why history cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The directory is in use, is somebody else's, or cannot be read or written.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What is kept there cannot be read, or nothing can be added.
    #[error(transparent)]
    Begin(#[from] StoreError),
    /// There is no thread to be had.
    #[error("no thread can be started that keeps history: {0}.")]
    Thread(io::Error),
}

/// A keeper at work.
#[derive(Debug)]
pub struct KeeperThread {
    thread: thread::JoinHandle<()>,
    /// Nothing is ever sent: it ends with the thread.
    ended: oneshot::Receiver<Infallible>,
}

/// Opens the history in a place and has its keeper work. The link is for the
/// server; when the server has dropped it, the keeper commits what is left and ends.
///
/// # Errors
/// When the history cannot be opened.
pub async fn keep(place: &Place, clock: Clock) -> Result<(HistoryLink, KeeperThread), KeepError> {
    let store = SqliteStore::open(&place.dir)?;
    let (link, keeper) = store::open(store, place.config, clock).await?;
    let thread = KeeperThread::start(keeper.run()).map_err(KeepError::Thread)?;
    Ok((link, thread))
}

impl KeeperThread {
    fn start(work: impl Future<Output = ()> + Send + 'static) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()?;
        let (ending, ended) = oneshot::channel();
        let run = move || {
            let _dropped_at_the_end = ending;
            runtime.block_on(work);
        };
        let thread = thread::Builder::new().name("history".to_owned());
        let thread = thread.spawn(run)?;
        Ok(Self { thread, ended })
    }

    /// Waits until everything is committed; a signal, given by its name, ends the wait.
    /// How the server ended is how all of it did, unless the keeper has panicked, which
    /// is in the log.
    pub async fn settled(
        self,
        server: Outcome,
        signal: impl Future<Output = &'static str>,
    ) -> Outcome {
        tokio::select! {
            biased;
            // The error is the end.
            Err(_) = self.ended => match self.thread.join() {
                Ok(()) => server,
                Err(_panic) => Outcome::Failed,
            },
            name = signal => {
                warn!("{name} received; what was said last may be missing from history");
                server
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::mpsc::sync_channel;

    use super::*;

    #[tokio::test]
    async fn when_the_keeper_has_ended_it_is_as_the_server_ended() {
        for outcome in [Outcome::Stopped, Outcome::Failed] {
            let keeper = KeeperThread::start(ready(())).unwrap();
            assert_eq!(keeper.settled(outcome, pending()).await, outcome);
        }
    }

    #[tokio::test]
    async fn nothing_is_settled_before_the_keeper_has_ended() {
        let (go, gone) = sync_channel(1);
        let keeper = KeeperThread::start(async move { gone.recv().unwrap() }).unwrap();
        let mut settled = Box::pin(keeper.settled(Outcome::Stopped, pending()));
        tokio::select! {
            biased;
            _ = &mut settled => panic!("it has not ended"),
            () = tokio::task::yield_now() => {}
        }
        go.send(()).unwrap();
        assert_eq!(settled.await, Outcome::Stopped);
    }

    #[tokio::test]
    async fn a_keeper_that_panics_is_a_fault() {
        let keeper = KeeperThread::start(async { panic!("planted") }).unwrap();
        let settled = keeper.settled(Outcome::Stopped, pending()).await;
        assert_eq!(settled, Outcome::Failed);
    }

    #[tokio::test]
    async fn a_signal_ends_the_wait_for_a_disk_that_hangs() {
        let keeper = KeeperThread::start(pending()).unwrap();
        let settled = keeper.settled(Outcome::Stopped, ready("SIGTERM")).await;
        assert_eq!(settled, Outcome::Stopped);
    }
}
