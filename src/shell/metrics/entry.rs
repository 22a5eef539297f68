//! What became of those who wanted to connect.

use super::Figure;

/// Counted by admission and the accept loops, once for each connection.
#[derive(Debug, Default)]
pub(crate) struct EntryFigures {
    /// Let in, now or later.
    pub(crate) admitted: Figure,
    /// Let in later: their address connects too fast.
    pub(crate) delayed: Figure,
    /// Refused: there are as many connections as there may be.
    pub(crate) refused_server_full: Figure,
    /// Refused: their address has as many connections as it may have.
    pub(crate) refused_address_full: Figure,
    /// They have a place, greeted or not, now.
    pub(crate) places: Figure,
    /// How many places there are.
    pub(crate) places_max: Figure,
    /// Gone before they were greeted: while they waited for their moment, for a first byte or
    /// for TLS to stand.
    pub(crate) never_greeted: Figure,
    /// The system gave no connection, out of file descriptors for example.
    pub(crate) accept_failures: Figure,
}
