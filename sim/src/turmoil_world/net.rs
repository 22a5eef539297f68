//! turmoil's TCP as a network for the shell, and for people.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use roomful::shell::{Listener, ReadHalf};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::time::sleep;
use turmoil::net::TcpStream;
use turmoil::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::Watched;
use crate::atlas::Phase;
use crate::person::{Network, Way};
use crate::trace::{Door, Life, Trace, What, Wire};

/// The port that the server listens on.
const PORT: u16 = 4000;

/// Whose connection an address is.
#[derive(Clone, Default)]
pub(super) struct Registry(Arc<Mutex<BTreeMap<SocketAddr, Life>>>);

impl Registry {
    fn add(&self, address: SocketAddr, life: Life) {
        let mut lives = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lives.insert(address, life);
    }

    fn get(&self, address: SocketAddr) -> Option<Life> {
        let lives = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lives.get(&address).copied()
    }
}

/// A listener on a turmoil host.
pub(super) struct SimListener {
    inner: turmoil::net::TcpListener,
    watched: Watched,
    registry: Registry,
    trace: Trace,
}

/// What an end of the server notes of a connection.
#[derive(Clone)]
struct Notes {
    peer: SocketAddr,
    registry: Registry,
    trace: Trace,
}

/// A read half that cannot know more than what it reads.
pub(super) struct SimRead(OwnedReadHalf, Notes);

/// A write half.
pub(super) struct SimWrite(OwnedWriteHalf, Notes);

impl SimListener {
    pub(super) async fn bind(
        watched: Watched,
        registry: Registry,
        trace: Trace,
    ) -> io::Result<Self> {
        let inner = turmoil::net::TcpListener::bind((Ipv4Addr::UNSPECIFIED, PORT)).await?;
        trace.record(What::Door(Door::Opened));
        Ok(Self {
            inner,
            watched,
            registry,
            trace,
        })
    }
}

impl Listener for SimListener {
    type Read = SimRead;
    type Write = SimWrite;

    async fn accept(&mut self) -> io::Result<(SimRead, SimWrite, SocketAddr)> {
        if self.watched.takes_accept_error() {
            self.trace.record(What::Door(Door::Failed));
            return Err(io::Error::other("too many open files"));
        }
        let (stream, peer) = self.inner.accept().await?;
        self.trace.record(What::Door(Door::Accepted));
        let (read, write) = stream.into_split();
        let notes = Notes {
            peer,
            registry: self.registry.clone(),
            trace: self.trace.clone(),
        };
        Ok((SimRead(read, notes.clone()), SimWrite(write, notes), peer))
    }
}

impl Notes {
    fn note(&self, what: Wire) {
        if let Some(life) = self.registry.get(self.peer) {
            self.trace.record(What::Wire(life, what));
        }
    }
}

impl AsyncRead for SimRead {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.0).poll_read(context, buffer);
        match &polled {
            Poll::Pending => {}
            Poll::Ready(Err(_)) => self.1.note(Wire::Reset),
            Poll::Ready(Ok(())) if buffer.filled().len() == before => self.1.note(Wire::ReadEnd),
            Poll::Ready(Ok(())) => self.1.note(Wire::Read(buffer.filled().len() - before)),
        }
        polled
    }
}

impl ReadHalf for SimRead {}

impl AsyncWrite for SimWrite {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.0).poll_write(context, bytes);
        self.1.note(match &polled {
            Poll::Pending => Wire::Pended,
            Poll::Ready(Err(_)) => Wire::Reset,
            Poll::Ready(Ok(count)) => Wire::Wrote(*count),
        });
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.1.note(Wire::Shut);
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

/// The network as a person has it.
#[derive(Clone)]
pub(super) struct SimNet(Registry);

impl SimNet {
    pub(super) fn new(registry: Registry) -> Self {
        Self(registry)
    }
}

impl Network for SimNet {
    type Read = OwnedReadHalf;
    type Write = OwnedWriteHalf;

    async fn connect(&self, life: Life, _: usize) -> io::Result<(OwnedReadHalf, OwnedWriteHalf)> {
        let stream = TcpStream::connect(("server", PORT)).await?;
        self.0.add(stream.local_addr()?, life);
        Ok(stream.into_split())
    }

    fn phase(&self, _: &OwnedWriteHalf, was_heard: bool) -> Phase {
        if was_heard {
            Phase::Idle
        } else {
            Phase::Handshake
        }
    }

    /// turmoil resets what is dropped with bytes unread, and knows no other way.
    async fn go(&self, _: Way, read: OwnedReadHalf, mut write: OwnedWriteHalf) {
        let _ = write.write_all(b"/help\n").await;
        sleep(Duration::from_millis(500)).await; // The answer is there, unread.
        drop((read, write));
    }
}
