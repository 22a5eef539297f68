//! How long deliveries take, from the sender's clock to a listener's read.

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::payload::Line;

/// A delivery that takes longer counts as one that takes so many microseconds.
const MICROSECONDS_MAX: u64 = 600_000_000;

/// Samples of latencies, to a thousandth.
pub(crate) struct Latency {
    histogram: Histogram<u64>,
    /// One delivery in so many is sampled; a power of two, less one.
    mask: u32,
}

/// Latencies in milliseconds.
#[derive(Clone, Copy, PartialEq, Default, Debug, Serialize)]
pub(crate) struct Percentiles {
    pub(crate) p50: f64,
    pub(crate) p90: f64,
    pub(crate) p99: f64,
    pub(crate) p999: f64,
    pub(crate) max: f64,
}

impl Default for Latency {
    fn default() -> Self {
        let histogram = Histogram::new_with_bounds(1, MICROSECONDS_MAX, 3);
        Self {
            histogram: histogram.expect("these bounds are sound"),
            mask: 0,
        }
    }
}

impl Latency {
    /// Samples one delivery in eight from now on.
    pub(crate) fn thin_out(&mut self) {
        self.mask = 7;
    }

    /// Forgets what was sampled.
    pub(crate) fn reset(&mut self) {
        self.histogram.reset();
    }

    /// A member heard a line. Which lines are sampled differs from member to
    /// member, so that no place in a write is preferred.
    #[inline]
    pub(crate) fn sample(&mut self, member: usize, line: Line, now: u64) {
        if (line.number.wrapping_add(member as u32)) & self.mask == 0 {
            let microseconds = now.saturating_sub(line.sent) / 1000;
            self.histogram.saturating_record(microseconds);
        }
    }

    pub(crate) fn percentiles(&self) -> Percentiles {
        let at = |share| milliseconds(self.histogram.value_at_quantile(share));
        Percentiles {
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: milliseconds(self.histogram.max()),
        }
    }
}

fn milliseconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1000.0
}
