//! The two ends of a connection, in their halves.

use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use roomful::shell::{Listener, ReadHalf};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::net::Net;
use super::pipe::Segment;
use crate::heap;
use crate::trace::{What, Wire};

/// What the server listens on. Nobody can connect once it is dropped.
pub(crate) struct MemoryListener(Net);

/// A half of an end: which connection, of which network.
struct Half {
    net: Net,
    conn: usize,
}

/// The server's half for input.
pub(crate) struct ServerRead(Half);
/// The server's half for output.
pub(crate) struct ServerWrite(Half);
/// The client's half for input.
pub(crate) struct ClientRead(Half);
/// The client's half for output.
pub(crate) struct ClientWrite(Half);

impl MemoryListener {
    pub(crate) fn bind(net: &Net) -> Self {
        net.listen();
        Self(net.clone())
    }
}

impl Drop for MemoryListener {
    fn drop(&mut self) {
        heap::apart(|| self.0.stop_listening());
    }
}

impl Listener for MemoryListener {
    type Read = ServerRead;
    type Write = ServerWrite;

    async fn accept(&mut self) -> io::Result<(ServerRead, ServerWrite, SocketAddr)> {
        let conn = poll_fn(|context| heap::apart(|| self.0.poll_accept(context))).await?;
        let half = || Half {
            net: self.0.clone(),
            conn,
        };
        let peer = self.0.address(conn);
        Ok((ServerRead(half()), ServerWrite(half()), peer))
    }
}

impl Net {
    /// An address for each host, a port for each connection.
    fn address(&self, conn: usize) -> SocketAddr {
        let host = u8::try_from(self.host_of(conn) % 250).unwrap_or(0);
        let port = 10_000 + u16::try_from(conn % 50_000).unwrap_or(0);
        SocketAddr::from((Ipv4Addr::new(10, 0, 0, host + 1), port))
    }

    /// The client's end of a connection, in its halves.
    pub(crate) fn client_end(&self, conn: usize) -> (ClientRead, ClientWrite) {
        let half = || Half {
            net: self.clone(),
            conn,
        };
        (ClientRead(half()), ClientWrite(half()))
    }
}

impl ClientWrite {
    /// Which connection it is of.
    pub(crate) fn conn(&self) -> usize {
        self.0.conn
    }
}

impl AsyncRead for ServerRead {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        heap::apart(|| self.read(context, buffer))
    }
}

impl ServerRead {
    fn read(&self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let conn = self.0.conn;
        let mut inner = self.0.net.lock();
        if inner.yields(conn) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let life = inner.conns[conn].life;
        let arrived = inner.conns[conn].inward.arrived();
        if arrived > 0 && buffer.remaining() > 0 {
            let place = inner.conns[conn].inward.given;
            let count = inner.cut(conn, 3, place, arrived.min(buffer.remaining()));
            let bytes: Vec<u8> = inner.conns[conn].inward.give(count).collect();
            buffer.put_slice(&bytes);
            inner.conns[conn].inward.wake_writer();
            inner.trace.record(What::Wire(life, Wire::Read(count)));
            if bytes.last() != Some(&b'\n') {
                inner.trace.record(What::Wire(life, Wire::ReadPartOfLine));
            }
            return Poll::Ready(Ok(()));
        }
        if let Some(error) = inner.conns[conn].inward.read_error {
            inner.count_idle_poll(conn);
            let met = match error {
                io::ErrorKind::TimedOut => Wire::TimedOut,
                _ => Wire::Reset,
            };
            inner.trace.record(What::Wire(life, met));
            return Poll::Ready(Err(error.into()));
        }
        if inner.conns[conn].inward.has_ended {
            inner.count_idle_poll(conn);
            inner.trace.record(What::Wire(life, Wire::ReadEnd));
            return Poll::Ready(Ok(()));
        }
        inner.conns[conn].inward.reader = Some(context.waker().clone());
        Poll::Pending
    }
}

impl ReadHalf for ServerRead {
    async fn broken(&mut self) {
        poll_fn(|context| {
            let mut inner = self.0.net.lock();
            let inward = &mut inner.conns[self.0.conn].inward;
            if inward.write_error.is_some() {
                return Poll::Ready(());
            }
            inward.reader = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn has_ended(&mut self) -> bool {
        self.0.net.lock().conns[self.0.conn].inward.has_ended
    }
}

impl Drop for ServerRead {
    fn drop(&mut self) {
        let conn = self.0.conn;
        let waker = heap::apart(|| {
            let mut inner = self.0.net.lock();
            inner.drop_server_half(conn);
            inner.conns[conn].inward.reader.take()
        });
        drop(waker); // With it goes the task that waited, which is the server's.
        self.0.net.hurry();
    }
}

impl ServerWrite {
    fn write(&self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let conn = self.0.conn;
        let mut inner = self.0.net.lock();
        if inner.yields(conn) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let life = inner.conns[conn].life;
        if let Some(error) = inner.conns[conn].outward.write_error {
            inner.trace.record(What::Wire(life, Wire::Reset));
            return Poll::Ready(Err(error.into()));
        }
        assert!(
            !inner.conns[conn].outward.is_shut,
            "a write after the end of output"
        );
        let room = inner.conns[conn].outward.room();
        if room == 0 {
            inner.conns[conn].outward.writer = Some(context.waker().clone());
            inner.trace.record(What::Wire(life, Wire::Pended));
            return Poll::Pending;
        }
        let place = inner.conns[conn].outward.taken;
        let count = inner.cut(conn, 4, place, bytes.len().min(room));
        inner.send_outward(conn, Segment::Data(bytes[..count].to_vec()));
        inner.trace.record(What::Wire(life, Wire::Wrote(count)));
        drop(inner);
        self.0.net.hurry();
        Poll::Ready(Ok(count))
    }

    fn shut(&self) {
        let mut inner = self.0.net.lock();
        inner.shut_outward(self.0.conn);
        let life = inner.conns[self.0.conn].life;
        inner.trace.record(What::Wire(life, Wire::Shut));
        drop(inner);
        self.0.net.hurry();
    }
}

impl AsyncWrite for ServerWrite {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        heap::apart(|| self.write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        heap::apart(|| self.shut());
        Poll::Ready(Ok(()))
    }
}

impl Drop for ServerWrite {
    fn drop(&mut self) {
        let conn = self.0.conn;
        let waker = heap::apart(|| {
            let mut inner = self.0.net.lock();
            // As with a split TCP stream: the end of output goes with its half.
            inner.shut_outward(conn);
            inner.drop_server_half(conn);
            inner.conns[conn].outward.writer.take()
        });
        drop(waker); // With it goes the task that waited, which is the server's.
        self.0.net.hurry();
    }
}

impl AsyncRead for ClientRead {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let conn = self.0.conn;
        let mut inner = self.0.net.lock();
        let outward = &mut inner.conns[conn].outward;
        let count = outward.arrived().min(buffer.remaining());
        if count > 0 {
            let bytes: Vec<u8> = outward.give(count).collect();
            buffer.put_slice(&bytes);
            outward.wake_writer();
            inner.note_heard(conn);
            return Poll::Ready(Ok(()));
        }
        if let Some(error) = outward.read_error {
            return Poll::Ready(Err(error.into()));
        }
        if outward.has_ended {
            return Poll::Ready(Ok(()));
        }
        outward.reader = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for ClientRead {
    fn drop(&mut self) {
        self.0.net.lock().drop_client_half(self.0.conn);
        self.0.net.hurry();
    }
}

impl AsyncWrite for ClientWrite {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let conn = self.0.conn;
        let mut inner = self.0.net.lock();
        let inward = &mut inner.conns[conn].inward;
        if let Some(error) = inward.write_error {
            return Poll::Ready(Err(error.into()));
        }
        if inward.is_shut {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let count = bytes.len().min(inward.room());
        if count == 0 {
            inward.writer = Some(context.waker().clone());
            return Poll::Pending;
        }
        inner.send_inward(conn, Segment::Data(bytes[..count].to_vec()));
        drop(inner);
        self.0.net.hurry();
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.net.lock().shut_inward(self.0.conn);
        self.0.net.hurry();
        Poll::Ready(Ok(()))
    }
}

impl Drop for ClientWrite {
    fn drop(&mut self) {
        // One descriptor: what its closing does is decided when both halves are gone.
        self.0.net.lock().drop_client_half(self.0.conn);
        self.0.net.hurry();
    }
}
