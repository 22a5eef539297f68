//! The command line and the environment, made into settings.
//!
//! Every flag has its twin in the environment (`--io-workers`,
//! `ROOMFUL_IO_WORKERS`); the flag wins. What is wrong is told in one line.

mod stop;
mod values;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use super::Config;
use super::logging::{LogFormat, LogLevel, LogSettings};
use values::{address, without_repeats};

pub use stop::Stop;

/// What the operator chose.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's bounds and switches.
    pub config: Config,
    /// What is logged, and how.
    pub log: LogSettings,
}

/// Reads the settings from the process's arguments and environment.
///
/// # Errors
/// When there is nothing to serve: help or the version was asked for, or
/// something is wrong. [`Stop::report`] tells the person and gives the status.
pub fn parse() -> Result<Settings, Stop> {
    parse_from(std::env::args_os())
}

fn parse_from(arguments: impl IntoIterator<Item = OsString>) -> Result<Settings, Stop> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    match CommandLine::try_parse_from(&arguments) {
        Ok(CommandLine { command: _, flags }) => Ok(flags.into_settings()),
        Err(error) => Err(Stop::from_clap(error, &arguments)),
    }
}

/// The most that any of the counts and rates may be set to.
const COUNT_MAX: u64 = 1_000_000;
/// The most tasks that may write to sockets.
const IO_WORKERS_MAX: u64 = 1024;
/// An outbox takes at least four of the longest lines.
const OUTBOX_BYTES_MIN: u64 = 4 * 4096;
/// An outbox of more than 1 GiB is a mistake in the unit.
const OUTBOX_BYTES_MAX: u64 = 1 << 30;
/// A stall of more than a day is a mistake in the unit.
const STALL_SECONDS_MAX: u64 = 24 * 60 * 60;
/// A stop that takes more than an hour is a mistake in the unit.
const GRACE_SECONDS_MAX: u64 = 60 * 60;

const EXAMPLES: &str = "\
Every flag can also be set in the environment; the flag wins.

Examples:
  roomful                                       for this machine only, on port 4000
  nc -N 127.0.0.1 4000                          try it, in another terminal
  roomful --listen 0.0.0.0:4000 --listen '[::]:4000'
                                                for everybody who can reach this machine
  roomful --log-format json --log-level warn    for a service manager
  ROOMFUL_LISTEN=127.0.0.1:4000,[::1]:4000 roomful
                                                this machine only, over IPv4 and IPv6

SIGINT (Ctrl-C) or SIGTERM stops the server: everyone is told, what is queued is
sent, the exit status is 0. A second one ends it at once. Other exit statuses:
1 when it could not start (the port is in use, say), 2 when a flag is wrong,
70 after a fault of its own.";

/// A chat server for people with nc: rooms, nicknames, private messages.
///
/// Without a command it serves, on 127.0.0.1:4000.
#[derive(Debug, Parser)]
#[command(
    name = "roomful",
    version,
    after_long_help = EXAMPLES,
    after_help = "Units, bounds and examples: roomful --help",
    disable_help_subcommand = true,
    allow_negative_numbers = true,
    max_term_width = 100
)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve (what roomful does without a command, too)
    #[command(after_long_help = EXAMPLES, allow_negative_numbers = true)]
    Serve,
}

/// The flags, which may stand before or after the command.
#[derive(Debug, Args)]
struct Flags {
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

impl Flags {
    fn into_settings(self) -> Settings {
        let mut config = Config {
            listen: without_repeats(self.listen),
            connections_max: self.connections_max,
            connections_per_address_max: self.connections_per_address_max,
            io_workers: self.io_workers,
            outbox_bytes_max: self.outbox_bytes_max,
            stall_timeout: Duration::from_secs(self.stall_timeout),
            shutdown_grace: Duration::from_secs(self.shutdown_grace),
            ..Config::default()
        };
        config.limits.rate_burst = self.rate_burst;
        config.limits.rate_per_second = self.rate_per_second;
        let log = LogSettings {
            level: self.log_level,
            format: self.log_format,
        };
        Settings { config, log }
    }
}

#[cfg(test)]
mod tests;
