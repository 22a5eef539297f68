//! The pure side of roomful against any input.
//!
//! [`checks`] are plain functions that panic when something that must hold does
//! not. Properties (`tests/properties.rs`), fuzz targets (`fuzz/`) and the replay
//! of the fuzz corpus (`tests/fuzz_corpus.rs`) all call them, so that what one of
//! them finds the others keep. [`inputs`] makes inputs that reach the interesting
//! places.

pub mod checks;
pub mod fuzzed;
pub mod inputs;
pub mod model;
