//! What comes between being admitted and being greeted.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::time::{Instant, sleep_until, timeout};

use super::{Accepted, Permit};
use crate::shell::ReadHalf;
use crate::shell::stage::Progress;
use crate::shell::tls::{FIRST_BYTE, Incoming, Outgoing};

/// For how long somebody may begin TLS where plain connections are taken too; who says
/// nothing until then is greeted.
pub(super) const FIRST_BYTE_WAIT: Duration = Duration::from_millis(300);
/// What is read at most before it is known who reads the rest, in bytes.
const FIRST_BYTES_MAX: usize = 512;

/// A connection that has a place, and nothing else yet.
pub(super) struct Newcomer<R, W> {
    pub(super) read: R,
    pub(super) write: W,
    pub(super) peer: SocketAddr,
    pub(super) permit: Permit,
}

/// Who they are, and their first bytes: none if they said nothing in time. Nothing if
/// the connection broke.
pub(super) type Met<R, W> = Option<(Newcomer<R, W>, Vec<u8>)>;

impl<R, W> Newcomer<R, W> {
    /// Served as it is.
    pub(super) fn plain(self, first: Vec<u8>) -> Accepted<R, W> {
        Accepted {
            read: Incoming::Plain(self.read),
            first,
            write: Outgoing::Plain(self.write),
            peer: self.peer,
            permit: self.permit,
        }
    }
}

/// Waits for the connection's moment, or until the server stops; nothing if it breaks.
pub(super) async fn wait<R: ReadHalf, W>(
    mut newcomer: Newcomer<R, W>,
    later: Instant,
    stop: Progress,
) -> Option<Newcomer<R, W>> {
    tokio::select! {
        biased;
        () = stop.serves_no_longer() => Some(newcomer),
        () = newcomer.read.broken() => None,
        () = sleep_until(later) => Some(newcomer),
    }
}

/// Waits for the first bytes, or until the server stops.
pub(super) async fn meet<R: ReadHalf, W>(
    mut newcomer: Newcomer<R, W>,
    patience: Duration,
    stop: Progress,
) -> Met<R, W> {
    let mut first = vec![0; FIRST_BYTES_MAX];
    let count = tokio::select! {
        biased;
        () = stop.serves_no_longer() => 0,
        read = timeout(patience, newcomer.read.read(&mut first)) => read.unwrap_or(Ok(0)).ok()?,
    };
    first.truncate(count);
    Some((newcomer, first))
}

pub(super) fn begins_tls(first: &[u8]) -> bool {
    first.first() == Some(&FIRST_BYTE)
}
