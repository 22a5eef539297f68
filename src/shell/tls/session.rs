//! What the two halves of a TLS connection share: keys, and records that are not whole.

use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use rustls::ServerConnection;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The session of one connection. Its halves belong to two tasks, which hold it only for
/// as long as one of them works on bytes that are there: never while waiting.
#[derive(Clone)]
pub(super) struct Session(Arc<Mutex<ServerConnection>>);

impl Session {
    pub(super) fn new(connection: ServerConnection) -> Self {
        Self(Arc::new(Mutex::new(connection)))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, ServerConnection> {
        // A panic of the other half ends the connection, or the server.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes of what may have to wait what says `WouldBlock`, as the TLS library has it.
pub(super) struct Now<'a, 'b, S> {
    pub(super) stream: &'a mut S,
    pub(super) context: &'a mut Context<'b>,
}

impl<S: AsyncRead + Unpin> Read for Now<'_, '_, S> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(bytes);
        match Pin::new(&mut *self.stream).poll_read(self.context, &mut buffer) {
            Poll::Ready(read) => read.map(|()| buffer.filled().len()),
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

impl<S: AsyncWrite + Unpin> Write for Now<'_, '_, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match Pin::new(&mut *self.stream).poll_write(self.context, bytes) {
            Poll::Ready(written) => written,
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The other way round.
pub(super) fn poll<T>(result: io::Result<T>) -> Poll<io::Result<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
        Ok(_) | Err(_) => Poll::Ready(result),
    }
}
