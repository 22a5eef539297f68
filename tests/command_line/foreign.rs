//! Files where history should be that are not ours to touch.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;

use crate::process::{Process, end_of, roomful};

/// No server starts, nothing is exported, erased or copied: with one line that names
/// the file and holds these words. The file is as it was, and alone.
fn is_left_alone(dir: &TempDir, words: &str) {
    let file = database(dir.path());
    let before = fs::read(&file).unwrap();
    let copy = dir.path().join("copy");
    for arguments in [
        "serve --history on --listen 127.0.0.1:0",
        "history export",
        "history erase --nick ada",
        &format!("backup {}", copy.display()),
    ] {
        let arguments: Vec<_> = arguments.split(' ').collect();
        let mut command = roomful(&arguments);
        let (said, status) = end_of(command.arg("--data").arg(dir.path()));
        assert_eq!(said.lines().count(), 1, "{said}");
        let start = format!("roomful: {} ", file.display());
        assert!(said.starts_with(&start) && said.contains(words), "{said}");
        assert_eq!(status, Some(1), "{arguments:?}");
        assert_eq!(fs::read(&file).unwrap(), before, "{arguments:?}");
        let entries = dir.path().read_dir().unwrap();
        let beside: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        assert_eq!(beside, [file.as_path()], "{arguments:?}");
    }
}

fn database(dir: &Path) -> PathBuf {
    dir.join("roomful.db")
}

/// A history as this program makes it, with one number in its header changed.
fn changed(pragma: &str) -> TempDir {
    let dir = TempDir::new().unwrap();
    let mut server = Process::start_in(dir.path(), &[]);
    server.signal("TERM");
    assert!(server.ended().1.success());
    let connection = Connection::open(database(dir.path())).unwrap();
    connection.execute_batch(pragma).unwrap();
    connection.close().unwrap();
    fs::remove_file(dir.path().join("roomful.lock")).unwrap();
    dir
}

#[test]
fn a_text() {
    let dir = TempDir::new().unwrap();
    for text in ["", "notes\n", &"dear diary\n".repeat(100)] {
        fs::write(database(dir.path()), text).unwrap();
        is_left_alone(&dir, "it is not a database");
    }
}

#[test]
fn a_database_of_another_application() {
    let dir = TempDir::new().unwrap();
    let connection = Connection::open(database(dir.path())).unwrap();
    connection
        .execute_batch("CREATE TABLE messages (id)")
        .unwrap();
    connection.close().unwrap();
    is_left_alone(&dir, "it is another program's database");
    let dir = changed("PRAGMA application_id = 7");
    is_left_alone(&dir, "it is another program's database");
}

#[test]
fn a_history_of_a_newer_version() {
    let dir = changed("PRAGMA user_version = 4711");
    is_left_alone(&dir, "was made by a newer roomful (format 4711;");
}
