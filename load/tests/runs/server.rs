//! The real server, in this process.

use std::net::SocketAddr;

use roomful::{
    chat::Limits,
    shell::{Clock, Config, Handle, Server, TcpListener},
};
use tokio::runtime::Runtime;

/// A server that runs until this is dropped.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) runtime: Runtime,
    handle: Handle,
}

/// The defaults, but for the limiter.
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
    pub(crate) fn start(config: Config) -> Self {
        let runtime = Runtime::new().unwrap();
        let inside = runtime.enter();
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = TcpListener::bind(any_port, config.stall_timeout).unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server::new(config, vec![listener], Clock::system());
        let handle = server.handle();
        runtime.spawn(server.run());
        drop(inside);
        Self {
            address,
            runtime,
            handle,
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.handle.stop();
    }
}
