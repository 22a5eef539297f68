//! What is done to a history without a server, or beside one.
//!
//! Exports and backups only read, also while a server runs. Erasing is a change, and
//! so takes the directory's lock.

mod backup;
mod erase;
mod export;

#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::StoreError;
use super::sqlite::{OpenError, explain, place};

pub use backup::backup;
pub use erase::erase;
pub use export::{ExportFilter, ExportFormat, export};

/// Why something could not be done to a history.
#[derive(Debug, thiserror::Error)]
pub enum OfflineError {
    /// There is no history in the directory.
    #[error(
        "{} has no history in it. Name the directory that the server keeps it in.",
        dir.display()
    )]
    Missing {
        /// The directory.
        dir: PathBuf,
    },
    /// The file to write exists.
    #[error("{} exists already, and is left as it is. Choose another name.", file.display())]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// The file cannot be written.
    #[error(
        "{} cannot be written: {source}. See whether its directory exists, may be written, and \
         has space.",
        file.display()
    )]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// What was read could not be passed on.
    #[error("what was read could not be written: {0}. See where the output goes.")]
    Output(#[from] io::Error),
    /// Somebody reads the files.
    #[error(
        "what was said is taken back, but the words are still in the files: an export or a backup \
         reads them. End it, and run this again."
    )]
    BeingRead,
    /// The directory cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database makes trouble.
    #[error(transparent)]
    Trouble(#[from] StoreError),
}

/// The database in a directory, which there must be.
fn existing(dir: &Path) -> Result<PathBuf, OfflineError> {
    let file = place::database(dir);
    if place::is_ours(&file)? {
        return Ok(file);
    }
    Err(OfflineError::Missing {
        dir: dir.to_owned(),
    })
}

/// A connection on which nothing is written but what a crash left in the log. It may
/// write all the same: one that may not would leave files behind that no server could
/// remove.
fn reader(dir: &Path) -> Result<(Connection, PathBuf), OfflineError> {
    let file = existing(dir)?;
    Ok((place::open(&file)?, file))
}

/// What goes wrong on the way from a database to somewhere else.
enum Failure {
    Database(rusqlite::Error),
    Output(io::Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Failure {
    fn explain(self, file: &Path, what: &str) -> OfflineError {
        match self {
            Self::Database(error) => explain(file, what, &error).into(),
            Self::Output(error) => error.into(),
        }
    }
}
