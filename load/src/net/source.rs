//! The addresses that connections come from.
//!
//! One address has some 28,000 ports, and a closed connection keeps its own for a
//! minute. To a server on a loopback address connections come from many of them.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use mio::net::TcpStream;
use socket2::{Domain, Protocol, Socket, Type};

/// Connections that come from one address.
const PER_ADDRESS: u32 = 1_000;

/// Hosts of 127.0.0.0/8 that are used, from 127.0.1.0 on.
const HOSTS: u32 = 0x00FF_0000;

/// Where the connections of a run come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sources {
    /// The first host of 127.0.0.0/8, if they are spread.
    first: Option<u32>,
}

impl Sources {
    /// Those for connections to `server`. `seed` differs from run to run, so that
    /// runs do not use each other's ports up.
    #[must_use]
    pub(crate) fn new(server: IpAddr, seed: u32) -> Self {
        // Elsewhere only 127.0.0.1 is there.
        let are_many = cfg!(target_os = "linux") && server.is_ipv4() && server.is_loopback();
        Self {
            first: are_many.then_some(seed % HOSTS),
        }
    }

    /// Begins the connection with this index.
    pub(super) fn connect(&self, index: usize, server: SocketAddr) -> io::Result<TcpStream> {
        let socket = Socket::new(
            Domain::for_address(server),
            Type::STREAM,
            Some(Protocol::TCP),
        )?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        if let Some(first) = self.first {
            let address = source(first, index);
            socket.bind(&SocketAddr::from((address, 0)).into())?;
        }
        match socket.connect(&server.into()) {
            Ok(()) => {}
            Err(error) if is_begun(&error) => {}
            Err(error) => return Err(error),
        }
        Ok(TcpStream::from_std(socket.into()))
    }
}

fn source(first: u32, index: usize) -> Ipv4Addr {
    let block = u32::try_from(index).unwrap_or(u32::MAX) / PER_ADDRESS;
    let host = (first + block) % HOSTS;
    Ipv4Addr::from(0x7F00_0100 + host)
}

fn is_begun(error: &io::Error) -> bool {
    // EINPROGRESS, which the standard library names only on some systems.
    error.kind() == io::ErrorKind::WouldBlock || error.raw_os_error() == Some(in_progress())
}

#[cfg(target_os = "linux")]
fn in_progress() -> i32 {
    rustix::io::Errno::INPROGRESS.raw_os_error()
}

/// BSD and macOS.
#[cfg(not(target_os = "linux"))]
fn in_progress() -> i32 {
    36
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thousand_has_an_address() {
        assert_eq!(source(0, 0), Ipv4Addr::new(127, 0, 1, 0));
        assert_eq!(source(0, 999), source(0, 0));
        assert_eq!(source(0, 1_000), Ipv4Addr::new(127, 0, 1, 1));
        for first in [0, HOSTS - 1] {
            assert!(source(first, 1_000_000).is_loopback());
        }
    }
}
