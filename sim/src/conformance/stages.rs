//! The same probe on the kernel's loopback, in the memory world, and on turmoil.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use roomful::shell::Listener as _;
use socket2::SockRef;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::probes::{Ends, Probe, name};
use crate::memory::{MemoryListener, Net};
use crate::settings::Settings;
use crate::trace::{Life, Trace};

/// The kernel's loopback.
pub(super) fn kernel(probe: Probe) -> String {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        if probe == Probe::NobodyListens {
            drop(listener);
            return refused(TcpStream::connect(address).await.err());
        }
        let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (client, (server, _)) = (client.expect("it listens"), accepted.expect("it connects"));
        // The server's end as the shell has it: its output ends with its half.
        let (read, write) = server.into_split();
        let server = Ends {
            read: Box::new(read),
            write: Box::new(write),
            reset: None,
        };
        if probe == Probe::BytesThenReset {
            let mut clients = JoinSet::new();
            clients.spawn(reset_after_bytes(client));
            return probe.server(server).await;
        }
        play(probe, ends_of(client), server).await
    })
}

/// The client's end as most programs have it: one descriptor, closed at once.
fn ends_of(stream: TcpStream) -> Ends {
    let (read, write) = tokio::io::split(stream);
    Ends {
        read: Box::new(read),
        write: Box::new(write),
        reset: None,
    }
}

/// Before it is shared between two halves, a socket can be told to reset.
async fn reset_after_bytes(mut client: TcpStream) {
    let _ = client.write_all(b"bytes").await;
    sleep(Duration::from_millis(150)).await;
    let _ = SockRef::from(&client).set_linger(Some(Duration::ZERO));
}

/// The in-memory network.
pub(super) fn memory(probe: Probe) -> String {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let net = Net::new(1, Settings::default(), Trace::by_clock());
        let life = Life { person: 0, life: 0 };
        if probe == Probe::NobodyListens {
            return refused(net.connect(life, 0).err());
        }
        let mut pump = JoinSet::new();
        let pumped = net.clone();
        pump.spawn(async move { pumped.pump().await });
        let mut listener = MemoryListener::bind(&net);
        let conn = net.connect(life, 0).expect("it listens");
        let (server_read, server_write, _) = listener.accept().await.expect("it connects");
        let (read, write) = net.client_end(conn);
        let client = Ends {
            read: Box::new(read),
            write: Box::new(write),
            reset: Some(Box::new(move || net.reset(conn))),
        };
        let server = Ends {
            read: Box::new(server_read),
            write: Box::new(server_write),
            reset: None,
        };
        play(probe, client, server).await
    })
}

async fn play(probe: Probe, client: Ends, server: Ends) -> String {
    let mut clients = JoinSet::new();
    clients.spawn(probe.client(client));
    let met = probe.server(server).await;
    clients.shutdown().await;
    met
}

/// Hosts of turmoil.
pub(super) fn turmoil(probe: Probe) -> String {
    let met: Arc<Mutex<Option<String>>> = Arc::default();
    let mut sim = turmoil::Builder::new()
        .rng_seed(1)
        .simulation_duration(Duration::from_secs(600))
        .build();
    let tell = Arc::clone(&met);
    sim.host("server", move || {
        let tell = Arc::clone(&tell);
        async move {
            if probe == Probe::NobodyListens {
                std::future::pending::<()>().await;
            }
            let listener = turmoil::net::TcpListener::bind(("0.0.0.0", 4000)).await?;
            let (stream, _) = listener.accept().await?;
            let met = probe.server(ends_on_turmoil(stream)).await;
            *tell.lock().unwrap_or_else(PoisonError::into_inner) = Some(met);
            std::future::pending::<()>().await;
            Ok(())
        }
    });
    let tell = Arc::clone(&met);
    sim.client("client", async move {
        match turmoil::net::TcpStream::connect(("server", 4000)).await {
            Ok(stream) => probe.client(ends_on_turmoil(stream)).await,
            Err(error) => {
                *tell.lock().unwrap_or_else(PoisonError::into_inner) = Some(refused(Some(error)));
            }
        }
        std::future::pending::<()>().await;
        Ok(())
    });
    for _ in 0..600_000 {
        let met = met.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(met) = met {
            return met;
        }
        if let Err(error) = sim.step() {
            return format!("the simulation fails: {error}");
        }
    }
    "nothing in ten minutes".into()
}

fn ends_on_turmoil(stream: turmoil::net::TcpStream) -> Ends {
    let (read, write) = stream.into_split();
    Ends {
        read: Box::new(read),
        write: Box::new(write),
        reset: None,
    }
}

fn refused(error: Option<std::io::Error>) -> String {
    error.map_or("a connection".into(), |error| name(&error))
}
