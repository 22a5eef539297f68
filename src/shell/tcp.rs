//! Real TCP: the listener of production.

use std::future::Future as _;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::{Listener, ReadHalf};

/// How many new connections the system keeps for us until we accept them. It
/// may keep fewer (Linux: `net.core.somaxconn`).
const BACKLOG: i32 = 4096;
/// How much the system takes for a socket beyond what is on its way, in bytes.
/// Without it the system swallows 3 to 4 MB for somebody who does not read.
const NOTSENT_LOWAT: u32 = 64 * 1024;
/// A peer silent for so long is asked whether it is still there.
const KEEPALIVE_TIME: Duration = Duration::from_secs(60);
/// How long each question waits for its answer.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
/// How many questions may stay without an answer.
const KEEPALIVE_RETRIES: u32 = 3;
/// The time in which keepalive finds that a peer is gone.
const KEEPALIVE_TOTAL: Duration = Duration::from_secs(90);

/// A TCP socket that listens, with the options that every connection gets.
#[derive(Debug)]
pub struct TcpListener {
    inner: tokio::net::TcpListener,
    options: Options,
}

impl TcpListener {
    /// Listens on an address. An IPv6 address takes no IPv4 connections.
    /// `stall_timeout` is how long a connection may take nothing with bytes
    /// waiting (`Config::stall_timeout`): the system gives up no sooner.
    ///
    /// # Errors
    /// When the system says no; the error tells a person what to do.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn bind(address: SocketAddr, stall_timeout: Duration) -> Result<Self, BindError> {
        let options = Options::new(stall_timeout);
        let inner = listen(address, &options)
            .map_err(|error| BindError::new(address, "--listen", error))?;
        Ok(Self { inner, options })
    }

    /// Takes over a socket that listens already. An IPv6 address takes what whoever
    /// opened it wants; `stall_timeout` is as for [`TcpListener::bind`].
    ///
    /// # Errors
    /// When the system says no.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn adopt(listener: std::net::TcpListener, stall_timeout: Duration) -> io::Result<Self> {
        let options = Options::new(stall_timeout);
        listener.set_nonblocking(true)?;
        options.set(&SockRef::from(&listener));
        let inner = tokio::net::TcpListener::from_std(listener)?;
        Ok(Self { inner, options })
    }

    /// The address that is listened on, with the port that the system chose if
    /// port 0 was asked for.
    ///
    /// # Errors
    /// When the system cannot say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
}

impl Listener for TcpListener {
    type Read = TcpRead;
    type Write = TcpWrite;

    async fn accept(&mut self) -> io::Result<(TcpRead, TcpWrite, SocketAddr)> {
        let (stream, mut peer) = self.inner.accept().await?;
        // Who comes by IPv4 to a socket for both has an IPv4 address.
        peer.set_ip(peer.ip().to_canonical());
        if !ARE_INHERITED {
            self.options.set(&SockRef::from(&stream));
        }
        let (read, write) = stream.into_split();
        Ok((TcpRead(read), TcpWrite(write), peer))
    }
}

/// A socket that listens for other things than people, with the system's own options,
/// and its address, with the port that the system chose for port 0. `flag` is what
/// chooses the address.
///
/// # Errors
/// When the system says no; the error tells a person what to do.
pub(crate) fn listen_aside(
    address: SocketAddr,
    flag: &'static str,
) -> Result<(std::net::TcpListener, SocketAddr), BindError> {
    let listen = || {
        let socket = bound(address, None)?;
        socket.listen(BACKLOG)?;
        let listener = std::net::TcpListener::from(socket);
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    listen().map_err(|error| BindError::new(address, flag, error))
}

/// Why an address cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Something listens there already.
    #[error(
        "{address} is in use by another program. \
         Stop it, or choose another port with {flag} {}.", another_port(*.address)
    )]
    InUse {
        /// The address asked for.
        address: SocketAddr,
        /// What it was asked for with.
        flag: &'static str,
    },
    /// The port is reserved (on most systems, those under 1024).
    #[error(
        "{address} needs rights that this process does not have. \
         Choose a port from 1024 up with {flag}, or grant it the right to use port {}.",
        .address.port()
    )]
    NotPermitted {
        /// The address asked for.
        address: SocketAddr,
        /// What it was asked for with.
        flag: &'static str,
    },
    /// No network interface of this machine has the address.
    #[error(
        "{} is not an address of this machine. Choose one of its own with {flag}, \
         or {} for all of them.", .address.ip(), all_addresses(*.address)
    )]
    NotHere {
        /// The address asked for.
        address: SocketAddr,
        /// What it was asked for with.
        flag: &'static str,
    },
    /// Anything else.
    #[error("{address} cannot be listened on: {source}. Choose another address with {flag}.")]
    Other {
        /// The address asked for.
        address: SocketAddr,
        /// What it was asked for with.
        flag: &'static str,
        /// What the system says.
        source: io::Error,
    },
}

impl BindError {
    /// The same, where another flag than `--listen` has chosen the address.
    #[must_use]
    pub(super) fn chosen_by(mut self, by: &'static str) -> Self {
        let (Self::InUse { flag, .. }
        | Self::NotPermitted { flag, .. }
        | Self::NotHere { flag, .. }
        | Self::Other { flag, .. }) = &mut self;
        *flag = by;
        self
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the system's list of errors is open"
    )]
    fn new(address: SocketAddr, flag: &'static str, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::InUse { address, flag },
            io::ErrorKind::PermissionDenied => Self::NotPermitted { address, flag },
            io::ErrorKind::AddrNotAvailable => Self::NotHere { address, flag },
            _ => Self::Other {
                address,
                flag,
                source,
            },
        }
    }
}

fn another_port(mut address: SocketAddr) -> SocketAddr {
    let port = address.port();
    address.set_port(port.checked_add(1).unwrap_or(port - 1));
    address
}

fn all_addresses(address: SocketAddr) -> SocketAddr {
    let all: std::net::IpAddr = match address {
        SocketAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
    };
    SocketAddr::new(all, address.port())
}

fn listen(address: SocketAddr, options: &Options) -> io::Result<tokio::net::TcpListener> {
    let socket = bound(address, Some(options))?;
    socket.listen(BACKLOG)?;
    tokio::net::TcpListener::from_std(socket.into())
}

/// A socket that does not listen yet. It has its options already: who connects in
/// the first moment inherits them too.
fn bound(address: SocketAddr, options: Option<&Options>) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    if address.is_ipv6() {
        // The same on every system, and beside an IPv4 listener on the same port.
        socket.set_only_v6(true)?;
    }
    // Else the port of a server that has just stopped is taken for a minute.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    if let Some(options) = options {
        options.set(&socket);
    }
    Ok(socket)
}

/// Whether connections have the options of the socket that they were accepted from.
/// Linux gives them all of these: seven calls less for each connection.
const ARE_INHERITED: bool = cfg!(target_os = "linux");

/// What is set on every connection.
#[derive(Debug)]
struct Options {
    keepalive: TcpKeepalive,
    user_timeout: Duration,
}

impl Options {
    fn new(stall_timeout: Duration) -> Self {
        Self {
            keepalive: TcpKeepalive::new()
                .with_time(KEEPALIVE_TIME)
                .with_interval(KEEPALIVE_INTERVAL)
                .with_retries(KEEPALIVE_RETRIES),
            // It counts a closed window too, and overrides keepalive's own patience.
            user_timeout: stall_timeout.max(KEEPALIVE_TOTAL),
        }
    }

    /// A peer that is gone already makes some systems refuse; reading will tell.
    fn set(&self, socket: &Socket) {
        if let Err(error) = self.try_set(socket) {
            tracing::debug!(%error, "a socket option was refused");
        }
    }

    fn try_set(&self, socket: &Socket) -> io::Result<()> {
        socket.set_tcp_nodelay(true)?;
        socket.set_tcp_keepalive(&self.keepalive)?;
        self.set_more(socket)
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn set_more(&self, socket: &Socket) -> io::Result<()> {
        socket.set_tcp_notsent_lowat(NOTSENT_LOWAT)?;
        socket.set_tcp_user_timeout(Some(self.user_timeout))
    }

    /// Elsewhere the outbox's own bound and the stall timeout do alone.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn set_more(&self, _socket: &Socket) -> io::Result<()> {
        let _ = (self.user_timeout, NOTSENT_LOWAT);
        Ok(())
    }
}

/// The read half of a TCP connection.
#[derive(Debug)]
pub struct TcpRead(OwnedReadHalf);

impl AsyncRead for TcpRead {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl ReadHalf for TcpRead {
    async fn broken(&mut self) {
        // An error means that the runtime ends, and the connection with it.
        while let Ok(ready) = self.0.ready(Interest::ERROR).await {
            if ready.is_error() {
                return;
            }
        }
    }

    fn has_ended(&mut self) -> bool {
        let ready = pin!(self.0.ready(Interest::READABLE));
        match ready.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(ready)) => ready.is_read_closed(),
            Poll::Ready(Err(_)) => true,
            Poll::Pending => false,
        }
    }
}

/// The write half of a TCP connection. Dropping it ends what the other side reads.
///
/// A write goes straight to the system, which nearly always has room; only one that
/// has none comes by the runtime's bookkeeping, which then wakes whoever asked.
#[derive(Debug)]
pub struct TcpWrite(OwnedWriteHalf);

impl AsyncWrite for TcpWrite {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match SockRef::from(self.0.as_ref()).send(bytes) {
            Err(error) if is_worth_another_try(&error) => {
                Pin::new(&mut self.0).poll_write(cx, bytes)
            }
            written => Poll::Ready(written),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// Whether an error says no more than that nothing could be written now.
fn is_worth_another_try(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

#[cfg(test)]
mod tests;
