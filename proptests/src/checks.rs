//! What must hold for any input.

mod commands;
mod engine;
mod history;
mod messages;
mod naive_lines;
mod names;
mod stream;

pub use commands::command;
pub use engine::engine;
pub use history::{kept, way_on};
pub use messages::{members, message};
pub use names::names;
pub use stream::text_stream;
