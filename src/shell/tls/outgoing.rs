//! The half of a connection that people are told on.

use std::io::{self, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;

use super::session::{Now, Session, poll};

/// What goes to the other end, over TLS or not.
#[derive(Debug)]
pub(crate) enum Outgoing<W> {
    /// As it is.
    Plain(W),
    /// In records. Boxed, so that plain ones are no larger for it.
    Tls(Box<TlsWrite<W>>),
}

/// The most that one record holds (RFC 8446, section 5.1), in bytes.
const RECORD_BYTES_MAX: usize = 16 * 1024;

/// The write half of a TLS connection.
///
/// Bytes count as written when the system has taken the last of their record. So whoever
/// writes and is told to wait has to come back with the same bytes at the front; an
/// outbox does: it removes only what is written.
pub(crate) struct TlsWrite<W> {
    write: W,
    session: Session,
    /// Bytes that are in a record, and do not count as written yet.
    owed: usize,
    /// The other end was told that this is all.
    has_said_so: bool,
}

impl<W> TlsWrite<W> {
    pub(super) fn new(write: W, session: Session) -> Self {
        Self {
            write,
            session,
            owed: 0,
            has_said_so: false,
        }
    }
}

impl<W: AsyncWrite + Unpin> TlsWrite<W> {
    fn poll_write(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        // What the session has to say for itself goes first: it takes no record more
        // than there is place for.
        while self.owed == 0 && !bytes.is_empty() {
            ready!(self.poll_drain(context))?;
            let record = &bytes[..bytes.len().min(RECORD_BYTES_MAX)];
            self.owed = self.session.lock().writer().write(record)?;
        }
        ready!(self.poll_drain(context))?;
        let written = self.owed.min(bytes.len());
        self.owed -= written;
        Poll::Ready(Ok(written))
    }

    fn poll_shutdown(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.has_said_so {
            self.has_said_so = true;
            self.session.lock().send_close_notify();
        }
        ready!(self.poll_drain(context))?;
        Pin::new(&mut self.write).poll_shutdown(context)
    }

    fn poll_drain(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut session = self.session.lock();
        while session.wants_write() {
            let stream = &mut self.write;
            let written = ready!(poll(session.write_tls(&mut Now { stream, context })))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// The session holds keys.
impl<W> std::fmt::Debug for TlsWrite<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = &mut f.debug_struct("TlsWrite");
        shown.field("owed", &self.owed).finish_non_exhaustive()
    }
}

impl<W: AsyncWrite + Unpin> AsyncWrite for Outgoing<W> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(write) => Pin::new(write).poll_write(context, bytes),
            Self::Tls(write) => write.poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(write) => Pin::new(write).poll_flush(context),
            Self::Tls(write) => write.poll_drain(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(write) => Pin::new(write).poll_shutdown(context),
            Self::Tls(write) => write.poll_shutdown(context),
        }
    }
}
