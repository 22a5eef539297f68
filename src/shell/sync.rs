//! What threads share memory by, in one place: `tests/interleavings` runs the code
//! that uses it on loom's twins of these, through every order of the threads.

pub(crate) use std::sync::atomic::AtomicBool;
pub(crate) use std::sync::{Mutex, MutexGuard};
