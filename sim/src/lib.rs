//! The real server on simulated networks.
//!
//! A [`Plan`] says who connects when, what they say, how they go, and which faults
//! strike when. A [`World`] runs it with the real shell and the real engine and
//! gives a [`Run`]: everything that happened, in order.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a trace is read by looking for some of its many kinds of event"
)]

mod atlas;
mod certificate;
mod check;
pub mod conformance;
pub mod corpus;
mod disk;
pub mod engine_world;
mod heap;
mod kernel;
mod ledger;
mod logs;
mod memory;
pub mod oracle;
mod person;
mod plan;
pub mod report;
pub mod scenarios;
mod serving;
mod settings;
mod shrink;
mod sometimes;
pub mod swarm;
pub mod sweep;
mod trace;
mod turmoil_world;
mod world;

pub use atlas::{ATLAS, FaultKind, PHASES, Phase};
pub use check::{Tally, Times, check, run_safely};
pub use disk::Archive;
pub use ledger::{Cell, Ledger};
pub use oracle::{Oracle, Violation};
pub use plan::{Fault, ParseError, PersonPlan, Plan, Step, Way};
pub use settings::{Key, Settings};
pub use shrink::{Shrunk, shrink};
pub use sometimes::Sometimes;
pub use trace::{Deed, Disk, Door, Event, HowEnded, Life, Log, What, Wire, fingerprint};
pub use world::{Held, Run, World, run};
