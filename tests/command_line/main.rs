//! The program as an operator sees it: flags, first lines, signals, logs, status.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod admin;
mod configuration;
mod flags;
mod foreign;
mod help;
mod history;
mod json;
mod logs;
mod offline;
mod person;
mod process;
mod reload;
mod service_manager;
mod serving;
mod signals;
mod tls;
mod whereabouts;
