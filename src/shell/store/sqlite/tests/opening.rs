//! Databases of older versions.

use rusqlite::Connection;

use super::super::schema::{STEPS, migrate, version};
use super::{begun, line, now, room, text, tidy_all};
use crate::shell::store::Store;

#[test]
fn the_missing_steps_are_taken_in_their_order_and_once() {
    let mut connection = Connection::open_in_memory().unwrap();
    let first = "CREATE TABLE people (name TEXT); INSERT INTO people VALUES ('ada')";
    let second = "ALTER TABLE people ADD COLUMN age INTEGER DEFAULT 36";
    let third = "UPDATE people SET age = age + 1";
    migrate(&mut connection, &[first]).unwrap();
    assert_eq!(version(&connection).unwrap(), 1);
    for _ in 0..2 {
        migrate(&mut connection, &[first, second, third]).unwrap();
        assert_eq!(version(&connection).unwrap(), 3);
        let ada = connection.query_row("SELECT name, age FROM people", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        });
        assert_eq!(ada.unwrap(), ("ada".into(), 37));
    }
}

#[test]
fn steps_are_taken_all_or_none() {
    let mut connection = Connection::open_in_memory().unwrap();
    let steps = ["CREATE TABLE a (x)", "CREATE TABLE b (x)", "nonsense"];
    migrate(&mut connection, &steps[..1]).unwrap();
    migrate(&mut connection, &steps).unwrap_err();
    assert_eq!(version(&connection).unwrap(), 1);
    assert!(connection.prepare("SELECT x FROM b").is_err());
}

#[test]
fn every_step_stands_by_itself() {
    let mut connection = Connection::open_in_memory().unwrap();
    for count in 1..=STEPS.len() {
        migrate(&mut connection, &STEPS[..count]).unwrap();
    }
    assert_eq!(version(&connection).unwrap() as usize, STEPS.len());
}

/// As when a newer Unicode cuts words in another way.
#[test]
fn an_index_of_other_words_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = begun(dir.path());
    now(store.write(&[line("ops", 1, "find me")])).unwrap();
    tidy_all(&mut store, None).unwrap();
    let spoil = "UPDATE meta SET words = '0'; INSERT INTO search (search) VALUES ('delete-all')";
    store.connection.execute_batch(spoil).unwrap();
    drop(store);
    let mut store = begun(dir.path());
    let (found, _) = now(store.search(&[room("ops")], &text("find"))).unwrap();
    assert_eq!(found.len(), 1);
}
