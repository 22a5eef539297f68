//! Disks that are full, rows that cannot be kept.

use super::{begun, line, mark, now, room, text};
use crate::chat::{GapCause, Kept, Seq};
use crate::shell::store::{Record, Store};

#[test]
fn a_full_disk_fails_whole_and_heals() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = begun(dir.path());
    now(store.write(&[line("ops", 1, "before")])).unwrap();
    let pages = |store: &super::SqliteStore, most: u32| {
        let sql = format!("PRAGMA max_page_count = {most}");
        store.connection.execute_batch(&sql).unwrap();
    };
    pages(&store, 1);
    let mut batch: Vec<Record> = (2..2_000).map(|seq| line("ops", seq, "during")).collect();
    batch.push(mark("new-room", 7));
    for _ in 0..2 {
        let error = now(store.write(&batch)).unwrap_err().to_string();
        assert!(error.contains("on a disk that is full"), "{error}");
        assert!(error.contains("roomful.db"), "{error}");
    }
    let past = now(store.recall(&room("ops"), 5)).unwrap().unwrap();
    assert_eq!((past.last, past.total), (Seq(1), 1), "all or none");
    assert_eq!(now(store.recall(&room("new-room"), 5)).unwrap(), None);

    pages(&store, 1_000_000);
    now(store.write(&batch)).unwrap();
    let past = now(store.recall(&room("ops"), 5)).unwrap().unwrap();
    assert_eq!((past.last, past.total), (Seq(1_999), 1_999));
    assert!(now(store.recall(&room("new-room"), 5)).unwrap().is_some());
}

#[test]
fn a_line_that_can_never_be_kept_is_a_gap_and_holds_up_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = begun(dir.path());
    let trigger = "CREATE TEMP TRIGGER t BEFORE INSERT ON main.messages WHEN new.text = 'poison' \
                   BEGIN SELECT raise(ABORT, 'no'); END";
    store.connection.execute_batch(trigger).unwrap();
    let far = 1 << 41;
    let records = [
        line("ops", 1, "one"),
        line("ops", 2, "poison"),
        line("ops", 3, "three"),
        line("far", far, "too far"),
    ];
    for _ in 0..2 {
        let written = now(store.write(&records)).unwrap();
        assert_eq!(
            written.refused,
            [(room("ops"), Seq(2)), (room("far"), Seq(far))]
        );
    }
    let past = now(store.recall(&room("ops"), 5)).unwrap().unwrap();
    assert_eq!((past.last, past.total, past.tail.len()), (Seq(3), 2, 3));
    assert_eq!(past.tail[1], gap(2, 2));
    let past = now(store.recall(&room("far"), 5)).unwrap().unwrap();
    assert_eq!(past.last, Seq(far));
    assert_eq!(past.tail, [gap(1, far - 1), gap(far, far)]);
    let (found, _) = now(store.search(&[room("ops"), room("far")], &text("three"))).unwrap();
    assert_eq!(found.len(), 1);
}

fn gap(first: u64, last: u64) -> Kept {
    Kept::Gap {
        first: Seq(first),
        last: Seq(last),
        why: GapCause::Unkept,
    }
}

/// A commit that failed may be there all the same: who was told that nothing was kept
/// must not be contradicted.
#[test]
fn a_gap_takes_the_place_of_what_was_there() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = begun(dir.path());
    let lines = [
        line("ops", 1, "one"),
        line("ops", 2, "two"),
        line("ops", 3, "three"),
    ];
    now(store.write(&lines)).unwrap();
    let (found, _) = now(store.search(&[room("ops")], &text("two"))).unwrap();
    assert_eq!(found.len(), 1);
    let record = Record::Gap {
        room: room("ops"),
        first: Seq(2),
        last: Seq(3),
        why: GapCause::Unkept,
    };
    now(store.write(&[record])).unwrap();
    let past = now(store.recall(&room("ops"), 5)).unwrap().unwrap();
    assert_eq!((past.last, past.total), (Seq(3), 1));
    assert_eq!(past.tail[1..], [gap(2, 3)]);
    let (found, _) = now(store.search(&[room("ops")], &text("two"))).unwrap();
    assert_eq!(found, []);
}

#[test]
fn numbers_that_nobody_mentions_are_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = begun(dir.path());
    now(store.write(&[line("ops", 1, "one"), line("ops", 5, "five")])).unwrap();
    let past = now(store.recall(&room("ops"), 5)).unwrap().unwrap();
    assert_eq!(past.tail[1], gap(2, 4));
    let record = Record::Gap {
        room: room("dev"),
        first: Seq(5),
        last: Seq(5),
        why: GapCause::Unkept,
    };
    now(store.write(&[record])).unwrap();
    let past = now(store.recall(&room("dev"), 5)).unwrap().unwrap();
    assert_eq!(past.tail, [gap(1, 4), gap(5, 5)]);
}

#[test]
fn a_line_that_cannot_be_read_is_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = begun(dir.path());
    now(store.write(&[line("ops", 1, "one"), line("ops", 2, "two")])).unwrap();
    let spoil = "UPDATE messages SET nick = 'not a nickname' WHERE text = 'one'";
    store.connection.execute_batch(spoil).unwrap();
    let past = now(store.recall(&room("ops"), 5)).unwrap().unwrap();
    assert!(matches!(past.tail[0], Kept::Gap { .. }));
    assert!(matches!(past.tail[1], Kept::Line { .. }));
}
