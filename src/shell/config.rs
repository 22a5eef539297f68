//! The bounds and switches of a server, with their defaults.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::chat::Limits;

/// Everything that an operator may choose. The command line fills it in; tests
/// and simulations make their own.
///
/// ```
/// use roomful::shell::Config;
/// let config = Config { connections_max: 100, ..Config::default() };
/// assert_eq!(config.line_bytes_max, 4096);
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: Vec<SocketAddr>,
    /// Where to listen for TLS alone.
    pub listen_tls: Vec<SocketAddr>,
    /// What the engine holds people to.
    pub limits: Limits,
    /// Connections in all.
    pub connections_max: usize,
    /// Connections from one address (IPv6: from one /64). Loopback is exempt.
    pub connections_per_address_max: usize,
    /// New connections from one address that are served at once. Loopback is exempt.
    pub connect_burst: u32,
    /// New connections a second from one address after that; more are delayed.
    pub connects_per_second: u32,
    /// A line without its end, in bytes.
    pub line_bytes_max: usize,
    /// Tasks that own outboxes and write to sockets.
    pub io_workers: usize,
    /// What may wait for one connection before rooms are skipped, in bytes.
    pub outbox_bytes_max: usize,
    /// What replies and private messages may take on top of that, in bytes.
    pub outbox_reserve_bytes: usize,
    /// How long a connection may take nothing at all with bytes waiting.
    pub stall_timeout: Duration,
    /// For how long a TLS handshake may take.
    pub handshake_timeout: Duration,
    /// For how long input is still taken after its end, at the usual rate.
    pub input_after_end: Duration,
    /// How long a stopping server flushes.
    pub shutdown_grace: Duration,
    /// How what was said is kept; `None` when it is not.
    pub history: Option<HistoryConfig>,
}

/// What an operator may change while a server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuning {
    /// As [`Config::connections_max`]. Who is in stays.
    pub connections_max: usize,
    /// As [`Config::connections_per_address_max`]. Who is in stays.
    pub connections_per_address_max: usize,
    /// As [`Limits::rate_burst`].
    pub rate_burst: u32,
    /// As [`Limits::rate_per_second`].
    pub rate_per_second: u32,
    /// As [`Config::shutdown_grace`].
    pub shutdown_grace: Duration,
    /// As [`HistoryConfig::lines_on_join`]; `None` without a history. In a room that is
    /// open, more than before are there once they are said.
    pub lines_on_join: Option<u32>,
}

impl From<&Config> for Tuning {
    fn from(config: &Config) -> Self {
        Self {
            connections_max: config.connections_max,
            connections_per_address_max: config.connections_per_address_max,
            rate_burst: config.limits.rate_burst,
            rate_per_second: config.limits.rate_per_second,
            shutdown_grace: config.shutdown_grace,
            lines_on_join: config.history.map(|history| history.lines_on_join),
        }
    }
}

/// How what was said is kept and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryConfig {
    /// What a crash may cost.
    pub durability: Durability,
    /// How many of the last lines somebody sees who joins a room; 0 for none.
    pub lines_on_join: u32,
    /// For how long lines are kept; `None` for ever.
    pub retention: Option<Duration>,
    /// For how long lines are gathered before they are committed together.
    pub commit_interval: Duration,
    /// What may wait to be committed, in bytes, before lines are not kept.
    pub buffer_bytes_max: usize,
}

/// What a crash of the server or of its machine may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Lines are delivered at once and committed shortly after: a crash loses those of
    /// the last moment from history, and that is recorded.
    Relaxed,
    /// Nobody is shown a line before it is committed: a crash loses nothing that
    /// anybody has seen.
    Strict,
}

impl Default for HistoryConfig {
    fn default() -> Self {
        Self {
            durability: Durability::Relaxed,
            lines_on_join: 10,
            retention: Some(Duration::from_secs(90 * 24 * 60 * 60)),
            commit_interval: Duration::from_millis(20),
            buffer_bytes_max: 32 * 1024 * 1024,
        }
    }
}

impl Config {
    /// Where a server listens unless told otherwise.
    pub const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4000);
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: vec![Self::LISTEN],
            listen_tls: Vec::new(),
            limits: Limits::default(),
            connections_max: 10_000,
            connections_per_address_max: 64,
            connect_burst: 20,
            connects_per_second: 2,
            line_bytes_max: 4096,
            io_workers: std::thread::available_parallelism().map_or(1, usize::from),
            outbox_bytes_max: 256 * 1024,
            outbox_reserve_bytes: 64 * 1024,
            stall_timeout: Duration::from_secs(300),
            handshake_timeout: Duration::from_secs(10),
            input_after_end: Duration::from_secs(60),
            shutdown_grace: Duration::from_secs(5),
            history: None,
        }
    }
}
