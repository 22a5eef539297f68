//! Files: what is made, what is left alone.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::{begun, line, mark, now, room};
use crate::chat::{GapCause, Kept, Seq};
use crate::shell::store::{OpenError, SqliteStore, Store};

fn refusal(dir: &Path) -> OpenError {
    match SqliteStore::open(dir) {
        Ok(_) => panic!("it was opened"),
        Err(error) => error,
    }
}

/// Every file of a directory but the lock, with what is in it.
fn contents(dir: &Path) -> Vec<(std::ffi::OsString, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn a_directory_is_made_and_is_private() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("a/b");
    let mut store = begun(&dir);
    now(store.write(&[line("ops", 1, "hi")])).unwrap();
    #[cfg(unix)]
    for (name, mode) in [
        ("", 0o700),
        ("roomful.db", 0o600),
        ("roomful.db-wal", 0o600),
        ("roomful.lock", 0o600),
    ] {
        use std::os::unix::fs::PermissionsExt;
        let permissions = fs::metadata(dir.join(name)).unwrap().permissions();
        assert_eq!(permissions.mode() & 0o777, mode, "{name}");
    }
    now(store.end()).unwrap();
    drop(store);
    let names: Vec<_> = contents(&dir).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["roomful.db", "roomful.lock"]);
}

#[test]
fn a_directory_serves_one_server() {
    let dir = tempfile::tempdir().unwrap();
    let store = begun(dir.path());
    let error = refusal(dir.path());
    assert!(matches!(error, OpenError::InUse { .. }), "{error}");
    assert!(error.to_string().contains("is in use by another roomful"));
    drop(store);
    begun(dir.path());
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let others = |dir: &Path| {
        let connection = Connection::open(dir.join("roomful.db")).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1)",
            )
            .unwrap();
    };
    let text = |dir: &Path| fs::write(dir.join("roomful.db"), "a poem\n".repeat(40)).unwrap();
    let nothing = |dir: &Path| fs::write(dir.join("roomful.db"), "").unwrap();
    let newer = |dir: &Path| {
        drop(begun(dir));
        let connection = Connection::open(dir.join("roomful.db")).unwrap();
        connection
            .pragma_update(None, "user_version", 9_999)
            .unwrap();
        fs::remove_file(dir.join("roomful.lock")).unwrap();
    };
    assert_left_alone(others, "it is another program's database");
    assert_left_alone(text, "it is not a database");
    assert_left_alone(nothing, "it is not a database");
    assert_left_alone(
        newer,
        "was made by a newer roomful (format 9999; this one knows 1)",
    );
}

fn assert_left_alone(prepare: impl FnOnce(&Path), complaint: &str) {
    let dir = tempfile::tempdir().unwrap();
    prepare(dir.path());
    let before = contents(dir.path());
    let error = refusal(dir.path()).to_string();
    assert!(error.contains(complaint), "{error}");
    assert_eq!(contents(dir.path()), before, "{complaint}");
}

#[test]
fn a_log_without_its_database_is_not_taken_for_another_ones() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("roomful.db-wal"), "x").unwrap();
    let error = refusal(dir.path());
    assert!(matches!(error, OpenError::Orphan { .. }), "{error}");
    assert!(!dir.path().join("roomful.db").exists());
}

#[test]
fn a_database_that_was_not_finished_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("roomful.db.new"), "half").unwrap();
    fs::write(dir.path().join("roomful.db.new-journal"), "half").unwrap();
    drop(begun(dir.path()));
    assert!(!dir.path().join("roomful.db.new").exists());
}

/// The files as they were at that moment, as a power cut would leave them.
#[test]
fn a_crash_leaves_what_was_written_and_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = begun(dir.path());
    let records = [mark("ops", 20), line("ops", 1, "one"), mark("dev", 0)];
    now(store.write(&records)).unwrap();
    let after = tempfile::tempdir().unwrap();
    for (name, bytes) in contents(dir.path()) {
        fs::write(after.path().join(name), bytes).unwrap();
    }
    assert!(after.path().join("roomful.db-wal").exists());
    drop(store);

    let mut store = SqliteStore::open(after.path()).unwrap();
    assert_eq!(now(store.begin()).unwrap().highest, Seq(20));
    let past = now(store.recall(&room("ops"), 5)).unwrap().unwrap();
    assert_eq!((past.last, past.total), (Seq(20), 1));
    let gap = Kept::Gap {
        first: Seq(2),
        last: Seq(20),
        why: GapCause::Crash,
    };
    assert_eq!(past.tail.last(), Some(&gap));
    // Nothing was ever said there: anybody may open rooms.
    assert_eq!(now(store.recall(&room("dev"), 5)), Ok(None));

    now(store.end()).unwrap();
    drop(store);
    let mut store = begun(after.path());
    let past = now(store.recall(&room("ops"), 5)).unwrap().unwrap();
    assert_eq!(past.tail.len(), 2, "one gap for one crash");
}
