//! Golden transcripts: what people see, and what is made of what they type.

mod messages;
mod samples;
mod typed;
