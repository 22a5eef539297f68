//! turmoil's TCP as a network for the shell.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use roomful::shell::{Listener, ReadHalf};
use tokio::io::{AsyncRead, ReadBuf};
use turmoil::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// The port that the server listens on.
pub(crate) const PORT: u16 = 4000;

/// A listener on a turmoil host.
pub(crate) struct SimListener(turmoil::net::TcpListener);

/// A read half that cannot know more than what it reads.
pub(crate) struct SimRead(OwnedReadHalf);

impl SimListener {
    pub(crate) async fn bind() -> io::Result<Self> {
        Ok(Self(
            turmoil::net::TcpListener::bind((Ipv4Addr::UNSPECIFIED, PORT)).await?,
        ))
    }
}

impl Listener for SimListener {
    type Read = SimRead;
    type Write = OwnedWriteHalf;

    async fn accept(&mut self) -> io::Result<(SimRead, OwnedWriteHalf, SocketAddr)> {
        let (stream, peer) = self.0.accept().await?;
        let (read, write) = stream.into_split();
        Ok((SimRead(read), write, peer))
    }
}

impl AsyncRead for SimRead {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl ReadHalf for SimRead {}
