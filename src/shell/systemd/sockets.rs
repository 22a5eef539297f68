//! Sockets that the service manager listens on, and hands over (`sd_listen_fds(3)`).
//!
//! They stay open while the server is started again: who connects meanwhile waits, and
//! is refused nothing.

use std::io;
use std::net::TcpListener;

use listenfd::ListenFd;
use socket2::SockRef;

/// The names of the sockets, with colons between them.
const NAMES: &str = "LISTEN_FDNAMES";
/// A socket with this name takes TLS only.
const TLS_ONLY: &str = "tls";
/// The number of the first one among a process's descriptors.
const FIRST: usize = 3;

/// What was handed over.
#[derive(Debug, Default)]
pub struct HandedOver {
    /// To be served as the addresses of `--listen` are.
    pub listeners: Vec<TcpListener>,
    /// To be served as those of `--listen-tls` are: `FileDescriptorName=tls`.
    pub tls_only: Vec<TcpListener>,
}

/// Why a socket cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// It is a file, or a socket of another kind.
    #[error(
        "descriptor {number}, which the service manager handed over, cannot be listened on: \
         {source}. Its socket unit needs ListenStream= with a port."
    )]
    NotTcp {
        /// Which one.
        number: usize,
        /// What is wrong with it.
        source: io::Error,
    },
    /// It is one connection.
    #[error(
        "descriptor {number}, which the service manager handed over, is one connection. \
         Its socket unit needs Accept=no."
    )]
    Connected {
        /// Which one.
        number: usize,
    },
}

impl HandedOver {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.listeners.is_empty() && self.tls_only.is_empty()
    }
}

/// Takes the sockets that the service manager has handed over to this process. To be
/// called once, before there are threads: it changes the environment.
///
/// # Errors
/// When one of them is nothing that people could connect to.
pub fn handed_over() -> Result<HandedOver, SocketError> {
    let names = std::env::var(NAMES).unwrap_or_default();
    let mut names = names.split(':');
    let mut descriptors = ListenFd::from_env();
    let mut all = HandedOver::default();
    for index in 0..descriptors.len() {
        let number = FIRST + index;
        let taken = descriptors.take_tcp_listener(index);
        let taken = taken.map_err(|source| SocketError::NotTcp { number, source })?;
        let is_tls_only = names.next() == Some(TLS_ONLY);
        let Some(listener) = taken else { continue };
        if !SockRef::from(&listener).is_listener().unwrap_or(true) {
            return Err(SocketError::Connected { number });
        }
        if is_tls_only {
            all.tls_only.push(listener);
        } else {
            all.listeners.push(listener);
        }
    }
    Ok(all)
}
