use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::*;

/// Far more than the kernel takes to tell loopback news.
const LONG: Duration = Duration::from_secs(10);
const STALL: Duration = Duration::from_secs(300);

struct Pair {
    client: TcpStream,
    read: TcpRead,
    write: TcpWrite,
}

async fn pair() -> Pair {
    let mut listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into(), STALL).unwrap();
    let address = listener.local_addr().unwrap();
    let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    let (read, write, peer) = accepted.unwrap();
    let client = client.unwrap();
    assert_eq!(peer, client.local_addr().unwrap());
    Pair {
        client,
        read,
        write,
    }
}

/// Closes with a reset instead of an end.
fn reset(client: TcpStream) {
    SockRef::from(&client)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(client);
}

/// Whether the connection is known to be broken now.
fn is_broken(read: &mut TcpRead) -> bool {
    let broken = pin!(read.broken());
    broken
        .poll(&mut Context::from_waker(Waker::noop()))
        .is_ready()
}

async fn readable(read: &TcpRead) {
    let ready = read.0.ready(Interest::READABLE);
    timeout(LONG, ready).await.unwrap().unwrap();
}

async fn ended(read: &mut TcpRead) {
    let waits = async {
        while !read.has_ended() {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, waits).await.unwrap();
}

#[tokio::test]
async fn a_reset_breaks_the_connection_though_bytes_are_unread() {
    let Pair {
        mut client,
        mut read,
        write: _write,
    } = pair().await;
    client.write_all(b"unread\n").await.unwrap();
    readable(&read).await;
    assert!(!is_broken(&mut read), "bytes break nothing");
    reset(client);
    timeout(LONG, read.broken()).await.unwrap();
}

#[tokio::test]
async fn who_waits_already_is_told_of_a_reset() {
    let Pair {
        client,
        mut read,
        write: _write,
    } = pair().await;
    let mut waits = tokio::task::JoinSet::new();
    waits.spawn(async move { read.broken().await });
    tokio::task::yield_now().await;
    reset(client);
    timeout(LONG, waits.join_next())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn a_reset_after_the_end_of_input_breaks_the_connection() {
    let Pair {
        mut client,
        mut read,
        write: _write,
    } = pair().await;
    client.write_all(b"unread\n").await.unwrap();
    client.shutdown().await.unwrap();
    ended(&mut read).await;
    assert!(!is_broken(&mut read));
    reset(client);
    timeout(LONG, read.broken()).await.unwrap();
}

#[tokio::test]
async fn the_end_of_input_breaks_nothing_and_is_seen_before_what_is_unread() {
    let Pair {
        mut client,
        mut read,
        write: _write,
    } = pair().await;
    client.write_all(b"unread\n").await.unwrap();
    readable(&read).await;
    assert!(!read.has_ended(), "bytes are no end");
    client.shutdown().await.unwrap();
    ended(&mut read).await;
    assert!(!is_broken(&mut read));
    let mut bytes = Vec::new();
    read.read_to_end(&mut bytes).await.unwrap();
    assert_eq!(bytes, b"unread\n");
    assert!(
        read.has_ended() && !is_broken(&mut read),
        "nor does reading up to it"
    );
}

#[tokio::test]
async fn both_ends_closed_in_order_break_nothing() {
    let Pair {
        mut client,
        mut read,
        mut write,
    } = pair().await;
    client.shutdown().await.unwrap();
    write.shutdown().await.unwrap();
    ended(&mut read).await;
    let mut bytes = Vec::new();
    timeout(LONG, client.read_to_end(&mut bytes))
        .await
        .unwrap()
        .unwrap();
    assert!(!is_broken(&mut read));
}

#[tokio::test]
async fn a_connection_whose_peer_is_gone_already_is_still_accepted() {
    let mut listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into(), STALL).unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    reset(client);
    let (mut read, _write, _) = timeout(LONG, listener.accept()).await.unwrap().unwrap();
    timeout(LONG, read.broken()).await.unwrap();
}

#[tokio::test]
async fn every_connection_has_its_options() {
    let Pair {
        client: _client,
        read,
        write: _write,
    } = pair().await;
    let stream: &TcpStream = read.0.as_ref();
    let socket = SockRef::from(stream);
    assert!(socket.tcp_nodelay().unwrap());
    assert!(socket.keepalive().unwrap());
    assert_eq!(socket.tcp_keepalive_time().unwrap(), KEEPALIVE_TIME);
    assert_eq!(socket.tcp_keepalive_interval().unwrap(), KEEPALIVE_INTERVAL);
    assert_eq!(socket.tcp_keepalive_retries().unwrap(), KEEPALIVE_RETRIES);
    #[cfg(target_os = "linux")]
    {
        assert_eq!(socket.tcp_notsent_lowat().unwrap(), NOTSENT_LOWAT);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(STALL));
    }
}

#[test]
fn the_systems_patience_is_never_less_than_keepalives_or_ours() {
    let seconds = |stall| {
        Options::new(Duration::from_secs(stall))
            .user_timeout
            .as_secs()
    };
    assert_eq!(seconds(89), 90);
    assert_eq!(seconds(90), 90);
    assert_eq!(seconds(91), 91);
    assert_eq!(
        KEEPALIVE_TOTAL,
        KEEPALIVE_TIME + KEEPALIVE_RETRIES * KEEPALIVE_INTERVAL
    );
}

#[tokio::test]
async fn a_port_in_use_is_told_with_what_to_do() {
    let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into(), STALL).unwrap();
    let address = first.local_addr().unwrap();
    let error = TcpListener::bind(address, STALL).unwrap_err();
    let another = another_port(address);
    assert_eq!(
        error.to_string(),
        format!(
            "{address} is in use by another program. \
             Stop it, or choose another port with --listen {another}."
        )
    );
}

#[tokio::test]
async fn an_address_of_another_machine_is_told_with_what_to_do() {
    // 192.0.2.0/24 is for documentation: no machine has it.
    let error = TcpListener::bind("192.0.2.1:4000".parse().unwrap(), STALL).unwrap_err();
    assert_eq!(
        error.to_string(),
        "192.0.2.1 is not an address of this machine. \
         Choose one of its own with --listen, or 0.0.0.0:4000 for all of them."
    );
}

#[test]
fn other_reasons_are_told_too() {
    let address = "[::1]:80".parse().unwrap();
    let says = |kind: io::ErrorKind| BindError::new(address, "--listen", kind.into()).to_string();
    assert_eq!(
        says(io::ErrorKind::PermissionDenied),
        "[::1]:80 needs rights that this process does not have. \
         Choose a port from 1024 up with --listen, or grant it the right to use port 80."
    );
    assert_eq!(
        says(io::ErrorKind::OutOfMemory),
        "[::1]:80 cannot be listened on: out of memory. Choose another address with --listen."
    );
}

#[test]
fn another_port_is_always_one() {
    let next = |text: &str| another_port(text.parse().unwrap()).to_string();
    assert_eq!(next("127.0.0.1:4000"), "127.0.0.1:4001");
    assert_eq!(next("[::]:65535"), "[::]:65534");
}

#[tokio::test]
async fn ipv6_and_ipv4_share_a_port() {
    let Ok(six) = TcpListener::bind("[::]:0".parse().unwrap(), STALL) else {
        return; // This machine has no IPv6.
    };
    let port = six.local_addr().unwrap().port();
    TcpListener::bind((Ipv4Addr::LOCALHOST, port).into(), STALL).unwrap();
}

/// Writes as much as the system takes.
fn fill(write: &mut TcpWrite, context: &mut Context<'_>) -> usize {
    let mut total = 0;
    while let Poll::Ready(count) = Pin::new(&mut *write).poll_write(context, &[b'x'; 4096]) {
        total += count.unwrap();
    }
    total
}

#[tokio::test]
async fn a_writer_that_was_blocked_is_woken_when_there_is_room() {
    let mut pair = pair().await;
    let mut expected = fill(&mut pair.write, &mut Context::from_waker(Waker::noop()));
    for _ in 0..3 {
        let mut received = vec![0; expected];
        let read = pair.client.read_exact(&mut received);
        timeout(LONG, read).await.unwrap().unwrap();
        let more = std::future::poll_fn(|context| match fill(&mut pair.write, context) {
            0 => Poll::Pending,
            count => Poll::Ready(count),
        });
        expected = timeout(LONG, more).await.unwrap();
    }
}

#[tokio::test]
async fn a_write_to_a_connection_that_is_gone_is_an_error() {
    let mut pair = pair().await;
    reset(pair.client);
    ended(&mut pair.read).await;
    let error = pair.write.write_all(b"to nobody").await.unwrap_err();
    assert!(!is_worth_another_try(&error), "{error}");
}

/// Who connected between the first moment of listening and the last option had none
/// of them for life.
#[test]
fn a_socket_has_its_options_before_it_listens() {
    let options = Options::new(STALL);
    let socket = bound((Ipv4Addr::LOCALHOST, 0).into(), Some(&options)).unwrap();
    assert!(!socket.is_listener().unwrap());
    assert!(socket.tcp_nodelay().unwrap());
    assert_eq!(socket.tcp_keepalive_time().unwrap(), KEEPALIVE_TIME);
    #[cfg(target_os = "linux")]
    assert_eq!(socket.tcp_user_timeout().unwrap(), Some(STALL));
}
