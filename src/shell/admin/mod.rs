//! The door for operators: metrics and health, over HTTP.
//!
//! It runs on a thread of its own and reads figures that are there anyway, so that
//! whoever asks costs nobody who talks anything: few are served at once, each for a
//! few seconds, one request each, and not many in a second. A chat that hangs does
//! not make it hang: it says so.

mod ask;
mod health;
mod pages;
mod plain;

use std::io;
use std::net::SocketAddr;
use std::thread;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{Duration, sleep, timeout};
use tracing::{debug, warn};

pub use ask::{AskError, ask};

use super::Handle;
use super::tcp::{BindError, listen_aside};

/// Who is served at once; others wait in the system's backlog.
pub const CLIENTS_MAX: usize = 8;
/// How long one is served, from being accepted until the answer is taken.
pub const CLIENT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the head of a request may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(2);
/// What the head of a request may have, in bytes: the least that the library takes.
const HEAD_BYTES_MAX: usize = 8 * 1024;
/// From one to the next: a hundred requests a second are far more than anybody needs.
const PACE: Duration = Duration::from_millis(10);

/// An admin address that is bound, and not served yet.
#[derive(Debug)]
pub struct Admin {
    listener: std::net::TcpListener,
    address: SocketAddr,
}

/// A thread that serves it, until this is dropped.
#[derive(Debug)]
#[must_use = "it serves until this is dropped"]
pub struct AdminThread {
    /// Nothing is ever sent: that it is dropped is the order to end.
    _ends: oneshot::Sender<()>,
}

impl Admin {
    /// Listens on an address. Warns in the log when others than this machine may
    /// reach it.
    ///
    /// # Errors
    /// When the system says no; the error tells a person what to do.
    pub fn bind(address: SocketAddr) -> Result<Self, BindError> {
        let (listener, address) = listen_aside(address, "--admin")?;
        if !address.ip().to_canonical().is_loopback() {
            warn!(
                %address,
                "the admin address is not this machine's alone: \
                 whoever can reach it learns how many people talk, and when"
            );
        }
        Ok(Self { listener, address })
    }

    /// The address that is listened on, with the port that the system chose if
    /// port 0 was asked for.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves it on a thread of its own: it answers also when the server's threads
    /// do not.
    ///
    /// # Errors
    /// When the system has no thread.
    pub fn start(self, server: Handle) -> io::Result<AdminThread> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (ends, ended) = oneshot::channel();
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(self.listener)?
        };
        let work = async move {
            tokio::select! {
                biased;
                _ = ended => {}
                () = serve(listener, server) => {}
            }
        };
        let thread = thread::Builder::new().name("admin".to_owned());
        thread.spawn(move || runtime.block_on(work))?;
        Ok(AdminThread { _ends: ends })
    }
}

async fn serve(listener: TcpListener, server: Handle) {
    let mut clients = JoinSet::new();
    loop {
        while clients.len() >= CLIENTS_MAX {
            // One that panicked is in the log already.
            let _ = clients.join_next().await;
        }
        match listener.accept().await {
            Ok((stream, _)) => {
                clients.spawn(attend(stream, server.clone()));
            }
            Err(error) => debug!(%error, "could not accept a connection to the admin address"),
        }
        sleep(PACE).await;
        while clients.try_join_next().is_some() {}
    }
}

/// One request, and its answer.
async fn attend(stream: TcpStream, server: Handle) {
    let service = service_fn(|request| pages::respond(request, &server));
    let connection = http1::Builder::new()
        .keep_alive(false)
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    match timeout(CLIENT_TIMEOUT, connection).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => debug!(%error, "a request to the admin address failed"),
        Err(_) => debug!("a request to the admin address took too long"),
    }
}
