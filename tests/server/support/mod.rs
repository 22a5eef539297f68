//! A server to talk to, and people to talk.

mod disk;
mod person;

use std::net::SocketAddr;
use std::time::Duration;

use roomful::chat::Limits;
use roomful::shell::store::{self, Store};
use roomful::shell::{
    Clock, Config, Handle, HistoryConfig, Inspection, Listener, Outcome, Server, TcpListener,
    descriptors,
};
use tokio::task::JoinSet;
use tokio::time::timeout;

pub(crate) use disk::TestDisk;
pub(crate) use person::{Person, untimed};

/// How long a test waits for what must happen. Far beyond what a slow and loaded
/// machine needs: it is there so that a failure ends.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A server in this process, on a port of its own.
pub(crate) struct TestServer {
    pub(crate) addr: SocketAddr,
    pub(crate) handle: Handle,
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

    /// Somebody new, under a nickname.
    pub(crate) async fn person(&self, nick: &str) -> Person {
        let mut person = Person::connect(self.addr).await;
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
