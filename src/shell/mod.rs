//! The only code that does anything: sockets, clock, tasks, files.
//!
//! Thin. Everything that a simulation must replace comes in as a value (the
//! [`Listener`], the clock), and the same code runs in production and there.

mod config;
pub mod fanout;
mod listener;

pub use config::Config;
pub use listener::{Listener, ReadHalf};
