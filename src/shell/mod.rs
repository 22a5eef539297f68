//! The only code that does anything: sockets, clock, tasks, files.
//!
//! Thin. Everything that a simulation must replace comes in as a value (the
//! [`Listener`], the clock), and the same code runs in production and there.

pub mod accept;
pub mod admission;
mod banner;
pub mod cli;
mod config;
pub mod descriptors;
pub mod fanout;
mod listener;
pub mod logging;
mod signals;
mod tcp;

pub use banner::banner;
pub use config::Config;
pub use listener::{Listener, ReadHalf};
pub use signals::{Signals, StopRequests};
pub use tcp::{BindError, TcpListener, TcpRead};
