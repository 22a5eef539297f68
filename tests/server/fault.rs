//! Faults of our own, planted from outside: a network whose halves panic.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use roomful::shell::{Config, Listener, Outcome, ReadHalf, TcpListener, TcpRead, TcpWrite};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::support::{Person, TestServer, unlimited};

/// Real TCP, but for this: who sends one word has their reader panic, and who is
/// to hear the other has their I/O worker panic.
struct Trapped(TcpListener);

struct TrappedRead(TcpRead);

struct TrappedWrite(TcpWrite);

const TO_READ: &[u8] = b"abracadabra";
const TO_WRITE: &[u8] = b"sesame";

fn trap(bytes: &[u8], word: &[u8]) {
    let has_word = bytes.windows(word.len()).any(|bytes| bytes == word);
    assert!(!has_word, "planted");
}

impl Listener for Trapped {
    type Read = TrappedRead;
    type Write = TrappedWrite;

    async fn accept(&mut self) -> io::Result<(TrappedRead, TrappedWrite, SocketAddr)> {
        let (read, write, peer) = self.0.accept().await?;
        Ok((TrappedRead(read), TrappedWrite(write), peer))
    }
}

impl AsyncRead for TrappedRead {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.0).poll_read(context, buffer))?;
        trap(buffer.filled(), TO_READ);
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

impl AsyncWrite for TrappedWrite {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        trap(bytes, TO_WRITE);
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
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

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_panics_ends_the_server_and_who_can_be_told_is_told() {
    let shutdown_grace = Duration::from_secs(1);
    let config = Config {
        io_workers: 2,
        shutdown_grace,
        ..unlimited()
    };
    let mut server = TestServer::start_on(config, Trapped).await;
    // The first connections are divided among the workers in turn.
    let mut ada = server.person("ada").await;
    let mut bob = server.person("bob").await;
    ada.until("-- guest2 is now bob.").await;
    ada.send("open sesame").await;
    let told = ada.rest().await;
    assert!(
        told.last()
            .unwrap()
            .starts_with("!! The server has found a fault"),
        "{told:?}"
    );
    assert_eq!(
        bob.rest().await,
        Vec::<String>::new(),
        "their worker is gone"
    );
    assert_eq!(server.ended().await, Outcome::Failed);
}
