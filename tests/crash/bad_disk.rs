//! A database that somebody else has locked, or that is broken while the server runs.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::export::{assert_whole, exported};
use crate::person::Person;
use crate::process::{PATIENCE, Process};

const SMALL_BUFFER: [&str; 4] = ["--rate-burst", "0", "--history-buffer-bytes", "65536"];

/// Says so many lines, and sees each of them reach somebody.
fn talk(speaker: &mut Person, listener: &mut Person, lines: u32) {
    let long = "x".repeat(200);
    for number in 1..=lines {
        speaker.send(&format!("line {number} {long}\n"));
        let heard = listener.until(&long);
        let heard = heard.last().unwrap();
        assert!(heard.contains(&format!(": line {number} ")), "{heard}");
    }
}

#[test]
fn a_locked_database_is_waited_for_and_nobody_waits() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Process::start_in(data.path(), &SMALL_BUFFER);
    let mut listener = Person::connect(server.addr);
    let mut speaker = Person::connect(server.addr);
    let other = Connection::open(data.path().join("roomful.db")).unwrap();
    other.busy_timeout(PATIENCE).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    talk(&mut speaker, &mut listener, 50); // Less than the buffer.
    other.execute_batch("COMMIT").unwrap();
    let begun = Instant::now();
    while exported(data.path()).get("lobby").map_or(0, Vec::len) < 50 {
        assert!(
            begun.elapsed() < PATIENCE,
            "it is kept once the lock is gone"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    server.signal("TERM");
    assert!(server.ended().1.success());
    let rooms = exported(data.path());
    assert_whole(&rooms);
    assert_eq!(rooms["lobby"].len(), 50, "nothing is lost");
}

#[test]
fn a_database_that_breaks_stops_nobody_and_is_told() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Process::start_in(data.path(), &SMALL_BUFFER);
    let mut listener = Person::connect(server.addr);
    let mut speaker = Person::connect(server.addr);
    talk(&mut speaker, &mut listener, 20);
    for name in ["roomful.db", "roomful.db-wal", "roomful.db-shm"] {
        let file = OpenOptions::new()
            .write(true)
            .open(data.path().join(name))
            .unwrap();
        let length = usize::try_from(file.metadata().unwrap().len()).unwrap();
        file.write_all_at(&vec![0xA5; length], 0).unwrap();
    }
    // Each line is heard at once, whatever becomes of it on the disk.
    talk(&mut speaker, &mut listener, 1_000);
    speaker.send("/history\n/join ops\nhi\n");
    speaker.until("What you type goes here now.");
    server.signal("TERM");
    let (logged, status) = server.ended();
    let is_told = logged.iter().any(|line| line.contains("roomful.db"));
    assert!(is_told, "the operator is told: {logged:?}");
    assert!(status.success(), "{logged:?}");
}
