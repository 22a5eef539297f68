//! TLS: the certificate that is shown, the handshake, and the two halves of a connection
//! that may have it.
//!
//! ```text
//! certificate   files ─▶ Identity: what can be served, and until when
//! handshake     Tls: the identity of now; a handshake ─▶ Incoming, Outgoing
//! session       what the two halves of one connection share
//! renewal       watches the files, and serves what is in them
//! ```

mod certificate;
mod handshake;
mod incoming;
mod outgoing;
mod renewal;
mod session;

pub use certificate::{Identity, TlsError, TlsFiles};
pub(crate) use handshake::FIRST_BYTE;
pub use handshake::Tls;
pub(crate) use incoming::Incoming;
pub(crate) use outgoing::Outgoing;
pub use renewal::Renewal;

#[cfg(test)]
pub(crate) mod tests;
