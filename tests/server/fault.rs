//! Faults of our own, planted from outside: a network whose read half panics.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use roomful::shell::{Listener, ReadHalf, TcpListener, TcpRead};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::tcp::OwnedWriteHalf;

use crate::support::{Person, TestServer, unlimited};

/// Real TCP, but for this: who sends the word has their reader panic.
struct Trapped(TcpListener);

struct TrappedRead(TcpRead);

const WORD: &[u8] = b"abracadabra";

impl Listener for Trapped {
    type Read = TrappedRead;
    type Write = OwnedWriteHalf;

    async fn accept(&mut self) -> io::Result<(TrappedRead, OwnedWriteHalf, SocketAddr)> {
        let (read, write, peer) = self.0.accept().await?;
        Ok((TrappedRead(read), write, peer))
    }
}

impl AsyncRead for TrappedRead {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.0).poll_read(context, buffer))?;
        let heard = buffer.filled().windows(WORD.len()).any(|word| word == WORD);
        assert!(!heard, "planted");
        Poll::Ready(Ok(()))
    }
}

impl ReadHalf for TrappedRead {
    fn broken(&mut self) -> impl Future<Output = ()> + Send {
        self.0.broken()
    }

    fn has_ended(&mut self) -> bool {
        self.0.has_ended()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_panics_costs_its_own_connection_only() {
    let server = TestServer::start_on(unlimited(), Trapped).await;
    let mut bob = server.person("bob").await;
    let mut ada: Person = server.person("ada").await;
    bob.until("-- guest2 is now ada.").await;
    ada.send("abracadabra").await;
    bob.expect("-- ada left: connection lost.").await;
    assert_eq!(ada.rest().await, Vec::<String>::new());
    server.until_people(1).await;
    server.until_connections(1).await;
    bob.send("/nick ada").await;
    bob.expect("-- You are now ada.").await;
}
