//! The machine: events in, effects out, and nothing else.
//!
//! One function of its events: no clock, no chance, no I/O, no hash order.
//! Imports `chat` alone.

mod effect;
mod event;

pub use effect::{Effect, Effects};
pub use event::{Ending, Event};

use crate::chat::Limits;
/// The engine.
#[derive(Clone, Debug)]
pub struct Engine {}
impl Engine {
    /// An empty server.
    pub fn new(_limits: Limits) -> Self {
        Self {}
    }
    /// Handles.
    pub fn handle(
        &mut self,
        _now: chrono::DateTime<chrono::Utc>,
        _event: Event,
        _effects: &mut Effects,
    ) {
    }
}
