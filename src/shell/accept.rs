//! The accept loop: one for each listener, from new connections to the hub.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWrite;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};

use super::admission::{Admission, Admitted, Permit};
use super::stage::Progress;
use super::{Listener, ReadHalf};
use crate::chat::{Message, Refusal};
use crate::dialect::{Flavor, encode};

mod linger;
mod trouble;

pub(crate) use linger::LINGERING_MAX;
use trouble::Trouble;

/// A connection that may be served.
#[derive(Debug)]
pub(crate) struct Accepted<R, W> {
    /// What comes from the other end.
    pub(crate) read: R,
    /// What goes to the other end.
    pub(crate) write: W,
    /// The other end's address.
    pub(crate) peer: SocketAddr,
    /// Its place among the connections; to be dropped when the connection ends.
    pub(crate) permit: Permit,
}

/// Accepts connections and hands them to the hub, until the server stops or the
/// hub takes no more. Who is over a bound is told so and closed; who comes too
/// fast waits. When it returns, no task of it is left.
///
/// # Panics
/// When a task of it has panicked.
pub(crate) async fn accept_connections<L: Listener>(
    listener: L,
    admission: Admission,
    connections: mpsc::Sender<Accepted<L::Read, L::Write>>,
    stop: Progress,
) {
    let door = Door {
        listener,
        admission,
        connections,
        stop,
        delayed: JoinSet::new(),
        lingering: JoinSet::new(),
        trouble: Trouble::default(),
    };
    door.run().await;
}

struct Door<L: Listener> {
    listener: L,
    admission: Admission,
    connections: mpsc::Sender<Accepted<L::Read, L::Write>>,
    stop: Progress,
    /// Connections that wait for their moment. Bounded by admission.
    delayed: JoinSet<()>,
    /// Refused connections that are told so. At most [`LINGERING_MAX`].
    lingering: JoinSet<()>,
    trouble: Trouble,
}

impl<L: Listener> Door<L> {
    async fn run(mut self) {
        let stop = self.stop.clone();
        let connections = self.connections.clone();
        tokio::select! {
            biased;
            () = stop.serves_no_longer() => {}
            () = connections.closed() => {}
            never = self.accept_forever() => match never {},
        }
        // The tasks see the same and end.
        while let Some(ended) = self.delayed.join_next().await {
            unharmed(ended);
        }
        while let Some(ended) = self.lingering.join_next().await {
            unharmed(ended);
        }
    }

    async fn accept_forever(&mut self) -> Infallible {
        loop {
            tokio::select! {
                biased;
                Some(ended) = self.delayed.join_next() => unharmed(ended),
                Some(ended) = self.lingering.join_next() => unharmed(ended),
                accepted = self.listener.accept() => self.take(accepted).await,
            }
        }
    }

    async fn take(&mut self, accepted: io::Result<(L::Read, L::Write, SocketAddr)>) {
        let (read, write, peer) = match accepted {
            Ok(connection) => connection,
            Err(error) => {
                self.admission.figures().accept_failures.add(1);
                let pause = self.trouble.met(&error, Instant::now());
                return sleep(pause).await;
            }
        };
        self.trouble.is_over();
        let now = Instant::now();
        match self.admission.admit(peer.ip(), now) {
            Ok(Admitted { permit, not_before }) => {
                let accepted = Accepted {
                    read,
                    write,
                    peer,
                    permit,
                };
                self.hand_over(accepted, not_before.saturating_duration_since(now))
                    .await;
            }
            Err(refusal) => self.refuse(read, write, peer, refusal),
        }
    }

    async fn hand_over(&mut self, accepted: Accepted<L::Read, L::Write>, delay: Duration) {
        let connections = self.connections.clone();
        if delay.is_zero() {
            // If the hub is gone, `run` sees it too.
            let _ = connections.send(accepted).await;
            return;
        }
        tracing::debug!(peer = %accepted.peer, ?delay, "delayed: this address connects too fast");
        let later = Instant::now() + delay;
        self.delayed.spawn(hand_over_later(
            accepted,
            later,
            connections,
            self.stop.clone(),
        ));
    }

    fn refuse(&mut self, read: L::Read, mut write: L::Write, peer: SocketAddr, refusal: Refusal) {
        tracing::debug!(%peer, ?refusal, "refused");
        let mut line = Vec::new();
        encode(Flavor::Text, &Message::Refused(refusal), &mut line);
        if self.lingering.len() >= LINGERING_MAX {
            linger::say_at_once(&mut write, &line);
            return;
        }
        let stop = self.stop.clone();
        self.lingering.spawn(async move {
            tokio::select! {
                biased;
                () = stop.serves_no_longer() => {}
                () = linger::say_and_close(read, write, &line) => {}
            }
        });
    }
}

/// Waits for the connection's moment, unless it breaks or the server stops.
async fn hand_over_later<R: ReadHalf, W: AsyncWrite>(
    mut accepted: Accepted<R, W>,
    later: Instant,
    connections: mpsc::Sender<Accepted<R, W>>,
    stop: Progress,
) {
    tokio::select! {
        biased;
        () = stop.serves_no_longer() => return,
        () = connections.closed() => return,
        () = accepted.read.broken() => return,
        () = sleep_until(later) => {}
    }
    tokio::select! {
        biased;
        () = stop.serves_no_longer() => {}
        // It fails only when the hub is gone.
        _ = connections.send(accepted) => {}
    }
}

/// Passes a panic of a task on.
fn unharmed(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && let Ok(panic) = error.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}

#[cfg(test)]
mod tests;
