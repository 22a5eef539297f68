//! The bounded line buffer.
