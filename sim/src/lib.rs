//! The real server on a simulated network.
//!
//! A [`Plan`] says who connects when, what they say, how they leave, and which
//! faults strike when. A [`world`] runs it with the real shell and the real engine
//! on `turmoil` hosts and gives a [`Run`]: everything that every client heard, and
//! what the server was like at the end. An [`oracle`] judges the run from what the
//! clients heard. [`scenarios`] are plans by name, and plans drawn from a seed.
//!
//! ```
//! let plan = sim::scenarios::join(7);
//! let run = sim::run(&plan);
//! sim::oracle::judge(&plan, &run).unwrap();
//! ```

mod dice;
mod net;
pub mod oracle;
mod person;
mod plan;
pub mod scenarios;
mod trace;
pub mod world;

pub use dice::Dice;
pub use plan::{Fault, PersonPlan, Plan, Step};
pub use trace::{Heard, Trace, fingerprint};
pub use world::{Run, run};
