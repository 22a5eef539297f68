//! Small runs of every scenario against the real server, and against one that is
//! made to lose, double and swap lines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod faults;
mod program;
mod refusals;
mod relay;
mod scenarios;
mod server;
