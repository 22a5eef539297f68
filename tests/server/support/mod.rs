//! A server to talk to, and people to talk.

mod disk;
mod person;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use roomful::chat::Limits;
use roomful::shell::store::{self, Store};
use roomful::shell::tls::Tls;
use roomful::shell::{
    Clock, Config, Handle, HistoryConfig, Inspection, Listener, Outcome, Server, TcpListener,
    descriptors,
};
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

pub(crate) use disk::TestDisk;
pub(crate) use person::{Person, untimed};
pub(crate) use wire::{Wire, certificate_files, make_certificate, trusting};

/// How long a test waits for what must happen. Far beyond what a slow and loaded
/// machine needs: it is there so that a failure ends.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// Who is there, on one port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum People {
    /// The server has no certificate.
    Plain,
    /// The first has TLS, and every second one after that.
    Mixed,
}

/// Makes each of these functions two tests: one with plain people, one with mixed ones.
macro_rules! plain_and_mixed {
    ($($test:ident),* $(,)?) => {
        mod plain {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test($crate::support::People::Plain).await;
            })*
        }

        mod mixed {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test($crate::support::People::Mixed).await;
            })*
        }
    };
}
pub(crate) use plain_and_mixed;

/// A server in this process, on a port of its own.
pub(crate) struct TestServer {
    pub(crate) addr: SocketAddr,
    pub(crate) handle: Handle,
    /// What those with TLS trust.
    trust: Option<Arc<ClientConfig>>,
    /// How many connected.
    connected: AtomicUsize,
    task: JoinSet<Outcome>,
    keeper: JoinSet<()>,
}

/// The defaults, but for the limiter: what is tested is seldom patience.
pub(crate) fn unlimited() -> Config {
    let limits = Limits {
        rate_burst: 0,
        ..Limits::default()
    };
    Config {
        limits,
        ..Config::default()
    }
}

impl TestServer {
    pub(crate) async fn start(config: Config) -> Self {
        Self::start_on(config, |listener| listener).await
    }

    pub(crate) async fn start_for(people: People, config: Config) -> Self {
        match people {
            People::Plain => Self::start(config).await,
            People::Mixed => {
                let dir = tempfile::tempdir().unwrap();
                let files = certificate_files(dir.path());
                make_certificate(&files);
                let tls = Tls::new(files.load(Clock::system().now()).unwrap());
                let mut server = Self::start_tls(config, &tls);
                server.trust = Some(trusting(&files.cert));
                server
            }
        }
    }

    /// A server that takes plain and TLS.
    pub(crate) fn start_tls(mut config: Config, tls: &Tls) -> Self {
        config.connections_max = descriptors::connections_that_fit(config.connections_max, 1);
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = TcpListener::bind(any_port, config.stall_timeout).unwrap();
        let addr = listener.local_addr().unwrap();
        let server = Server::new(config, vec![listener], Clock::system());
        Self::run(server.with_tls(tls, Vec::new()), addr)
    }

    /// On a network that makes something else of real TCP.
    pub(crate) async fn start_on<L: Listener>(
        mut config: Config,
        network: impl FnOnce(TcpListener) -> L,
    ) -> Self {
        config.connections_max = descriptors::connections_that_fit(config.connections_max, 1);
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = TcpListener::bind(any_port, config.stall_timeout).unwrap();
        let addr = listener.local_addr().unwrap();
        let server = Server::new(config, vec![network(listener)], Clock::system());
        Self::run(server, addr)
    }

    /// A server which keeps what is said in a store.
    pub(crate) async fn start_with(
        store: impl Store,
        config: Config,
        history: HistoryConfig,
    ) -> Self {
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = TcpListener::bind(any_port, config.stall_timeout).unwrap();
        let addr = listener.local_addr().unwrap();
        let clock = Clock::system();
        let (link, keeper) = store::open(store, history, clock).await.unwrap();
        let server = Server::new(config, vec![listener], clock).with_history(link);
        let mut server = Self::run(server, addr);
        server.keeper.spawn(keeper.run());
        server
    }

    fn run<L: Listener>(server: Server<L>, addr: SocketAddr) -> Self {
        let handle = server.handle();
        let mut task = JoinSet::new();
        task.spawn(server.run());
        Self {
            addr,
            handle,
            trust: None,
            connected: AtomicUsize::new(0),
            task,
            keeper: JoinSet::new(),
        }
    }

    /// Ends the server and its keeper at once, as `kill -9` does.
    pub(crate) async fn crash(mut self) {
        self.task.shutdown().await;
        self.keeper.shutdown().await;
    }

    /// The keeper fails while the server runs.
    pub(crate) async fn lose_keeper(&mut self) {
        self.keeper.shutdown().await;
    }

    /// Somebody new.
    pub(crate) async fn connect(&self) -> Person {
        self.welcome(TcpStream::connect(self.addr).await.unwrap())
            .await
    }

    /// Somebody new whose system takes little before they read.
    pub(crate) async fn connect_with_small_window(&self) -> Person {
        self.welcome(Person::small_window(self.addr).await).await
    }

    async fn welcome(&self, tcp: TcpStream) -> Person {
        let Some(trust) = &self.trust else {
            return Person::raw(tcp).greeted().await;
        };
        let person = if self
            .connected
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(2)
        {
            Person::on(Wire::secure(tcp, Arc::clone(trust)).await.unwrap())
        } else {
            // Whoever says something need not wait to be greeted.
            let mut person = Person::raw(tcp);
            person.send("").await;
            person
        };
        person.greeted().await
    }

    /// Somebody new, under a nickname.
    pub(crate) async fn person(&self, nick: &str) -> Person {
        let mut person = self.connect().await;
        person.send(&format!("/nick {nick}")).await;
        person.until(&format!("-- You are now {nick}.")).await;
        person
    }

    pub(crate) async fn inspect(&self) -> Inspection {
        let inspection = timeout(PATIENCE, self.handle.inspect()).await;
        inspection
            .expect("the hub answers")
            .expect("the server runs")
    }

    /// Waits until the engine knows of so many people, and is sound.
    pub(crate) async fn until_people(&self, people: usize) {
        let waited = timeout(PATIENCE, async {
            loop {
                let inspection = self.inspect().await;
                inspection.audit.expect("every invariant holds");
                if inspection.stats.people == people {
                    break;
                }
                tokio::task::yield_now().await;
            }
        });
        waited.await.expect("people come and go in time");
    }

    /// Waits until so many connections are not wholly closed.
    pub(crate) async fn until_connections(&self, connections: usize) {
        let waited = timeout(PATIENCE, async {
            while self.inspect().await.connections != connections {
                tokio::task::yield_now().await;
            }
        });
        waited.await.expect("connections end in time");
    }

    /// Stops it, and says how it ended: with everybody gone, it must equal a new one.
    pub(crate) async fn stop(mut self) -> Outcome {
        self.handle.stop();
        let outcome = self.ended().await;
        let kept = timeout(PATIENCE, async {
            while self.keeper.join_next().await.is_some() {}
        });
        kept.await.expect("the keeper ends in time");
        outcome
    }

    pub(crate) async fn ended(&mut self) -> Outcome {
        let ended = timeout(PATIENCE, self.task.join_next()).await;
        ended
            .expect("the server ends in time")
            .expect("it ran")
            .expect("it did not panic")
    }
}
