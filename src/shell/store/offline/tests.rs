//! A history without a server, and beside one.

use std::fs;
use std::path::Path;

use super::{ExportFilter, ExportFormat, OfflineError, backup, erase, export};
use crate::chat::{GapCause, Kept, Nickname, Seq, TopicInfo};
use crate::shell::store::sqlite::tests::gone::{count_in_files, odd_word};
use crate::shell::store::sqlite::tests::{at, begun, line, now, room, said_by, text, tidy_all};
use crate::shell::store::{Record, Store};

fn exported(dir: &Path, filter: &ExportFilter, format: ExportFormat) -> String {
    let mut out = Vec::new();
    let count = export(dir, filter, format, &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert_eq!(out.lines().count() as u64, count);
    out
}

fn all(dir: &Path) -> String {
    exported(dir, &ExportFilter::default(), ExportFormat::Text)
}

fn some_records() -> Vec<Record> {
    let ada: Nickname = "ada".parse().unwrap();
    vec![
        Record::Gap {
            room: room("Ops"),
            first: Seq(1),
            last: Seq(3),
            why: GapCause::Unkept,
        },
        line("Ops", 4, "a \"quoted\" \\ line"),
        Record::Line {
            room: room("Ops"),
            seq: Seq(5),
            at: at(60),
            from: ada,
            is_action: true,
            text: text("waves"),
        },
        Record::Gap {
            room: room("Ops"),
            first: Seq(6),
            last: Seq(6),
            why: GapCause::Crash,
        },
        said_by("Bob", "dev", 1, "hi"),
    ]
}

#[test]
fn a_running_server_s_history_is_exported() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = begun(dir.path());
    now(store.write(&some_records())).unwrap();
    let expected = "\
2026-09-21 14:13:21 #dev [1] Bob: hi
--                  #Ops [1..3] (could not be kept)
2026-09-21 14:13:24 #Ops [4] ada: a \"quoted\" \\ line
2026-09-21 14:14:20 #Ops [5] * ada waves
--                  #Ops [6..6] (lost in a crash of the server, if anything was said)
";
    assert_eq!(all(dir.path()), expected);
    now(store.write(&[line("dev", 2, "still there")])).unwrap();
    assert_eq!(all(dir.path()).lines().count(), 6);
    now(store.end()).unwrap();
    drop(store);
    assert_eq!(all(dir.path()).lines().count(), 6);
    assert!(!dir.path().join("roomful.db-wal").exists());
}

#[test]
fn programs_get_objects() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = begun(dir.path());
    now(store.write(&some_records())).unwrap();
    drop(store);
    let filter = ExportFilter {
        room: Some(room("OPS")),
        since: Some(at(5)),
    };
    let expected = "\
{\"at\":\"2026-09-21T14:14:20.123456789Z\",\"kind\":\"did\",\"nick\":\"ada\",\"room\":\"Ops\",\"seq\":5,\"text\":\"waves\"}
{\"first\":6,\"kind\":\"gap\",\"last\":6,\"room\":\"Ops\",\"why\":\"crash\"}
";
    assert_eq!(exported(dir.path(), &filter, ExportFormat::Jsonl), expected);
    let everything = exported(dir.path(), &ExportFilter::default(), ExportFormat::Jsonl);
    let texts: Vec<String> = everything
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter_map(|object| object["text"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(texts, ["hi", "a \"quoted\" \\ line", "waves"]);
}

#[test]
fn what_somebody_said_is_erased_from_the_files() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = begun(dir.path());
    let speakers = ["ada", "ADA", "bob"];
    for seq in 1..=400 {
        let nick = speakers[seq as usize % 3];
        let record = said_by(nick, "ops", seq, &format!("{} words", odd_word(seq)));
        now(store.write(&[record])).unwrap();
        if seq == 300 {
            tidy_all(&mut store, None).unwrap();
        }
    }
    let topic = |name: &str, by: &str| Record::Topic {
        room: room(name),
        topic: Some(TopicInfo {
            text: text(&odd_word(if by == "bob" { 900 } else { 901 })),
            by: by.parse().unwrap(),
            at: at(0),
        }),
    };
    now(store.write(&[topic("ops", "Ada"), topic("dev", "bob")])).unwrap();

    let ada: Nickname = "aDa".parse().unwrap();
    let error = erase(dir.path(), &ada).unwrap_err().to_string();
    assert!(error.contains("is in use by another roomful"), "{error}");
    drop(store);
    assert_eq!(erase(dir.path(), &ada).unwrap(), 267);
    assert_eq!(erase(dir.path(), &ada).unwrap(), 0);

    let is_bobs = |seq: &u64| seq % 3 == 2;
    let gone = (1..=400).filter(|seq| !is_bobs(seq)).chain([901]);
    assert_eq!(count_in_files(dir.path(), gone.map(odd_word)), 0);
    let kept = (1..=400).filter(is_bobs).chain([900]);
    assert_eq!(count_in_files(dir.path(), kept.map(odd_word)), 134);

    let mut store = begun(dir.path());
    let past = now(store.recall(&room("ops"), 400)).unwrap().unwrap();
    assert_eq!((past.total, past.topic), (400, None));
    let erased = Kept::Erased {
        seq: Seq(1),
        at: at(1),
    };
    assert_eq!(past.tail[1 - 1], erased);
    assert!(
        now(store.recall(&room("dev"), 1))
            .unwrap()
            .unwrap()
            .topic
            .is_some()
    );
    let (found, _) = now(store.search(&[room("ops")], &text(&odd_word(1)))).unwrap();
    assert!(found.is_empty());
    let (found, _) = now(store.search(&[room("ops")], &text(&odd_word(2)))).unwrap();
    assert_eq!(found.len(), 1);
    tidy_all(&mut store, Some(at(1_000))).unwrap();
    let past = now(store.recall(&room("ops"), 400)).unwrap().unwrap();
    assert_eq!(
        (past.total, past.tail.len()),
        (0, 1),
        "what was erased expires too"
    );
}

#[test]
fn a_copy_is_a_history() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = begun(dir.path());
    now(store.write(&some_records())).unwrap();
    let other = tempfile::tempdir().unwrap();
    let copy = other.path().join("roomful.db");
    let bytes = backup(dir.path(), &copy).unwrap();
    assert_eq!(fs::metadata(&copy).unwrap().len(), bytes);
    let error = backup(dir.path(), &copy).unwrap_err();
    assert!(matches!(error, OfflineError::Exists { .. }), "{error}");
    assert_eq!(all(other.path()), all(dir.path()));

    now(store.write(&[line("dev", 2, "later")])).unwrap();
    let mut copied = begun(other.path());
    let (found, _) = now(copied.search(&[room("dev")], &text("hi"))).unwrap();
    assert_eq!(found.len(), 1);
    now(copied.write(&[line("dev", 2, "in the copy")])).unwrap();
    now(copied.end()).unwrap();
    assert!(all(other.path()).contains("in the copy"));
    assert!(all(dir.path()).contains("later"));
}

#[test]
fn there_must_be_a_history_and_a_place_for_the_copy() {
    let dir = tempfile::tempdir().unwrap();
    let error = all_of_nothing(dir.path());
    assert!(error.contains("has no history in it"), "{error}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    drop(begun(dir.path()));
    let error = backup(dir.path(), &dir.path().join("none/copy")).unwrap_err();
    assert!(matches!(error, OfflineError::Unwritable { .. }), "{error}");
}

fn all_of_nothing(dir: &Path) -> String {
    let filter = ExportFilter::default();
    let error = export(dir, &filter, ExportFormat::Text, &mut Vec::new()).unwrap_err();
    error.to_string()
}
