//! The half of a connection that people's input comes from.

use std::io::{self, Read as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

use super::session::{Now, Session, poll};
use crate::shell::ReadHalf;

/// What comes from the other end, over TLS or not.
pub(crate) enum Incoming<R> {
    /// As it comes.
    Plain(R),
    /// Out of records. Boxed, so that plain ones are no larger for it.
    Tls(Box<TlsRead<R>>),
}

/// The read half of a TLS connection.
pub(crate) struct TlsRead<R> {
    read: R,
    session: Session,
}

impl<R> TlsRead<R> {
    pub(super) fn new(read: R, session: Session) -> Self {
        Self { read, session }
    }
}

impl<R: AsyncRead + Unpin> TlsRead<R> {
    /// Takes a record's worth of bytes, until they make something to read. A connection
    /// that ends without saying so (RFC 8446, section 6.1) is broken: somebody may have
    /// cut its last line short.
    fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let mut session = self.session.lock();
            let read = session.reader().read(buffer.initialize_unfilled());
            if let Poll::Ready(read) = poll(read) {
                buffer.advance(read?);
                return Poll::Ready(Ok(()));
            }
            let stream = &mut self.read;
            ready!(poll(session.read_tls(&mut Now { stream, context })))?;
            session
                .process_new_packets()
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        }
    }
}

impl<R: ReadHalf> AsyncRead for Incoming<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(read) => Pin::new(read).poll_read(context, buffer),
            Self::Tls(read) => read.poll_read(context, buffer),
        }
    }
}

impl<R: ReadHalf> ReadHalf for Incoming<R> {
    async fn broken(&mut self) {
        match self {
            Self::Plain(read) => read.broken().await,
            Self::Tls(tls) => tls.read.broken().await,
        }
    }

    fn has_ended(&mut self) -> bool {
        match self {
            Self::Plain(read) => read.has_ended(),
            Self::Tls(tls) => tls.read.has_ended(),
        }
    }
}
