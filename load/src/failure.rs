//! Why a run could not be made.

use std::{error::Error, fmt, io};

/// What happened, why, and what to do, for a person.
#[derive(Debug)]
pub struct CannotRun(String);

impl CannotRun {
    /// In these words.
    #[must_use]
    pub fn because(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl fmt::Display for CannotRun {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl Error for CannotRun {}

impl From<io::Error> for CannotRun {
    fn from(error: io::Error) -> Self {
        Self(format!("the system refused: {error}"))
    }
}
