//! What is to happen, as plain data.

use std::time::Duration;

use roomful::shell::Config;

/// A whole run: who does what when, and what goes wrong.
#[derive(Clone, Debug)]
pub struct Plan {
    /// A name for people.
    pub name: &'static str,
    /// For latencies, and whatever the plan was drawn from.
    pub seed: u64,
    /// The server's configuration.
    pub config: Config,
    /// Everybody, by number.
    pub people: Vec<PersonPlan>,
    /// What strikes when, in order.
    pub faults: Vec<(Duration, Fault)>,
    /// When everybody has gone, and the server is looked at and stopped.
    pub ends_at: Duration,
}

/// What one person does.
#[derive(Clone, Debug)]
pub struct PersonPlan {
    /// The client host they sit on.
    pub host: usize,
    /// One thing after the other; at the end the connection is closed.
    pub script: Vec<Step>,
}

/// One thing that a person does.
#[derive(Clone, Debug)]
pub enum Step {
    /// Connects. The first step but for waiting.
    Connect,
    /// Waits, and reads meanwhile.
    Wait(Duration),
    /// Types a line.
    Say(String),
    /// Reads until a line holds these words.
    Hear(String),
    /// Ends the input, and reads until the server closes.
    EndInput,
    /// Reads until the server closes.
    HearOut,
    /// Vanishes with bytes unread: the other side sees a reset.
    Reset,
}

/// Something that goes wrong.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// Nothing passes between a client host and the server.
    Hold(usize),
    /// What was held passes.
    Release(usize),
    /// All processes of a client host die.
    Crash(usize),
    /// The operator stops the server.
    Stop,
}

impl Plan {
    /// A plan without people, for a server whose limits do not matter.
    #[must_use]
    pub fn new(name: &'static str, seed: u64) -> Self {
        let mut config = Config {
            // The hosts of this network are no loopback.
            connections_per_address_max: 10_000,
            connect_burst: 10_000,
            // One, so that a run is the same each time.
            io_workers: 1,
            ..Config::default()
        };
        config.limits.rate_burst = 0;
        Self {
            name,
            seed,
            config,
            people: Vec::new(),
            faults: Vec::new(),
            ends_at: Duration::ZERO,
        }
    }

    /// Adds somebody.
    pub fn person(&mut self, host: usize, script: Vec<Step>) {
        self.people.push(PersonPlan { host, script });
    }

    /// How many client hosts there are.
    #[must_use]
    pub fn hosts(&self) -> usize {
        self.people
            .iter()
            .map(|person| person.host + 1)
            .max()
            .unwrap_or(0)
    }
}
