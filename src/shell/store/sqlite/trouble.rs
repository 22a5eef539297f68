//! What went wrong, in words for operators.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::shell::store::StoreError;

/// Why a directory cannot be used as a store.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A server is running on it.
    #[error(
        "{} is in use by another roomful. Stop that one, or choose another directory.",
        dir.display()
    )]
    InUse {
        /// The directory.
        dir: PathBuf,
    },
    /// It cannot be made, or something in it cannot be read or written.
    #[error(
        "{} cannot be used: {source}. Give the user that roomful runs as the right to read and \
         write there, or choose another directory.",
        path.display()
    )]
    Unusable {
        /// The directory or file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is a file of this name that we did not make.
    #[error(
        "{} is not roomful's: {what}. It is left as it is; move it away, or choose another \
         directory.",
        file.display()
    )]
    Foreign {
        /// The file.
        file: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// A newer program made the database.
    #[error(
        "{} was made by a newer roomful (format {version}; this one knows {known}). It is left \
         as it is; run that roomful, or restore a backup from before.",
        file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its version.
        version: u32,
        /// The newest version that is known here.
        known: u32,
    },
    /// A write-ahead log without its database.
    #[error(
        "{} is there, but not the database that it belongs to. Put that back beside it, or move \
         this file away.",
        file.display()
    )]
    Orphan {
        /// The log.
        file: PathBuf,
    },
    /// The database itself makes trouble.
    #[error(transparent)]
    Trouble(#[from] StoreError),
}

impl OpenError {
    pub(super) fn unusable(path: &Path, source: io::Error) -> Self {
        Self::Unusable {
            path: path.to_owned(),
            source,
        }
    }
}

/// A sentence on what could not be done with a file, why, and what to do.
pub(in crate::shell::store) fn explain(
    file: &Path,
    what: &str,
    error: &rusqlite::Error,
) -> StoreError {
    let file = file.display();
    let why = match error.sqlite_error_code() {
        Some(code) => reason(code),
        None => None,
    };
    StoreError(match why {
        Some((why, remedy)) => format!("{what}: {file} {why}. {remedy}."),
        None => format!("{what}: {file}: {error}. Please report this."),
    })
}

/// The troubles that operators can do something about, as the end of a sentence that
/// begins with the file, and what to do.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the database's list of errors is open"
)]
fn reason(code: ErrorCode) -> Option<(&'static str, &'static str)> {
    Some(match code {
        ErrorCode::DiskFull => (
            "is on a disk that is full, or has reached its quota",
            "Free some space there",
        ),
        ErrorCode::SystemIoFailure => (
            "could not be read or written by the system",
            "Look at the disk and the system's log",
        ),
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => (
            "may not be written",
            "Give the user that roomful runs as the right to write it and its directory",
        ),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => (
            "is locked by another program",
            "End the program that works on it",
        ),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            ("is damaged", "Restore a backup, and look at the disk")
        }
        ErrorCode::CannotOpen => (
            "cannot be opened",
            "See whether its directory exists and may be written",
        ),
        ErrorCode::OutOfMemory => (
            "needs more memory than there is",
            "Give the server more memory",
        ),
        _ => return None,
    })
}
