//! How a turn's messages get from the hub to the sockets.
//!
//! The hub fills a [`Turn`] and hands the same one to every [`Worker`]; each
//! worker alone owns the outboxes and write halves of its connections, and writes
//! once per connection what has accumulated. Per delivery there is no allocation,
//! channel send, wake or lock; what a slow reader costs is bounded, and what they
//! miss is counted and told.

mod backlog;
mod gauges;
mod link;
mod outbox;
mod report;
mod round;
mod slots;
mod stalls;
#[cfg(test)]
mod tests;
mod turn;
mod wait;
mod wake;
mod worker;

pub use gauges::Gauges;
pub use outbox::Bounds;
pub use report::Report;
pub use slots::{Slots, slot_of, worker_of};
pub use turn::Turn;
pub use worker::{Batch, Opened, Share, Worker};
