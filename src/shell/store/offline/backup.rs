//! A copy of a history.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use super::{Failure, OfflineError, reader};
use crate::shell::store::sqlite::place;

/// Copies the history in a directory to a new file, as it is at this moment, also while
/// a server runs. Named `roomful.db` and put in a directory of its own, the copy is a
/// history. How many bytes it has.
///
/// # Errors
/// When the file exists or cannot be written, there is no history, or it cannot be read.
pub fn backup(dir: &Path, file: &Path) -> Result<u64, OfflineError> {
    let (connection, database) = reader(dir)?;
    let at = |source| OfflineError::Unwritable {
        file: file.to_owned(),
        source,
    };
    // Made first: nobody else may read it, and nothing is written over.
    match place::private(OpenOptions::new().write(true).create_new(true)).open(file) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(OfflineError::Exists {
                file: file.to_owned(),
            });
        }
        Err(error) => return Err(at(error)),
    }
    copy(&connection, file).map_err(|failure| {
        // Half a copy would pass for a whole one.
        let _ = fs::remove_file(file);
        match failure {
            Failure::Database(_) => failure.explain(&database, "The history could not be copied"),
            Failure::Output(error) => at(error),
        }
    })
}

fn copy(connection: &rusqlite::Connection, file: &Path) -> Result<u64, Failure> {
    let target = file.to_str().ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidFilename,
            "its name is not UTF-8, which the database needs",
        )
    })?;
    // What begins with `file:` would be taken for a URI.
    let target = if Path::new(target).is_relative() {
        format!("./{target}")
    } else {
        target.to_owned()
    };
    connection.execute("VACUUM INTO ?1", [target])?;
    // The database does not wait for the disk when it makes copies.
    let copy = File::options().write(true).open(file)?;
    copy.sync_all()?;
    let parent = file.parent().filter(|dir| !dir.as_os_str().is_empty());
    place::sync_directory(parent.unwrap_or(Path::new(".")))?;
    Ok(copy.metadata()?.len())
}
