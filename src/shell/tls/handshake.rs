//! From a connection on which TLS begins to one that has it.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsAcceptor;

use super::Identity;
use super::incoming::{Incoming, TlsRead};
use super::outgoing::{Outgoing, TlsWrite};
use super::session::Session;

/// The first byte of every TLS connection: a record of the handshake (RFC 8446,
/// section 5.1). No line that anybody types begins with it.
pub(crate) const FIRST_BYTE: u8 = 0x16;

/// What handshakes are answered with. Clones share it, so that a new certificate is
/// served by all at once.
#[derive(Clone, Debug)]
pub struct Tls(Arc<RwLock<Identity>>);

impl Tls {
    /// Serves this certificate from now on.
    #[must_use]
    pub fn new(identity: Identity) -> Self {
        Self(Arc::new(RwLock::new(identity)))
    }

    /// Serves another certificate in every handshake from now on. Connections that are
    /// there already do not notice.
    pub fn replace(&self, identity: Identity) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = identity;
    }

    /// The certificate that is served.
    #[must_use]
    pub fn identity(&self) -> Identity {
        let identity = self.0.read().unwrap_or_else(PoisonError::into_inner);
        identity.clone()
    }

    /// Answers a handshake of which the first bytes were read already. Takes as long as
    /// the other end does.
    ///
    /// # Errors
    /// When the other end breaks it off, wants what is not to be had, or speaks no TLS.
    pub(crate) async fn handshake<R, W>(
        &self,
        first: Vec<u8>,
        read: R,
        write: W,
    ) -> io::Result<(Incoming<R>, Outgoing<W>)>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let acceptor = TlsAcceptor::from(self.identity().config);
        let both = Both {
            first: io::Cursor::new(first),
            read,
            write,
        };
        let (both, connection) = acceptor.accept(both).await?.into_inner();
        let session = Session::new(connection);
        let read = TlsRead::new(both.read, session.clone());
        let write = TlsWrite::new(both.write, session);
        let (read, write) = (Box::new(read), Box::new(write));
        Ok((Incoming::Tls(read), Outgoing::Tls(write)))
    }
}

/// Both halves as one stream, for as long as a handshake needs that.
struct Both<R, W> {
    first: io::Cursor<Vec<u8>>,
    read: R,
    write: W,
}

impl<R: AsyncRead + Unpin, W: Unpin> AsyncRead for Both<R, W> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Both { first, read, .. } = &mut *self;
        if (first.position() as usize) < first.get_ref().len() {
            Pin::new(first).poll_read(context, buffer)
        } else {
            Pin::new(read).poll_read(context, buffer)
        }
    }
}

impl<R: Unpin, W: AsyncWrite + Unpin> AsyncWrite for Both<R, W> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.write).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.write).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.write).poll_shutdown(context)
    }
}
