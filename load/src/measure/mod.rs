//! What is measured: deliveries, latencies, and the time that processors spend.

mod latency;
mod process;
mod window;

pub(crate) use latency::{Latency, Percentiles};
pub(crate) use process::{Process, socket_memory};
pub(crate) use window::{Counters, Figures, Moment};
