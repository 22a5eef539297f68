//! Names and texts: what is accepted, what is refused, what is the same.

mod names;
mod text;
