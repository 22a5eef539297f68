//! What is to happen, as plain data: the same plan runs in any world.

mod text;

use std::time::Duration;

use crate::atlas::FaultKind;
use crate::settings::Settings;

pub use text::ParseError;

/// A whole run: who does what when, and what goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// A name for people.
    pub name: String,
    /// For latencies and cuts, and whatever the plan was drawn from.
    pub seed: u64,
    /// What the server and the network are like.
    pub settings: Settings,
    /// Everybody, by number.
    pub people: Vec<PersonPlan>,
    /// What strikes when, in order.
    pub faults: Vec<(Duration, Fault)>,
    /// When everybody has gone, and the server is looked at and stopped.
    pub ends_at: Duration,
}

/// What one person does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonPlan {
    /// The client host they sit on.
    pub host: usize,
    /// One thing after the other; at the end the connection is closed.
    pub script: Vec<Step>,
}

/// One thing that a person does. What asks for a connection is nothing when there
/// is none, so that any part of a script can be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Waits until this moment of the run.
    At(Duration),
    /// Waits for so long.
    Wait(Duration),
    /// Connects, and reads from then on.
    Connect,
    /// Types a line.
    Say(String),
    /// Types a line, one byte each millisecond.
    Dribble(String),
    /// Sends bytes that are no line.
    Send(Vec<u8>),
    /// Waits until a line holds these words.
    Hear(String),
    /// Reads nothing from now on.
    StopReading,
    /// Reads so many bytes each millisecond from now on.
    ReadSlowly(usize),
    /// Reads everything again.
    ReadOn,
    /// Ends the input (a half-close), and reads on.
    EndInput,
    /// Waits until the server closes.
    HearOut,
    /// Asks history for what they were last told that they have skipped.
    FetchSkipped,
    /// Closes the connection.
    Close,
    /// Closes the connection by a reset.
    Reset,
    /// Goes without a word: power loss. No packet comes from there again.
    Vanish,
    /// The machine starts anew and knows nothing of the connection: whatever
    /// comes for it is answered by a reset.
    Reboot,
}

/// Something that goes wrong, or is done to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing passes between a client host and the server.
    Hold(usize, Way),
    /// What was held passes.
    Release(usize, Way),
    /// All processes of a client host die; the system closes their connections.
    Crash(usize),
    /// The power of a client host fails: no packet comes from there again.
    PowerLoss(usize),
    /// The network resets the connection of a person, at both ends.
    Cut(usize),
    /// The connection of a person falls silent for ever.
    Silence(usize),
    /// The next so many connections cannot be accepted (out of descriptors).
    AcceptErrors(u32),
    /// The server's process does not run for so long (SIGSTOP).
    Pause(Duration),
    /// The server's process is killed.
    Kill,
    /// It is started again.
    Restart,
    /// The operator stops the server.
    Stop,
    /// The disk is full for so long: every commit fails, and nothing is written.
    DiskFull(Duration),
    /// For so long (first), everything on the disk takes so much longer (second).
    DiskSlow(Duration, Duration),
    /// The next so many commits fail, and nothing is written.
    DiskErrors(u32),
    /// The next so many commits are durable, and answered as if they had failed.
    DiskTorn(u32),
    /// The next so many reads fail.
    DiskUnreadable(u32),
    /// Each of the next so many commits cannot ever keep its first line, which is
    /// named in the answer.
    DiskRefuses(u32),
}

impl Fault {
    /// What the atlas calls it; of what is lifted, and of who is started again, what
    /// has been lifted.
    #[must_use]
    pub fn kind(&self) -> FaultKind {
        match self {
            Self::Hold(_, Way::Both) | Self::Release(_, Way::Both) => FaultKind::Hold,
            Self::Hold(..) | Self::Release(..) => FaultKind::OneWayHold,
            Self::Crash(_) => FaultKind::Crash,
            Self::PowerLoss(_) | Self::Silence(_) => FaultKind::PowerLoss,
            Self::Cut(_) => FaultKind::Reset,
            Self::AcceptErrors(_) => FaultKind::AcceptError,
            Self::Pause(_) => FaultKind::Pause,
            Self::Kill | Self::Restart => FaultKind::ServerKill,
            Self::Stop => FaultKind::Shutdown,
            Self::DiskFull(_) => FaultKind::DiskFull,
            Self::DiskSlow(..) => FaultKind::DiskSlow,
            Self::DiskErrors(_) => FaultKind::DiskError,
            Self::DiskTorn(_) => FaultKind::DiskTorn,
            Self::DiskUnreadable(_) => FaultKind::DiskUnreadable,
            Self::DiskRefuses(_) => FaultKind::DiskRefusal,
        }
    }
}

/// In which direction nothing passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// In both.
    Both,
    /// From the client to the server.
    In,
    /// From the server to the client.
    Out,
}

impl Way {
    /// Whether it covers the direction from the client to the server.
    #[must_use]
    pub fn is_in(self) -> bool {
        matches!(self, Self::Both | Self::In)
    }

    /// Whether it covers the direction from the server to the client.
    #[must_use]
    pub fn is_out(self) -> bool {
        matches!(self, Self::Both | Self::Out)
    }
}

impl Plan {
    /// A plan without people.
    #[must_use]
    pub fn new(name: &str, seed: u64) -> Self {
        Self {
            name: name.into(),
            seed,
            settings: Settings::default(),
            people: Vec::new(),
            faults: Vec::new(),
            ends_at: Duration::ZERO,
        }
    }

    /// Adds somebody.
    pub fn person(&mut self, host: usize, script: Vec<Step>) {
        self.people.push(PersonPlan { host, script });
    }

    /// Adds something that goes wrong, in its place by time.
    pub fn fault(&mut self, at: Duration, fault: Fault) {
        let place = self.faults.partition_point(|(other, _)| *other <= at);
        self.faults.insert(place, (at, fault));
    }

    /// How many client hosts there are.
    #[must_use]
    pub fn hosts(&self) -> usize {
        let of_people = self.people.iter().map(|person| person.host + 1).max();
        of_people.unwrap_or(0)
    }

    /// How many steps and faults there are, waiting not counted.
    #[must_use]
    pub fn size(&self) -> usize {
        let is_doing = |step: &&Step| !matches!(step, Step::At(_) | Step::Wait(_));
        let steps = |person: &PersonPlan| person.script.iter().filter(is_doing).count();
        self.people.iter().map(steps).sum::<usize>() + self.faults.len()
    }
}
