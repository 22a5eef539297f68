//! Golden transcripts: what people see, and what is made of what they type.

mod help;
mod messages;
mod samples;
mod spans;
mod typed;
