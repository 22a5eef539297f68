//! The accept loop: one for each listener, from new connections to the hub.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWrite;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep};

use super::Listener;
use super::admission::{Admission, Admitted, Permit};
use super::stage::Progress;
use super::tls::{Incoming, Outgoing, Tls};
use crate::chat::{Message, Refusal};
use crate::dialect::{Flavor, encode};

mod handshakes;
mod linger;
mod meeting;
mod trouble;

use handshakes::Handshakes;
pub(crate) use linger::LINGERING_MAX;
use meeting::{Met, Newcomer};
use trouble::Trouble;

/// What a listener takes.
#[derive(Clone, Debug)]
pub(crate) enum Manner {
    /// No TLS at all.
    Plain,
    /// Both: the first byte decides, and who says nothing for a moment is greeted.
    PlainOrTls(Handshaking),
    /// TLS alone.
    Tls(Handshaking),
}

/// How handshakes are answered.
#[derive(Clone, Debug)]
pub(crate) struct Handshaking {
    pub(crate) tls: Tls,
    /// For how long one may take.
    pub(crate) timeout: Duration,
}

/// A connection that may be served.
pub(crate) struct Accepted<R, W> {
    /// What comes from the other end.
    pub(crate) read: Incoming<R>,
    /// What of it was read already.
    pub(crate) first: Vec<u8>,
    /// What goes to the other end.
    pub(crate) write: Outgoing<W>,
    /// The other end's address.
    pub(crate) peer: SocketAddr,
    /// Its place among the connections; to be dropped when the connection ends.
    pub(crate) permit: Permit,
}

impl<R, W: AsyncWrite + Unpin> Accepted<R, W> {
    /// It comes too late: it is told so, as well as that can be without waiting.
    pub(crate) fn turn_away(mut self, why: &Message) {
        let mut line = Vec::new();
        encode(Flavor::Text, why, &mut line);
        linger::say_at_once(&mut self.write, &line);
    }
}

/// Accepts connections and hands them to the hub, until the server stops or the
/// hub takes no more. Who is over a bound is told so and closed; who comes too
/// fast waits; who is to have TLS is handed over when it stands. When it returns, no
/// task of it is left.
///
/// # Panics
/// When a task of it has panicked.
pub(crate) async fn accept_connections<L: Listener>(
    listener: L,
    manner: Manner,
    admission: Admission,
    connections: mpsc::Sender<Accepted<L::Read, L::Write>>,
    stop: Progress,
) {
    let door = Door {
        listener,
        manner,
        admission,
        connections,
        stop,
        delayed: JoinSet::new(),
        meetings: JoinSet::new(),
        handshakes: Handshakes::default(),
        lingering: JoinSet::new(),
        trouble: Trouble::default(),
    };
    door.run().await;
}

struct Door<L: Listener> {
    listener: L,
    manner: Manner,
    admission: Admission,
    connections: mpsc::Sender<Accepted<L::Read, L::Write>>,
    stop: Progress,
    /// Connections that wait for their moment. Bounded by admission, as the next are.
    delayed: JoinSet<Option<Newcomer<L::Read, L::Write>>>,
    /// Connections of which nobody knows yet whether they begin TLS.
    meetings: JoinSet<Met<L::Read, L::Write>>,
    handshakes: Handshakes<L::Read, L::Write>,
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
        while let Some(ended) = self.meetings.join_next().await {
            if let Some((newcomer, first)) = unharmed(ended).flatten() {
                self.turn_away(newcomer, first);
            }
        }
        self.handshakes.end().await;
        // The other tasks see the same and end.
        while let Some(ended) = self.delayed.join_next().await {
            if let Some(newcomer) = unharmed(ended).flatten() {
                self.turn_away(newcomer, Vec::new());
            }
        }
        while let Some(ended) = self.lingering.join_next().await {
            unharmed(ended);
        }
    }

    async fn accept_forever(&mut self) -> Infallible {
        loop {
            tokio::select! {
                biased;
                Some(ended) = self.delayed.join_next() => {
                    if let Some(newcomer) = unharmed(ended).flatten() {
                        self.meet(newcomer).await;
                    }
                }
                Some(ended) = self.meetings.join_next() => self.take_met(unharmed(ended)).await,
                accepted = self.handshakes.next() => self.hand_over(accepted).await,
                Some(ended) = self.lingering.join_next() => drop(unharmed(ended)),
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
                let newcomer = Newcomer {
                    read,
                    write,
                    peer,
                    permit,
                };
                self.let_in(newcomer, not_before.saturating_duration_since(now))
                    .await;
            }
            Err(refusal) => self.refuse(read, write, peer, refusal),
        }
    }

    async fn let_in(&mut self, newcomer: Newcomer<L::Read, L::Write>, delay: Duration) {
        if delay.is_zero() {
            return self.meet(newcomer).await;
        }
        tracing::debug!(peer = %newcomer.peer, ?delay, "delayed: this address connects too fast");
        let later = Instant::now() + delay;
        self.delayed
            .spawn(meeting::wait(newcomer, later, self.stop.clone()));
    }

    /// Finds out whether it begins TLS, if it may.
    async fn meet(&mut self, newcomer: Newcomer<L::Read, L::Write>) {
        let patience = match &self.manner {
            Manner::Plain => return self.hand_over(newcomer.plain(Vec::new())).await,
            Manner::PlainOrTls(_) => meeting::FIRST_BYTE_WAIT,
            Manner::Tls(handshaking) => handshaking.timeout,
        };
        let stop = self.stop.clone();
        self.meetings.spawn(meeting::meet(newcomer, patience, stop));
    }

    async fn take_met(&mut self, met: Option<Met<L::Read, L::Write>>) {
        match (met.flatten(), &self.manner) {
            (None, _) => {} // It broke off.
            (Some((newcomer, first)), Manner::PlainOrTls(how) | Manner::Tls(how))
                if meeting::begins_tls(&first) =>
            {
                self.handshakes.begin(how.clone(), newcomer, first);
            }
            (Some((newcomer, first)), Manner::Plain | Manner::PlainOrTls(_)) => {
                self.hand_over(newcomer.plain(first)).await;
            }
            (Some((newcomer, _)), Manner::Tls(_)) => {
                let Newcomer {
                    read, write, peer, ..
                } = newcomer;
                self.refuse(read, write, peer, Refusal::TlsOnly);
            }
        }
    }

    async fn hand_over(&mut self, accepted: Accepted<L::Read, L::Write>) {
        // The hub takes no more, which `run` sees too.
        if let Err(mpsc::error::SendError(late)) = self.connections.send(accepted).await {
            late.turn_away(&Message::ShuttingDown);
        }
    }

    /// The server stops, and nobody knows yet whether they would have begun TLS.
    fn turn_away(&self, newcomer: Newcomer<L::Read, L::Write>, first: Vec<u8>) {
        let may_be_plain = !matches!(self.manner, Manner::Tls(_)) && !meeting::begins_tls(&first);
        if may_be_plain {
            newcomer.plain(first).turn_away(&Message::ShuttingDown);
        }
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

/// Passes a panic of a task on. Nothing when the task was ended.
fn unharmed<T>(ended: Result<T, JoinError>) -> Option<T> {
    match ended.map_err(JoinError::try_into_panic) {
        Ok(done) => Some(done),
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        Err(Err(_)) => None,
    }
}

#[cfg(test)]
mod tests;
