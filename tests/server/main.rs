//! The real server over real loopback TCP: what people with `nc` would notice.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod admin;
mod crowd;
mod departures;
mod fault;
mod history;
mod history_trouble;
mod hostile;
mod limits;
mod metrics;
mod paste;
mod shutdown;
mod slow_reader;
mod support;
mod talk;
mod tls;
