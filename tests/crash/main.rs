//! The real server on a real disk: killed at any moment, and without space.
//!
//! `CRASH_ROUNDS=50 cargo test --test crash` kills it fifty times in each mode.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(
    clippy::disallowed_methods,
    reason = "the real program runs in real time, and is killed at a moment of it"
)]

mod bad_disk;
mod crowd;
mod export;
mod full_disk;
mod kill;
mod late;
#[expect(
    dead_code,
    reason = "shared with another test program, which uses all of it"
)]
#[path = "../command_line/person.rs"]
mod person;
#[expect(
    dead_code,
    reason = "shared with another test program, which uses all of it"
)]
#[path = "../command_line/process.rs"]
mod process;
