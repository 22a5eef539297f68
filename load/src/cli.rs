//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{crowd::IN_FLIGHT_MAX, failure::CannotRun, net::tls::Tls, payload::SIZE_MIN};

/// Loads a chat server, and checks that it lost nothing.
///
/// Everybody hears every line once and in order, or the exit status is 1. It is 2
/// when the run could not be made.
#[derive(Clone, Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
pub struct Cli {
    /// What is done to the server
    #[command(subcommand)]
    pub scenario: Scenario,
}

const EXAMPLES: &str = "Examples:
  roomful --rate-burst 0 & roomful-load fanout --pid $!
                                     one room of 1,000, as fast as it goes
  roomful-load paced --rate 100      the same room at an even pace
  roomful-load fanout --json | jq .deliveries_per_second";

/// What is done to the server.
#[derive(Clone, Debug, Subcommand)]
pub enum Scenario {
    /// One room, as fast as it goes: each speaker keeps so many lines in flight
    Fanout(Fanout),
    /// One room, at an even pace, whether the server follows or not
    Paced(Paced),
    /// Many small rooms: the highest pace that is still quick, or a given one
    Rooms(Rooms),
    /// Many who come and say nothing: what each costs the server
    Idle(Idle),
    /// One room, of which some stop reading
    Slow(Slow),
    /// People who come, speak and go at once
    Churn(Churn),
}

/// One room, as fast as it goes.
#[derive(Clone, Debug, Args)]
pub struct Fanout {
    /// People in the room
    #[arg(long, default_value_t = 1000, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub members: u32,
    /// Those of them who speak
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub speakers: u32,
    /// Lines that each speaker keeps in flight: not yet heard by everybody
    #[arg(long, default_value_t = 16, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(IN_FLIGHT_MAX)))]
    pub in_flight: u32,
    /// What every scenario takes
    #[command(flatten)]
    pub common: Common,
}

/// One room, at an even pace.
#[derive(Clone, Debug, Args)]
pub struct Paced {
    /// People in the room
    #[arg(long, default_value_t = 1000, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub members: u32,
    /// Those of them who speak, in turn
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub speakers: u32,
    /// Lines a second
    #[arg(long, default_value_t = 100.0, value_name = "N", value_parser = rate)]
    pub rate: f64,
    /// What every scenario takes
    #[command(flatten)]
    pub common: Common,
}

/// Many small rooms.
#[derive(Clone, Debug, Args)]
pub struct Rooms {
    /// People in all rooms together; what does not fill a room is left out
    #[arg(long, default_value_t = 1000, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub people: u32,
    /// People in each room
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub room_size: u32,
    /// Lines a second in all rooms together; without it, the highest is searched
    #[arg(long, value_name = "N", value_parser = rate)]
    pub rate: Option<f64>,
    /// Milliseconds within which 99 of 100 deliveries have to come
    #[arg(long, default_value_t = 10.0, value_name = "N")]
    pub p99_ms: f64,
    /// What every scenario takes
    #[command(flatten)]
    pub common: Common,
}

/// Many who come and say nothing.
#[derive(Clone, Debug, Args)]
pub struct Idle {
    /// Connections; what does not fill a room is left out
    #[arg(long, default_value_t = 10_000, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    pub connections: u32,
    /// People in each room
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub room_size: u32,
    /// What every scenario takes
    #[command(flatten)]
    pub common: Common,
}

/// One room, of which some stop reading.
#[derive(Clone, Debug, Args)]
pub struct Slow {
    /// People in the room
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub members: u32,
    /// Those of them who stop reading, and do not speak
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub stuck: u32,
    /// Those of them who speak
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub speakers: u32,
    /// Lines that each speaker keeps in flight: not yet heard by all who read
    #[arg(long, default_value_t = 16, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(IN_FLIGHT_MAX)))]
    pub in_flight: u32,
    /// What every scenario takes
    #[command(flatten)]
    pub common: Common,
}

/// People who come, speak and go at once.
#[derive(Clone, Debug, Args)]
pub struct Churn {
    /// Those who come and go
    #[arg(long, default_value_t = 5000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=200_000))]
    pub connections: u32,
    /// How many of them are there at once
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub at_once: u32,
    /// People in each room, of whom one stays
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=50))]
    pub room_size: u32,
    /// Lines that each says before they go
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub lines: u32,
    /// What every scenario takes
    #[command(flatten)]
    pub common: Common,
}

/// What every scenario takes.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// Address and port of the server
    #[arg(long, default_value = "127.0.0.1:4000", value_name = "ADDR")]
    pub address: SocketAddr,
    /// Load a server on another machine, which must be yours
    #[arg(long)]
    pub allow_remote: bool,
    /// How long is measured
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub seconds: u64,
    /// Seconds before that, which are not measured
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=600))]
    pub warmup: u64,
    /// Bytes of each text that is said: 24 to 4000
    #[arg(long, default_value_t = 64, value_name = "BYTES", value_parser = size)]
    pub size: usize,
    /// Process id of the server, to measure its processor time and memory (Linux)
    #[arg(long, value_name = "PID")]
    pub pid: Option<u32>,
    /// One JSON object on standard output, and nothing else there
    #[arg(long)]
    pub json: bool,
    /// Connections that are made at once
    #[arg(long, default_value_t = 256, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub connecting: u32,
    /// Seconds without any sign of life after which the rest is given up
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=600))]
    pub patience: u64,
    /// Leave the lobby, in which everybody else stays
    #[arg(long)]
    pub leave_lobby: bool,
    /// Speak TLS with a server that has the certificate in this file (PEM)
    #[arg(long, value_name = "FILE")]
    pub tls: Option<PathBuf>,
    /// How the server is spoken to
    #[arg(long, value_enum, default_value_t = Wire::Text)]
    pub door: Wire,
    /// What the server is; all but roomful are for comparisons
    #[arg(long, value_enum, default_value_t = Peer::Roomful, hide = true)]
    pub peer: Peer,
}

/// How roomful is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Wire {
    /// Lines for people with `nc`
    Text,
}

/// What the server is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Peer {
    /// roomful
    Roomful,
    /// The ceiling that roomful is measured against
    Rawfan,
    /// Redis publish and subscribe
    Redis,
}

impl Scenario {
    /// What every scenario takes.
    #[must_use]
    pub fn common(&self) -> &Common {
        match self {
            Self::Fanout(fanout) => &fanout.common,
            Self::Paced(paced) => &paced.common,
            Self::Rooms(rooms) => &rooms.common,
            Self::Idle(idle) => &idle.common,
            Self::Slow(slow) => &slow.common,
            Self::Churn(churn) => &churn.common,
        }
    }
}

impl Common {
    /// How TLS is spoken, if it is.
    ///
    /// # Errors
    /// When the certificate cannot be read.
    pub(crate) fn tls(&self) -> Result<Option<Tls>, CannotRun> {
        let file = self.tls.as_deref();
        file.map(Tls::with_certificate).transpose()
    }
}

fn size(word: &str) -> Result<usize, String> {
    const SIZE_MAX: usize = 4000;
    match word.parse() {
        Ok(size) if (SIZE_MIN..=SIZE_MAX).contains(&size) => Ok(size),
        Ok(_) | Err(_) => Err(format!("a text has {SIZE_MIN} to {SIZE_MAX} bytes")),
    }
}

fn rate(word: &str) -> Result<f64, String> {
    const RATE_MAX: f64 = 1e7;
    match word.parse() {
        Ok(rate) if rate > 0.0 && rate <= RATE_MAX => Ok(rate),
        Ok(_) | Err(_) => Err(format!(
            "a rate is above 0 and up to {RATE_MAX} lines a second"
        )),
    }
}
