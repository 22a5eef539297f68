//! A proxy that passes bytes on, and resets, and ends; and holds what it is told to.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::plan::Way;

/// The source address of a host.
pub(super) fn address_of(host: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 1, u8::try_from(host % 250).unwrap_or(0) + 1)
}

/// Runs until it is dropped.
pub(super) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    _task: JoinSet<()>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    server: Option<SocketAddr>,
    /// By host: to the server, to the client.
    held: BTreeMap<IpAddr, (bool, bool)>,
}

impl Proxy {
    pub(super) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (address, shared) = (listener.local_addr()?, Arc::<Shared>::default());
        let mut task = JoinSet::new();
        task.spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self {
            address,
            shared,
            _task: task,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the server is, if it is anywhere.
    pub(super) fn serve(&self, server: Option<SocketAddr>) {
        self.shared.lock().server = server;
    }

    pub(super) fn hold(&self, host: usize, way: Way) {
        let mut state = self.shared.lock();
        let held = state.held.entry(address_of(host).into()).or_default();
        held.0 |= way.is_in();
        held.1 |= way.is_out();
    }

    pub(super) fn release(&self, host: usize, way: Way) {
        let mut state = self.shared.lock();
        let held = state.held.entry(address_of(host).into()).or_default();
        held.0 &= !way.is_in();
        held.1 &= !way.is_out();
        drop(state);
        self.shared.changed.notify_waiters();
    }

    pub(super) fn release_all(&self) {
        self.shared.lock().held.clear();
        self.shared.changed.notify_waiters();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pass(&self, host: IpAddr, is_inward: bool) {
        loop {
            let changed = self.changed.notified();
            let held = self.lock().held.get(&host).copied().unwrap_or_default();
            if !(if is_inward { held.0 } else { held.1 }) {
                return;
            }
            changed.await;
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut relays = JoinSet::new();
    while let Ok((client, peer)) = listener.accept().await {
        while relays.try_join_next().is_some() {}
        relays.spawn(relay(client, peer.ip(), Arc::clone(&shared)));
    }
}

async fn relay(client: TcpStream, host: IpAddr, shared: Arc<Shared>) {
    let server = shared.lock().server;
    let connected = match server {
        Some(server) => TcpStream::connect(server).await.ok(),
        None => None,
    };
    let Some(server) = connected else {
        let _ = SockRef::from(&client).set_linger(Some(Duration::ZERO));
        return;
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (client_read, client_write) = client.into_split();
    let (server_read, server_write) = server.into_split();
    let inward = pass_on(client_read, server_write, host, true, &shared);
    let outward = pass_on(server_read, client_write, host, false, &shared);
    tokio::join!(inward, outward);
}

/// One direction: bytes, the end, and resets.
async fn pass_on(
    mut read: OwnedReadHalf,
    mut write: OwnedWriteHalf,
    host: IpAddr,
    is_inward: bool,
    shared: &Shared,
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let came = read.read(&mut buffer).await;
        shared.pass(host, is_inward).await;
        let passed = match came {
            Ok(0) => {
                let _ = write.shutdown().await;
                return;
            }
            Ok(count) => write.write_all(&buffer[..count]).await,
            Err(error) => Err(error),
        };
        if passed.is_err() {
            // Whoever is left at either end is reset.
            let _ = SockRef::from(write.as_ref()).set_linger(Some(Duration::ZERO));
            let _ = SockRef::from(read.as_ref()).set_linger(Some(Duration::ZERO));
            write.forget();
            return;
        }
    }
}
