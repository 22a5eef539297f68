//! The pure side of roomful against any input.
//!
//! [`checks`] are plain functions that panic when something that must hold does
//! not. Properties (`tests/properties`), fuzz targets (`fuzz/`) and the replay
//! of the fuzz corpus (`tests/fuzz_corpus.rs`) all call them, so that what one of
//! them finds the others keep. [`promises`] are properties of whole [`history`]s,
//! judged from what people were told ([`watch`]). [`inputs`] makes inputs that reach
//! the interesting places; [`model`] is the chat in a few hundred naive lines, which the engine has
//! to agree with; [`dice`] draw from a seed.

pub mod checks;
pub mod dice;
pub mod fuzzed;
pub mod history;
pub mod inputs;
pub mod model;
pub mod promises;
pub mod watch;
