//! What threads share, through every order in which they can touch it.
//!
//! The product's own files are compiled here once more, on loom's twins of mutexes
//! and atomics instead of the standard library's: `crate::shell::sync` is the one
//! place where the two differ. Everything else that crosses threads does so by
//! tokio's channels, which are tested with loom where they are made.

mod gate;
mod wake;

/// Stands in for the module of that name in the server.
mod shell {
    pub(crate) mod sync {
        pub(crate) use loom::sync::atomic::AtomicBool;
        pub(crate) use loom::sync::{Mutex, MutexGuard};
    }
}
