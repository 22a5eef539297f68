#![forbid(unsafe_code)]
//! Loads a roomful server, and checks that it lost nothing.
//!
//! ```text
//! scenario ─▶ crowd ─▶ net ─▶ sockets      what is done, by whom, over what
//!               │
//!              hall ─▶ door, payload        what is heard, and what it means
//!               ├────▶ check                whether that is everything, in order
//!               └────▶ measure              how much, how fast
//! ```
//!
//! One thread does it all, and spends some tens of nanoseconds on a delivery: the
//! server has to be the limit.

mod check;
pub mod cli;
mod crowd;
mod door;
mod failure;
mod measure;
mod names;
mod net;
mod payload;
mod progress;
mod report;
mod scenario;
mod table;

pub use failure::CannotRun;
pub use report::Report;
pub use scenario::run;
pub use table::{table, warnings};
