//! The flags of a server, with their bounds and what help says of them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::values::{self, address, without_repeats};
use crate::shell::logging::{LogFormat, LogLevel, LogSettings};
use crate::shell::tls::TlsFiles;
use crate::shell::{Config, Durability, HistoryConfig};

/// The most that any of the counts and rates may be set to.
const COUNT_MAX: u64 = 1_000_000;
/// The most tasks that may write to sockets.
const IO_WORKERS_MAX: u64 = 1024;
/// An outbox takes at least four of the longest lines.
pub(super) const OUTBOX_BYTES_MIN: u64 = 4 * 4096;
/// An outbox of more than 1 GiB is a mistake in the unit.
const OUTBOX_BYTES_MAX: u64 = 1 << 30;
/// A stall of more than a day is a mistake in the unit.
const STALL_SECONDS_MAX: u64 = 24 * 60 * 60;
/// A stop that takes more than an hour is a mistake in the unit.
const GRACE_SECONDS_MAX: u64 = 60 * 60;
/// More lines than that are no greeting any more.
const HISTORY_ON_JOIN_MAX: u64 = 100;
/// A hundred years.
const RETENTION_DAYS_MAX: u64 = 36_500;
/// What is gathered for one commit takes some of this, however short the lines.
const HISTORY_BUFFER_BYTES_MIN: u64 = 64 * 1024;
/// A buffer of more than 1 GiB is a mistake in the unit.
const HISTORY_BUFFER_BYTES_MAX: u64 = 1 << 30;

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// The flags, which may stand before or after the command.
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// Configuration file; flags and variables win over it
    ///
    /// Its keys are these flags with underscores; roomful config default prints
    /// them all. Unless set, the first of these that is there, if one is:
    /// roomful.toml in $CONFIGURATION_DIRECTORY (a systemd unit with
    /// ConfigurationDirectory= has it), in the directory roomful in
    /// $XDG_CONFIG_HOME or ~/.config, in /etc/roomful. /dev/null is none.
    #[arg(
        long, global = true, env = "ROOMFUL_CONFIG", hide_env_values = true,
        value_name = "FILE", value_parser = values::path("it must name a file.")
    )]
    pub(super) config: Option<PathBuf>,

    /// Address and port to listen on; may be given several times
    ///
    /// IP:PORT or [IPV6]:PORT. Each means what it says: 127.0.0.1 is this
    /// machine only, 0.0.0.0 is every IPv4 address of it, [::] every IPv6
    /// address and no IPv4 one. Port 0 lets the system choose. Host names are
    /// not looked up. Several may be separated by commas.
    #[arg(
        long, global = true, env = "ROOMFUL_LISTEN", hide_env_values = true,
        value_name = "ADDR", value_delimiter = ',', value_parser = address,
        default_values_t = Config::default().listen
    )]
    listen: Vec<SocketAddr>,

    /// Address and port to listen on for TLS alone; may be given several times
    ///
    /// As for listen. Needs a certificate and its key.
    #[arg(
        long, global = true, env = "ROOMFUL_LISTEN_TLS", hide_env_values = true,
        value_name = "ADDR", value_delimiter = ',', value_parser = address
    )]
    listen_tls: Vec<SocketAddr>,

    /// File with the certificate for TLS, in PEM, those that lead to its root behind it
    ///
    /// With it, every address to listen on takes TLS beside plain connections:
    /// the first byte decides, and who says nothing is greeted after 0.3 seconds.
    /// Read again when it changes, and on SIGHUP; nobody who is connected notices.
    #[arg(
        long, global = true, env = "ROOMFUL_TLS_CERT", hide_env_values = true,
        value_name = "FILE", value_parser = values::path("it must name a file.")
    )]
    tls_cert: Option<PathBuf>,

    /// File with the key of that certificate, in PEM, without a password
    #[arg(
        long, global = true, env = "ROOMFUL_TLS_KEY", hide_env_values = true,
        value_name = "FILE", value_parser = values::path("it must name a file.")
    )]
    tls_key: Option<PathBuf>,

    /// Connections in all
    ///
    /// One more is told so and closed. Lowered, with a warning, to what the
    /// limit on open files allows. 1 to 1000000.
    #[arg(
        long, global = true, env = "ROOMFUL_CONNECTIONS_MAX", hide_env_values = true,
        value_name = "N", value_parser = values::whole_number::<usize>(1..=COUNT_MAX),
        default_value_t = Config::default().connections_max
    )]
    connections_max: usize,

    /// Connections from one address
    ///
    /// For IPv6, from one /64. One more is told so and closed. This machine's
    /// own loopback addresses are exempt. 1 to 1000000.
    #[arg(
        long, global = true, env = "ROOMFUL_CONNECTIONS_PER_ADDRESS_MAX", hide_env_values = true,
        value_name = "N", value_parser = values::whole_number::<usize>(1..=COUNT_MAX),
        default_value_t = Config::default().connections_per_address_max
    )]
    connections_per_address_max: usize,

    /// Lines that a person may send at once before they are slowed down
    ///
    /// Nothing is dropped: more lines are taken later. 0 switches the rate
    /// limit off. 0 to 1000000.
    #[arg(
        long, global = true, env = "ROOMFUL_RATE_BURST", hide_env_values = true,
        value_name = "N", value_parser = values::whole_number::<u32>(0..=COUNT_MAX),
        default_value_t = Config::default().limits.rate_burst
    )]
    rate_burst: u32,

    /// Lines a second that are taken from a person after that
    ///
    /// 0 switches the rate limit off. 0 to 1000000.
    #[arg(
        long, global = true, env = "ROOMFUL_RATE_PER_SECOND", hide_env_values = true,
        value_name = "N", value_parser = values::whole_number::<u32>(0..=COUNT_MAX),
        default_value_t = Config::default().limits.rate_per_second
    )]
    rate_per_second: u32,

    /// Tasks that write to connections
    ///
    /// One for each processor core unless set (the default shown is for this
    /// machine). 1 to 1024.
    #[arg(
        long, global = true, env = "ROOMFUL_IO_WORKERS", hide_env_values = true,
        value_name = "N", value_parser = values::whole_number::<usize>(1..=IO_WORKERS_MAX),
        default_value_t = Config::default().io_workers
    )]
    io_workers: usize,

    /// Bytes that may wait for one connection
    ///
    /// A reader who is further behind skips room traffic, and is told exactly
    /// what. 16384 (16 KiB) to 1073741824 (1 GiB); the default is 256 KiB.
    #[arg(
        long, global = true, env = "ROOMFUL_OUTBOX_BYTES_MAX", hide_env_values = true,
        value_name = "BYTES",
        value_parser = values::whole_number::<usize>(OUTBOX_BYTES_MIN..=OUTBOX_BYTES_MAX),
        default_value_t = Config::default().outbox_bytes_max
    )]
    outbox_bytes_max: usize,

    /// Seconds after which a connection that takes nothing at all is closed
    ///
    /// Counted only while something waits for it: who is silent is not stalled.
    /// 1 to 86400 (a day).
    #[arg(
        long, global = true, env = "ROOMFUL_STALL_TIMEOUT", hide_env_values = true,
        value_name = "SECONDS",
        value_parser = values::whole_number::<u64>(1..=STALL_SECONDS_MAX),
        default_value_t = Config::default().stall_timeout.as_secs()
    )]
    stall_timeout: u64,

    /// Seconds that a stopping server takes at most to send what is queued
    ///
    /// 1 to 3600 (an hour).
    #[arg(
        long, global = true, env = "ROOMFUL_SHUTDOWN_GRACE", hide_env_values = true,
        value_name = "SECONDS",
        value_parser = values::whole_number::<u64>(1..=GRACE_SECONDS_MAX),
        default_value_t = Config::default().shutdown_grace.as_secs()
    )]
    shutdown_grace: u64,

    /// Directory in which history is kept
    ///
    /// A server makes it when it is not there. Unless set, $STATE_DIRECTORY (a
    /// systemd unit with StateDirectory= has it), else the directory roomful in
    /// $XDG_STATE_HOME or ~/.local/state.
    #[arg(
        long, global = true, env = "ROOMFUL_DATA", hide_env_values = true,
        value_name = "DIR", value_parser = values::path("it must name a directory.")
    )]
    pub(super) data: Option<PathBuf>,

    /// Whether what is said in rooms is kept
    ///
    /// Private messages never are.
    #[arg(
        long,
        global = true,
        env = "ROOMFUL_HISTORY",
        hide_env_values = true,
        value_name = "SWITCH",
        default_value = "on"
    )]
    history: Switch,

    /// Last lines of a room that somebody sees who joins it
    ///
    /// 0 to 100; 0 shows none.
    #[arg(
        long, global = true, env = "ROOMFUL_HISTORY_ON_JOIN", hide_env_values = true,
        value_name = "N", value_parser = values::whole_number::<u32>(0..=HISTORY_ON_JOIN_MAX),
        default_value_t = HistoryConfig::default().lines_on_join
    )]
    history_on_join: u32,

    /// What a crash may cost
    #[arg(
        long,
        global = true,
        env = "ROOMFUL_DURABILITY",
        hide_env_values = true,
        value_name = "KIND",
        default_value = "relaxed"
    )]
    durability: Durability,

    /// Days for which history is kept
    ///
    /// 0 to 36500 (a hundred years); 0 is for ever.
    #[arg(
        long, global = true, env = "ROOMFUL_RETENTION", hide_env_values = true,
        value_name = "DAYS", value_parser = values::whole_number::<u64>(0..=RETENTION_DAYS_MAX),
        default_value_t = retention_days(&HistoryConfig::default())
    )]
    retention: u64,

    /// Bytes that may wait to be kept
    ///
    /// A disk that is too slow for them holds up nobody: further lines are not
    /// kept, and history says which. 65536 (64 KiB) to 1073741824 (1 GiB); the
    /// default is 32 MiB.
    #[arg(
        long, global = true, env = "ROOMFUL_HISTORY_BUFFER_BYTES", hide_env_values = true,
        value_name = "BYTES",
        value_parser = values::whole_number::<usize>(
            HISTORY_BUFFER_BYTES_MIN..=HISTORY_BUFFER_BYTES_MAX
        ),
        default_value_t = HistoryConfig::default().buffer_bytes_max
    )]
    history_buffer_bytes: usize,

    /// Address and port that show metrics and health, over HTTP
    ///
    /// /metrics (OpenMetrics, for Prometheus), /healthz and /readyz. IP:PORT or
    /// [IPV6]:PORT, as with --listen. Off unless set. Who can reach it learns how
    /// many people talk, and nothing of what they say.
    #[arg(
        long, global = true, env = "ROOMFUL_ADMIN", hide_env_values = true,
        value_name = "ADDR", value_parser = address
    )]
    pub(super) admin: Option<SocketAddr>,

    /// The least important lines to log, to standard error
    ///
    /// What people say is never logged, at any level.
    #[arg(
        long,
        global = true,
        env = "ROOMFUL_LOG_LEVEL",
        hide_env_values = true,
        value_name = "LEVEL",
        default_value = "info"
    )]
    log_level: LogLevel,

    /// How log lines look
    ///
    /// Human lines are coloured on a terminal, unless NO_COLOR is set.
    #[arg(
        long,
        global = true,
        env = "ROOMFUL_LOG_FORMAT",
        hide_env_values = true,
        value_name = "FORMAT",
        default_value = "human"
    )]
    log_format: LogFormat,
}

/// What the flags of a server come to.
pub(super) struct Choices {
    pub(super) config: Config,
    pub(super) tls: Option<TlsFiles>,
    /// Where history is kept, if that was said.
    pub(super) data: Option<PathBuf>,
    /// Where metrics and health are shown, if anywhere.
    pub(super) admin: Option<SocketAddr>,
    pub(super) log: LogSettings,
}

impl Flags {
    pub(super) fn into_choices(self) -> Choices {
        let history = self.history();
        let tls = self.tls_cert.zip(self.tls_key);
        let mut config = Config {
            listen: without_repeats(self.listen),
            listen_tls: without_repeats(self.listen_tls),
            connections_max: self.connections_max,
            connections_per_address_max: self.connections_per_address_max,
            io_workers: self.io_workers,
            outbox_bytes_max: self.outbox_bytes_max,
            stall_timeout: Duration::from_secs(self.stall_timeout),
            shutdown_grace: Duration::from_secs(self.shutdown_grace),
            history,
            ..Config::default()
        };
        config.limits.rate_burst = self.rate_burst;
        config.limits.rate_per_second = self.rate_per_second;
        let log = LogSettings {
            level: self.log_level,
            format: self.log_format,
        };
        Choices {
            config,
            tls: tls.map(|(cert, key)| TlsFiles { cert, key }),
            data: self.data,
            admin: self.admin,
            log,
        }
    }

    /// An address that is both for everybody and for TLS alone.
    pub(super) fn listens_twice(&self) -> Option<SocketAddr> {
        let mut for_tls = self.listen_tls.iter().copied();
        for_tls.find(|address| address.port() != 0 && self.listen.contains(address))
    }

    fn history(&self) -> Option<HistoryConfig> {
        let retention = Duration::from_secs(self.retention * SECONDS_PER_DAY);
        let config = HistoryConfig {
            durability: self.durability,
            lines_on_join: self.history_on_join,
            retention: (!retention.is_zero()).then_some(retention),
            buffer_bytes_max: self.history_buffer_bytes,
            ..HistoryConfig::default()
        };
        (self.history == Switch::On).then_some(config)
    }
}

/// What is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

const RELAXED: &str = "Lines are delivered at once and kept a moment later: \
    a crash takes the last moment from history, which says so";
const STRICT: &str = "Nobody is shown a line before it is safe on the disk: \
    a crash takes nothing that anybody has seen";

impl ValueEnum for Durability {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Relaxed, Self::Strict]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Relaxed => PossibleValue::new("relaxed").help(RELAXED),
            Self::Strict => PossibleValue::new("strict").help(STRICT),
        })
    }
}

/// 0 for ever.
fn retention_days(history: &HistoryConfig) -> u64 {
    let retention = history.retention.unwrap_or_default();
    retention.as_secs() / SECONDS_PER_DAY
}
