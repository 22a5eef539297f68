//! The language: the nouns and sentences that people, engine and dialects share.
//!
//! Validation only, and once: what exists as one of these types is well formed.
//! Imports nothing of ours.

mod command;
mod history;
mod ids;
mod limits;
mod message;
mod names;
mod refusal;
mod text;

#[cfg(test)]
mod tests;

pub use command::Command;
pub use history::{Findings, GapCause, HistoryPage, Kept, PageEnd, Span, Tail};
pub use ids::{ConnId, RoomId, Seq, Tag, TagTooLong, UserId};
pub use limits::Limits;
pub use message::{Company, Departure, Message, Missed, RoomInfo, TopicInfo, Traffic};
pub use names::{NameError, Nickname, RoomName};
pub use refusal::Refusal;
pub use text::Text;
