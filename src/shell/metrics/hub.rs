//! What the hub knows and does.

use super::{Figure, Histogram, Tally};

/// Brought up to date by the hub at the end of each turn; how connections end, at once.
#[derive(Debug, Default)]
pub(crate) struct HubFigures {
    /// People who are in, now.
    pub(crate) people: Figure,
    /// Rooms that are open, now.
    pub(crate) rooms: Figure,
    /// Batches of lines that wait for the hub, at the end of its latest turn.
    pub(crate) inbound_queue: Figure,
    /// Lines and actions said in rooms, ever.
    pub(crate) said: Figure,
    /// Private messages, ever.
    pub(crate) whispered: Figure,
    /// Requests that were handled: what is said, and every other command.
    pub(crate) requests: Figure,
    /// Messages for people in rooms, counted for each of them.
    pub(crate) deliveries: Figure,
    /// Bytes that came from people.
    pub(crate) bytes_in: Figure,
    /// Requests after which somebody was over their rate, and had to wait.
    pub(crate) rate_delays: Figure,
    /// Connections that ended, by why.
    pub(crate) closed: ClosedFigures,
    /// How long one event took: the engine, its effects into the turn, and the hub until
    /// the next event.
    pub(crate) engine_step: Histogram,
    /// Time in which the hub was at work.
    pub(crate) busy: Figure,
}

/// Connections that ended, by why.
#[derive(Debug, Default)]
pub(crate) struct ClosedFigures {
    /// By `/quit`.
    pub(crate) quit: Figure,
    /// Their input ended.
    pub(crate) input_ended: Figure,
    /// Broken off.
    pub(crate) reset: Figure,
    /// The system has given them up.
    pub(crate) timed_out: Figure,
    /// They took nothing for the stall timeout.
    pub(crate) stalled: Figure,
    /// The server stopped.
    pub(crate) shutdown: Figure,
    /// The server had a fault of its own.
    pub(crate) server_failed: Figure,
}

/// What was counted in a turn, for every line: plain numbers, which are added to the
/// figures at its end.
#[derive(Debug, Default)]
pub(crate) struct TurnCounts {
    pub(crate) requests: u64,
    pub(crate) deliveries: u64,
    pub(crate) bytes_in: u64,
    pub(crate) rate_delays: u64,
    pub(crate) steps: Tally,
}

impl HubFigures {
    /// Adds what was counted in a turn, and begins anew.
    pub(crate) fn add(&self, counts: &mut TurnCounts) {
        let TurnCounts {
            requests,
            deliveries,
            bytes_in,
            rate_delays,
            steps,
        } = counts;
        self.requests.add(std::mem::take(requests));
        self.deliveries.add(std::mem::take(deliveries));
        self.bytes_in.add(std::mem::take(bytes_in));
        self.rate_delays.add(std::mem::take(rate_delays));
        self.engine_step.add(steps);
    }
}
