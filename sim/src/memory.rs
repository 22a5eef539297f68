//! The memory world: the real shell on an event-driven TCP of our own.
//!
//! Flow control by bytes, resets, half-closes, holds in either direction, power
//! loss and keepalive, under tokio's paused clock: a run takes as long as its
//! events take, however much time passes in it. Latency and cuts are functions of
//! the seed and of the place in the stream, so that taking one step out of a plan
//! does not reshuffle the rest.

mod ends;
mod net;
mod pipe;
mod world;

pub(crate) use ends::{ClientRead, ClientWrite, MemoryListener};
pub(crate) use net::Net;
pub(crate) use world::run;
