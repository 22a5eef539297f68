//! Bytes over TLS: whole, in order, and with an end that is one.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, ReadHalf, WriteHalf};
use tokio::io::{duplex, split};
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::{connect, served};
use crate::shell::tls::{Incoming, Outgoing};

/// More than a handshake takes on any machine; one that waits for ever fails.
const LONG: Duration = Duration::from_secs(60);

type Read = Incoming<Half>;
type Write = Outgoing<WriteHalf<DuplexStream>>;

/// A read half of which nothing is known but its bytes.
struct Half(ReadHalf<DuplexStream>);

impl tokio::io::AsyncRead for Half {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        std::pin::Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl crate::shell::ReadHalf for Half {}

/// Both ends of a connection through a pipe that holds so many bytes.
async fn connected(pipe: usize) -> (Read, Write, TlsStream<DuplexStream>) {
    let (tls, trusted) = served();
    let (ours, theirs) = duplex(pipe);
    let (mut read, write) = split(ours);
    let serve = async {
        let mut first = vec![0; 1];
        read.read_exact(&mut first).await.unwrap();
        tls.handshake(first, Half(read), write).await.unwrap()
    };
    let both = async { tokio::join!(serve, connect(theirs, &trusted)) };
    let ((read, write), client) = timeout(LONG, both).await.expect("a handshake");
    (read, write, client)
}

#[tokio::test]
async fn what_is_written_arrives_without_a_flush() {
    for pipe in [64, 1_000, 1 << 20] {
        let (_read, mut write, mut client) = connected(pipe).await;
        let said: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
        let mut heard = vec![0; said.len()];
        let says = async {
            let mut rest = &said[..];
            while !rest.is_empty() {
                let count = write.write(rest).await.unwrap();
                rest = &rest[count..];
            }
        };
        let (_, heard_all) = tokio::join!(says, client.read_exact(&mut heard));
        heard_all.unwrap();
        assert_eq!(heard, said, "through a pipe of {pipe}");
    }
}

#[tokio::test]
async fn what_does_not_fit_is_not_written_yet() {
    let (_read, mut write, mut client) = connected(100).await;
    let short = timeout(Duration::from_millis(50), write.write(&[7; 5_000])).await;
    assert!(short.is_err(), "it counts when the last of it is taken");
    // The same bytes at the front, as an outbox has them; there may be fewer of them now.
    let mut heard = vec![0; 5_000];
    let says = async {
        assert_eq!(write.write(&[7; 3_000]).await.unwrap(), 3_000);
        assert_eq!(write.write(&[7; 2_000]).await.unwrap(), 2_000);
    };
    let (_, all) = tokio::join!(says, client.read_exact(&mut heard));
    all.unwrap();
    assert_eq!(heard, [7; 5_000]);
}

#[tokio::test]
async fn the_end_of_input_is_one_only_when_it_is_said() {
    let (mut read, _write, mut client) = connected(10_000).await;
    client.write_all(b"bye\n").await.unwrap();
    client.shutdown().await.unwrap();
    let mut heard = Vec::new();
    read.read_to_end(&mut heard).await.unwrap();
    assert_eq!(heard, b"bye\n");

    let (mut read, _write, mut client) = connected(10_000).await;
    client.write_all(b"cut of").await.unwrap();
    client.flush().await.unwrap();
    drop(client);
    let mut heard = Vec::new();
    let end = read.read_to_end(&mut heard).await.unwrap_err();
    assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(heard, b"cut of");
}

#[tokio::test]
async fn the_servers_end_is_said_too() {
    let (_read, mut write, mut client) = connected(10_000).await;
    write.write_all(b"-- Bye.\n").await.unwrap();
    write.shutdown().await.unwrap();
    let mut heard = Vec::new();
    client.read_to_end(&mut heard).await.unwrap();
    assert_eq!(heard, b"-- Bye.\n");
}

#[tokio::test]
async fn junk_in_the_middle_breaks_the_connection() {
    let (mut read, _write, client) = connected(10_000).await;
    let (mut raw, _) = client.into_inner();
    raw.write_all(b"no record at all").await.unwrap();
    let error = read.read(&mut [0; 10]).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
}
