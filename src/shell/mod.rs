//! The only code that does anything: sockets, clock, tasks, files.
//!
//! Thin. Everything that a simulation must replace comes in as a value (the
//! [`Listener`], the clock), and the same code runs in production and there.
//!
//! ```text
//! accept ─▶ hub ─▶ fanout        accept: who may connect (admission)
//!            ▲                   connection: reads, decodes, hands over
//!        connection              hub: owns the engine, works in turns
//!                                fanout: outboxes, writes
//! ```

mod accept;
pub mod admin;
mod admission;
mod banner;
pub mod cli;
mod clock;
mod config;
mod connection;
mod data_dir;
pub mod descriptors;
mod doors;
pub mod fanout;
mod hub;
mod keeper_thread;
mod listener;
pub mod logging;
pub mod metrics;
mod orders;
mod reload;
mod server;
mod signals;
mod stage;
pub mod store;
mod sync;
pub mod systemd;
mod tcp;
pub mod tls;

pub use banner::{Listening, banner};
pub use clock::Clock;
pub use config::{Config, Durability, HistoryConfig, Tuning};
pub use data_dir::{NoDataDir, Place};
pub use doors::{DoorError, Doors};
pub use hub::Inspection;
pub use keeper_thread::{KeepError, KeeperThread, keep};
pub use listener::{Listener, ReadHalf};
pub use orders::Orders;
pub use reload::Reload;
pub use server::{Handle, Server};
pub use signals::{Hangups, Signals};
pub use stage::{Outcome, Stage};
pub use tcp::{BindError, TcpListener, TcpRead, TcpWrite};
