//! Where connections come from: a value, so that simulations bring their own.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncWrite};

/// A source of connections: tokio's TCP in production, a simulated network in
/// simulations. Static: no `dyn`, no `cfg`.
pub trait Listener: Send + 'static {
    /// The half that people's input comes from.
    type Read: ReadHalf;
    /// The half that they are told on.
    type Write: AsyncWrite + Unpin + Send + 'static;

    /// Waits for the next connection. May be dropped while it waits and called
    /// again: no connection is lost by that.
    ///
    /// # Errors
    /// When the system cannot give one (out of file descriptors, say). The next
    /// call may succeed.
    fn accept(
        &mut self,
    ) -> impl Future<Output = io::Result<(Self::Read, Self::Write, SocketAddr)>> + Send;
}

/// The read half of a connection, with what can be known of the other end
/// without reading. A network that cannot know leaves the defaults.
pub trait ReadHalf: AsyncRead + Unpin + Send + 'static {
    /// Resolves when the connection is broken (reset, timed out), unread bytes or
    /// not. The end of input breaks nothing. May be dropped and called again.
    fn broken(&mut self) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }

    /// Whether the other end has ended its input, unread bytes or not, as far as
    /// is known by now. Never waits, reads nothing.
    fn has_ended(&mut self) -> bool {
        false
    }
}
