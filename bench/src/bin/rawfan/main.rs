//! The ceiling that roomful is measured against: the least possible fan-out
//! server. One thread, one epoll, no names, no checks, no promises.
//!
//! A line `/join NAME` moves its sender to that room and is answered with `ok`.
//! Any other line goes as it is to everybody else in the sender's room.

#[cfg(target_os = "linux")]
mod connection;
#[cfg(target_os = "linux")]
mod rooms;
#[cfg(target_os = "linux")]
mod server;

use std::{net::SocketAddr, process::ExitCode};

use clap::Parser;

/// The least possible fan-out server: the ceiling that roomful is measured against.
#[derive(Parser)]
struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4001")]
    listen: SocketAddr,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.listen) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rawfan: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(target_os = "linux")]
fn run(address: SocketAddr) -> std::io::Result<()> {
    rlimit::increase_nofile_limit(u64::MAX)?;
    let listener = std::net::TcpListener::bind(address)
        .map_err(|error| std::io::Error::other(format!("cannot listen on {address}: {error}")))?;
    let bound = listener.local_addr()?;
    let mut server = server::Server::new(listener)?;
    eprintln!("rawfan listens on {bound}");
    server.run()
}

#[cfg(not(target_os = "linux"))]
fn run(_: SocketAddr) -> std::io::Result<()> {
    Err(std::io::Error::other(
        "it is made of Linux's epoll, and this is another system. Run it on Linux.",
    ))
}
