#![cfg_attr(not(feature = "shell"), no_std)]
#![forbid(unsafe_code)]
//! roomful: the chat server that can prove it did not lose your message.
//!
//! ```text
//!  bytes ──▶ dialect ──▶ Command ──▶ Event ──▶ ENGINE ──▶ Effects ──▶ fan-out ──▶ bytes
//! ```
//!
//! | part | is | may import |
//! |---|---|---|
//! | [`chat`] | the language: names, texts, commands, messages, refusals, limits | nothing of ours |
//! | [`engine`] | the machine: events in, effects out, nothing else | `chat` |
//! | [`dialect`] | the words of each door: bytes to commands, messages to bytes | `chat` |
//! | `shell` | the only code that does anything: sockets, clock, tasks, files | all of them |
//!
//! Engine and dialects never meet. Without the `shell` feature (on by default)
//! the crate is `no_std` + `alloc`, so that no clock, socket, thread or hash map
//! exists where the first three are compiled: purity is a compile error.

extern crate alloc;

pub mod chat;
pub mod dialect;
pub mod engine;
#[cfg(feature = "shell")]
pub mod shell;
