//! The directory of a store: its lock, its database file.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::schema::{self, APPLICATION_ID, STEPS};
use super::trouble::{OpenError, explain};

/// The database's name in the directory.
const DATABASE: &str = "roomful.db";
/// Under this name a new database is made, until it is whole.
const UNFINISHED: &str = "roomful.db.new";
/// Whoever has this file locked may write to the directory.
const LOCK: &str = "roomful.lock";
/// Nobody else writes; a reader that is the last to leave may lock for a moment.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(2);
/// What every SQLite database begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// The database in a directory.
pub(in crate::shell::store) fn database(dir: &Path) -> PathBuf {
    dir.join(DATABASE)
}

/// Makes the directory if need be, with nobody else's eyes in it.
pub(super) fn make(dir: &Path) -> Result<(), OpenError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(dir)
        .map_err(|source| OpenError::unusable(dir, source))
}

/// Keeps others from writing to the directory, for as long as the file lives.
pub(in crate::shell::store) fn lock(dir: &Path) -> Result<File, OpenError> {
    let path = dir.join(LOCK);
    let file = private(OpenOptions::new().create(true).write(true))
        .open(&path)
        .map_err(|source| OpenError::unusable(&path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse {
            dir: dir.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(OpenError::unusable(&path, source)),
    }
}

/// Whether a file is a database of ours; `false` if there is none. It is only looked
/// at: SQLite itself would make files beside it.
pub(in crate::shell::store) fn is_ours(file: &Path) -> Result<bool, OpenError> {
    let foreign = |what| {
        let file = file.to_owned();
        Err(OpenError::Foreign { file, what })
    };
    let mut header = [0; 100];
    match File::open(file).and_then(|mut file| file.read_exact(&mut header)) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            return foreign("it is not a database");
        }
        Err(source) => return Err(OpenError::unusable(file, source)),
    }
    let word = |at: usize| {
        let bytes = header[at..at + 4].try_into();
        u32::from_be_bytes(bytes.expect("a slice of four bytes"))
    };
    if !header.starts_with(MAGIC) {
        return foreign("it is not a database");
    }
    if word(68) != APPLICATION_ID {
        return foreign("it is another program's database");
    }
    check_version(file, word(60)).map(|()| true)
}

/// Makes a new database, which is there only when it is whole.
pub(super) fn create(dir: &Path) -> Result<(), OpenError> {
    for suffix in ["-wal", "-journal"] {
        let file = dir.join(format!("{DATABASE}{suffix}"));
        if file.exists() {
            return Err(OpenError::Orphan { file });
        }
    }
    let unfinished = dir.join(UNFINISHED);
    let at = |source| OpenError::unusable(&unfinished, source);
    for suffix in ["", "-wal", "-shm", "-journal"] {
        match fs::remove_file(dir.join(format!("{UNFINISHED}{suffix}"))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(error)),
            Ok(()) | Err(_) => {}
        }
    }
    let mut options = OpenOptions::new();
    private(options.create_new(true).write(true))
        .open(&unfinished)
        .map_err(at)?;
    fill(&unfinished).map_err(|error| {
        let what = "A database for the history could not be made";
        explain(&unfinished, what, &error)
    })?;
    fs::rename(&unfinished, database(dir))
        .and_then(|()| sync_directory(dir))
        .map_err(at)
}

/// Opens a database of ours for writing, and makes it the newest version.
pub(in crate::shell::store) fn connect(file: &Path) -> Result<Connection, OpenError> {
    let mut connection = open(file)?;
    settle(&mut connection).map_err(|error| trouble(file, &error))?;
    Ok(connection)
}

/// Opens a database of ours, if it is of a version that is known.
pub(in crate::shell::store) fn open(file: &Path) -> Result<Connection, OpenError> {
    let failed = |error| trouble(file, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    // A crash may have left the version in the write-ahead log alone.
    let version = schema::version(&connection).map_err(failed)?;
    check_version(file, version)?;
    Ok(connection)
}

/// Makes a file that nobody else may read.
pub(in crate::shell::store) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Makes sure that names in a directory outlive a power cut.
pub(in crate::shell::store) fn sync_directory(dir: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}

fn check_version(file: &Path, version: u32) -> Result<(), OpenError> {
    let known = u32::try_from(STEPS.len()).expect("a few steps");
    if version <= known {
        return Ok(());
    }
    Err(OpenError::Newer {
        file: file.to_owned(),
        version,
        known,
    })
}

fn fill(file: &Path) -> rusqlite::Result<()> {
    let mut connection = Connection::open(file)?;
    // Only before there are tables.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    settle(&mut connection)?;
    connection.close().map_err(|(_, error)| error)
}

/// What holds for a connection that writes.
///
/// The write-ahead log is copied to the database by housekeeping; only if that never
/// has its turn, by a commit.
fn settle(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -8000;
         PRAGMA wal_autocheckpoint = 8000;
         PRAGMA journal_size_limit = 8388608;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    if schema::version(connection)? < u32::try_from(STEPS.len()).expect("a few steps") {
        schema::migrate(connection, STEPS)?;
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    }
    Ok(())
}

fn trouble(file: &Path, error: &rusqlite::Error) -> OpenError {
    explain(file, "The history could not be opened", error).into()
}
