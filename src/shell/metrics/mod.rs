//! What can be known of a server in numbers.
//!
//! Each part counts where things happen, into figures that it was given; a scrape
//! reads them and asks nobody. No label has the name of a room or a person: numbers
//! are kept for long, and in places that are read by many.
//!
//! ```text
//! admission ─▶ EntryFigures ─┐
//! hub ───────▶ HubFigures ───┤
//! workers ───▶ Gauges ───────┼─▶ Metrics ─▶ text (OpenMetrics)
//! keeper ────▶ HistoryFigures┤
//!              Certificate ──┘
//! ```

mod busy;
mod certificate;
mod entry;
mod exposition;
mod figure;
mod histogram;
mod history;
mod hub;
mod page;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub(crate) use busy::timed;
pub use certificate::Certificate;
pub(crate) use entry::EntryFigures;
pub use exposition::CONTENT_TYPE;
pub(crate) use figure::Figure;
pub(crate) use histogram::Tally;
pub use histogram::{Histogram, Reading};
pub(crate) use history::HistoryFigures;
pub(crate) use hub::{ClosedFigures, HubFigures, TurnCounts};

use super::Clock;
use super::fanout::Gauges;

/// The figures of one server. Cheap to clone: all clones are of the same figures.
#[derive(Clone, Debug)]
pub struct Metrics {
    clock: Clock,
    started: DateTime<Utc>,
    io_workers: usize,
    pub(crate) entry: Arc<EntryFigures>,
    pub(crate) hub: Arc<HubFigures>,
    pub(crate) gauges: Arc<Gauges>,
    /// Only where what is said is kept.
    pub(crate) history: Option<Arc<HistoryFigures>>,
    certificate: Arc<Certificate>,
}

impl Metrics {
    /// Those of a server that begins now.
    pub(crate) fn new(clock: Clock, io_workers: usize) -> Self {
        Self {
            clock,
            started: clock.now(),
            io_workers,
            entry: Arc::default(),
            hub: Arc::default(),
            gauges: Arc::default(),
            history: None,
            certificate: Arc::default(),
        }
    }

    /// Where whoever serves a certificate says until when it is valid.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// How many people are in now, and how many rooms are open.
    pub(crate) fn present(&self) -> (u64, u64) {
        (self.hub.people.get(), self.hub.rooms.get())
    }

    /// Whether nobody new is let in: there are as many connections as there may be.
    pub(crate) fn is_full(&self) -> bool {
        self.entry.places.get() >= self.entry.places_max.get()
    }

    /// Whether what is said cannot be kept at the moment.
    pub(crate) fn is_history_troubled(&self) -> bool {
        self.history
            .as_ref()
            .is_some_and(|history| history.is_troubled.get() > 0)
    }
}
