//! TLS handshakes under way: each has its time, and there is a bound on all of them.

use std::collections::BTreeMap;

use tokio::io::AsyncWrite;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;
use tracing::debug;

use super::meeting::Newcomer;
use super::{Accepted, Handshaking, unharmed};
use crate::shell::ReadHalf;

/// The most of one listener that are under way, each some 20 KB. When one more begins,
/// the oldest is ended: an honest one takes no longer than the network.
pub(super) const HANDSHAKES_MAX: usize = 1024;

pub(super) struct Handshakes<R, W> {
    tasks: JoinSet<Ended<R, W>>,
    /// Those under way, by when they began.
    under_way: BTreeMap<u64, AbortHandle>,
    /// How many have begun.
    begun: u64,
}

/// Which it was, and what came of it.
type Ended<R, W> = (u64, Option<Accepted<R, W>>);

impl<R, W> Default for Handshakes<R, W> {
    fn default() -> Self {
        Self {
            tasks: JoinSet::new(),
            under_way: BTreeMap::new(),
            begun: 0,
        }
    }
}

impl<R, W> Handshakes<R, W>
where
    R: ReadHalf,
    W: AsyncWrite + Unpin + Send + 'static,
{
    pub(super) fn begin(&mut self, how: Handshaking, newcomer: Newcomer<R, W>, first: Vec<u8>) {
        if self.under_way.len() >= HANDSHAKES_MAX
            && let Some((_, oldest)) = self.under_way.pop_first()
        {
            oldest.abort();
        }
        let number = self.begun;
        self.begun += 1;
        let task = self
            .tasks
            .spawn(async move { (number, secure(&how, newcomer, first).await) });
        self.under_way.insert(number, task);
    }

    /// Waits for the next that succeeds; for ever, if none is under way.
    pub(super) async fn next(&mut self) -> Accepted<R, W> {
        loop {
            let Some(ended) = self.tasks.join_next().await else {
                return std::future::pending().await;
            };
            let Some((number, accepted)) = unharmed(ended) else {
                continue;
            };
            self.under_way.remove(&number);
            if let Some(accepted) = accepted {
                return accepted;
            }
        }
    }

    /// Ends them all.
    pub(super) async fn end(&mut self) {
        self.tasks.abort_all();
        while let Some(ended) = self.tasks.join_next().await {
            unharmed(ended);
        }
    }
}

async fn secure<R, W>(
    how: &Handshaking,
    newcomer: Newcomer<R, W>,
    first: Vec<u8>,
) -> Option<Accepted<R, W>>
where
    R: ReadHalf,
    W: AsyncWrite + Unpin,
{
    let Newcomer {
        read,
        write,
        peer,
        permit,
    } = newcomer;
    let handshake = timeout(how.timeout, how.tls.handshake(first, read, write));
    match handshake.await {
        Ok(Ok((read, write))) => Some(Accepted {
            read,
            first: Vec::new(),
            write,
            peer,
            permit,
        }),
        Ok(Err(error)) => {
            debug!(%peer, %error, "no TLS came about");
            None
        }
        Err(_) => {
            debug!(%peer, "no TLS came about: the other end took too long");
            None
        }
    }
}
