mod secure;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::*;
use crate::shell::ReadHalf;
use crate::shell::tls::FIRST_BYTE;
use crate::shell::{Config, Stage, TcpListener};

const ADA: &str = "203.0.113.1:5";
const BOB: &str = "203.0.113.2:5";
/// More than any wait of the accept loop.
const LONG: Duration = Duration::from_secs(60);

type Write = tokio::io::WriteHalf<DuplexStream>;

struct Read {
    inner: tokio::io::ReadHalf<DuplexStream>,
    breaks: oneshot::Receiver<Breaks>,
}

enum Breaks {
    Reset,
    Panic,
}

impl AsyncRead for Read {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buffer)
    }
}

impl ReadHalf for Read {
    async fn broken(&mut self) {
        match (&mut self.breaks).await {
            Ok(Breaks::Reset) => {}
            Ok(Breaks::Panic) => panic!("planted"),
            Err(_) => std::future::pending().await,
        }
    }
}

/// A listener whose connections and errors the test sends.
struct Doorbell(mpsc::Receiver<io::Result<(Read, Write, SocketAddr)>>);

impl Listener for Doorbell {
    type Read = Read;
    type Write = Write;

    async fn accept(&mut self) -> io::Result<(Read, Write, SocketAddr)> {
        match self.0.recv().await {
            Some(knock) => knock,
            None => std::future::pending().await,
        }
    }
}

/// The other end of a connection.
struct Client {
    stream: DuplexStream,
    breaks: oneshot::Sender<Breaks>,
}

impl Client {
    /// All that it is told, up to the end.
    async fn told(&mut self) -> Vec<u8> {
        let mut told = Vec::new();
        timeout(self.stream.read_to_end(&mut told)).await.unwrap();
        told
    }

    /// Waits until the server's end is dropped.
    async fn dropped(&mut self) {
        timeout(self.breaks.closed()).await;
    }
}

async fn timeout<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(LONG, future).await.expect("in time")
}

struct World {
    knocks: mpsc::Sender<io::Result<(Read, Write, SocketAddr)>>,
    hub: mpsc::Receiver<Accepted<Read, Write>>,
    admission: Admission,
    stop: Progress,
    tasks: JoinSet<()>,
    started: Instant,
}

impl World {
    fn new(config: &Config) -> Self {
        Self::with(config, Manner::Plain)
    }

    fn with(config: &Config, manner: Manner) -> Self {
        let (knocks, knocked) = mpsc::channel(1000);
        let (connections, hub) = mpsc::channel(2);
        let stop = Progress::default();
        let started = Instant::now();
        let admission = Admission::new(config, started, Arc::default());
        let mut tasks = JoinSet::new();
        let listener = Doorbell(knocked);
        tasks.spawn(accept_connections(
            listener,
            manner,
            admission.clone(),
            connections,
            stop.clone(),
        ));
        Self {
            knocks,
            hub,
            admission,
            stop,
            tasks,
            started,
        }
    }

    async fn knock(&self, peer: &str) -> Client {
        let (stream, theirs) = tokio::io::duplex(256 * 1024);
        let (inner, write) = tokio::io::split(theirs);
        let (breaks, breaking) = oneshot::channel();
        let read = Read {
            inner,
            breaks: breaking,
        };
        let knock = Ok((read, write, peer.parse().unwrap()));
        self.knocks.send(knock).await.ok().unwrap();
        Client { stream, breaks }
    }

    /// So many milliseconds pass, and the hub is told of nobody.
    async fn nobody_for(&mut self, millis: u64) {
        let wait = tokio::time::timeout(Duration::from_millis(millis), self.hub.recv());
        assert!(wait.await.is_err());
    }

    async fn accepted(&mut self) -> Accepted<Read, Write> {
        timeout(self.hub.recv()).await.unwrap()
    }

    /// The accept loop ends, and has given every place back that it held.
    async fn ends(mut self) {
        timeout(self.tasks.join_next()).await.unwrap().unwrap();
        self.hub.close();
        while self.hub.recv().await.is_some() {}
        assert_eq!(self.admission.connections(), 0);
    }

    async fn until_connections_are(&self, number: usize) {
        timeout(async {
            while self.admission.connections() != number {
                sleep(Duration::from_millis(1)).await;
            }
        })
        .await;
    }

    fn millis(&self) -> u128 {
        self.started.elapsed().as_millis()
    }
}

/// A server with room for one.
fn small() -> Config {
    Config {
        connections_max: 1,
        ..Config::default()
    }
}

/// A server on which an address may connect once a second.
fn slow() -> Config {
    Config {
        connect_burst: 1,
        connects_per_second: 1,
        ..Config::default()
    }
}

fn server_full() -> Vec<u8> {
    let mut line = Vec::new();
    let refusal = Refusal::ServerFull { max: 1 };
    encode(Flavor::Text, &Message::Refused(refusal), &mut line);
    line
}

#[tokio::test(start_paused = true)]
async fn a_connection_goes_to_the_hub_with_its_place() {
    let mut world = World::new(&Config::default());
    let mut ada = world.knock(ADA).await;
    let mut accepted = world.accepted().await;
    assert_eq!(accepted.peer, ADA.parse().unwrap());
    assert_eq!(world.admission.connections(), 1);
    ada.stream.write_all(b"hi").await.unwrap();
    let mut hi = [0; 2];
    accepted.read.read_exact(&mut hi).await.unwrap();
    accepted.write.write_all(b"-- hi\n").await.unwrap();
    drop(accepted);
    assert_eq!(ada.told().await, b"-- hi\n");
    assert_eq!(world.admission.connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_is_over_a_bound_is_told_so_and_closed() {
    let mut world = World::new(&small());
    let _bob = world.knock(BOB).await;
    let bobs = world.accepted().await;
    let mut ada = world.knock(ADA).await;
    assert_eq!(ada.told().await, server_full());
    drop(bobs);
    let _ada = world.knock(ADA).await;
    world.accepted().await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_connection_is_dropped_at_its_end() {
    let mut world = World::new(&small());
    let _bob = world.knock(BOB).await;
    let _bobs = world.accepted().await;
    let mut ada = world.knock(ADA).await;
    ada.stream.shutdown().await.unwrap();
    assert_eq!(ada.told().await, server_full());
    ada.dropped().await;
    assert_eq!(world.millis(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_refused_connection_is_dropped_when_it_has_sent_too_much() {
    let mut world = World::new(&small());
    let _bob = world.knock(BOB).await;
    let _bobs = world.accepted().await;
    let mut ada = world.knock(ADA).await;
    let flood = vec![b'x'; usize::try_from(linger::DISCARDED_MAX).unwrap()];
    ada.stream.write_all(&flood).await.unwrap();
    ada.told().await;
    ada.dropped().await;
    assert_eq!(world.millis(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_refused_connection_is_dropped_after_a_while() {
    let mut world = World::new(&small());
    let _bob = world.knock(BOB).await;
    let _bobs = world.accepted().await;
    let mut ada = world.knock(ADA).await;
    ada.dropped().await;
    assert_eq!(world.millis(), linger::LINGER.as_millis());
}

#[tokio::test(start_paused = true)]
async fn so_many_refused_ones_linger_and_one_more_is_told_and_dropped_at_once() {
    let mut world = World::new(&small());
    let _bob = world.knock(BOB).await;
    let _bobs = world.accepted().await;
    let mut lingering = Vec::new();
    for _ in 0..LINGERING_MAX {
        lingering.push(world.knock(ADA).await);
    }
    let mut ada = world.knock(ADA).await;
    assert_eq!(ada.told().await, server_full());
    ada.dropped().await;
    assert_eq!(world.millis(), 0);
    let last = lingering.last_mut().unwrap();
    assert_eq!(last.told().await, server_full());
    last.stream.write_all(b"x").await.expect("it lingers");
}

#[tokio::test(start_paused = true)]
async fn who_connects_too_fast_waits_and_nobody_else() {
    let mut world = World::new(&slow());
    let _clients = [
        world.knock(ADA).await,
        world.knock(ADA).await,
        world.knock(ADA).await,
    ];
    let _bob = world.knock(BOB).await;
    let first = world.accepted().await;
    let bobs = world.accepted().await;
    assert_eq!(bobs.peer, BOB.parse().unwrap());
    assert_eq!(world.millis(), 0);
    assert_eq!(world.admission.connections(), 4, "who waits counts");
    let second = world.accepted().await;
    assert_eq!(world.millis(), 1000);
    let third = world.accepted().await;
    assert_eq!(world.millis(), 2000);
    for accepted in [first, second, third] {
        assert_eq!(accepted.peer, ADA.parse().unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn who_breaks_off_while_waiting_gives_the_place_back() {
    let mut world = World::new(&slow());
    let _first = world.knock(ADA).await;
    let second = world.knock(ADA).await;
    let _firsts = world.accepted().await;
    world.until_connections_are(2).await;
    second.breaks.send(Breaks::Reset).ok().unwrap();
    world.until_connections_are(1).await;
    assert!(world.millis() < 1000, "{}", world.millis());
}

#[tokio::test(start_paused = true)]
async fn a_failure_to_accept_is_waited_out() {
    let mut world = World::new(&Config::default());
    for _ in 0..5 {
        let error = io::ErrorKind::OutOfMemory.into();
        world.knocks.send(Err(error)).await.ok().unwrap();
    }
    let _ada = world.knock(ADA).await;
    world.accepted().await;
    assert_eq!(world.millis(), 10 + 20 + 40 + 80 + 160);
}

#[tokio::test(start_paused = true)]
async fn stopping_ends_everything_whatever_it_is_doing() {
    let idle = World::new(&Config::default());
    idle.stop.raise(Stage::Stopping);
    idle.ends().await;

    let mut refusing = World::new(&small());
    let _bob = refusing.knock(BOB).await;
    let bobs = refusing.accepted().await;
    let mut ada = refusing.knock(ADA).await;
    ada.told().await;
    drop(bobs);
    refusing.stop.raise(Stage::Stopping);
    refusing.ends().await;
    ada.dropped().await;

    let mut delaying = World::new(&slow());
    let _clients = [delaying.knock(ADA).await, delaying.knock(ADA).await];
    drop(delaying.accepted().await);
    delaying.stop.raise(Stage::Stopping);
    delaying.ends().await;

    let pausing = World::new(&Config::default());
    let error = io::ErrorKind::OutOfMemory.into();
    pausing.knocks.send(Err(error)).await.ok().unwrap();
    sleep(Duration::from_millis(1)).await;
    pausing.stop.raise(Stage::Stopping);
    pausing.ends().await;
}

#[tokio::test(start_paused = true)]
async fn stopping_ends_a_wait_for_a_hub_that_is_busy() {
    let world = World::new(&Config::default());
    let _clients = [
        world.knock(ADA).await,
        world.knock(ADA).await,
        world.knock(ADA).await,
    ];
    world.until_connections_are(3).await;
    world.stop.raise(Stage::Stopping);
    world.ends().await;
}

#[tokio::test(start_paused = true)]
async fn the_loop_ends_with_the_hub() {
    let mut world = World::new(&slow());
    let _clients = [world.knock(ADA).await, world.knock(ADA).await];
    drop(world.accepted().await);
    world.hub.close();
    world.ends().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_a_task_is_passed_on() {
    let mut world = World::new(&slow());
    let _first = world.knock(ADA).await;
    let second = world.knock(ADA).await;
    let _firsts = world.accepted().await;
    second.breaks.send(Breaks::Panic).ok().unwrap();
    let ended = timeout(world.tasks.join_next()).await.unwrap();
    assert!(ended.unwrap_err().is_panic());
}

#[tokio::test]
async fn over_real_tcp_a_refusal_arrives_though_the_client_has_spoken() {
    let config = small();
    let address = "127.0.0.1:0".parse().unwrap();
    let listener = TcpListener::bind(address, config.stall_timeout).unwrap();
    let address = listener.local_addr().unwrap();
    let (connections, mut hub) = mpsc::channel(1);
    let stop = Progress::default();
    let admission = Admission::new(&config, Instant::now(), Arc::default());
    let mut tasks = JoinSet::new();
    tasks.spawn(accept_connections(
        listener,
        Manner::Plain,
        admission,
        connections,
        stop.clone(),
    ));
    let _first = TcpStream::connect(address).await.unwrap();
    let _firsts = timeout(hub.recv()).await.unwrap();
    for _ in 0..20 {
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(&[b'x'; 10_000]).await.unwrap();
        let mut told = Vec::new();
        timeout(client.read_to_end(&mut told))
            .await
            .expect("an end, no reset");
        assert_eq!(told, server_full());
    }
    stop.raise(Stage::Stopping);
    timeout(tasks.join_next()).await.unwrap().unwrap();
}
