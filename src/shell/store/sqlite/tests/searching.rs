//! What people type when they look for something.

use super::{begun, line, now, room, text};
use crate::shell::store::Store;

#[test]
fn no_character_is_an_operator() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = begun(dir.path());
    let said = "the quick \"brown\" fox: AND OR NOT NEAR(it) col:x* ^y don't C++ Crème";
    now(store.write(&[line("ops", 1, said), line("ops", 2, "other")])).unwrap();
    let mut found = |words: &str| {
        let (found, has_more) = now(store.search(&[room("ops"), room("none")], &text(words)))
            .unwrap_or_else(|error| panic!("{words:?}: {error}"));
        assert!(!has_more);
        found.len()
    };
    for words in [
        "quick",
        "QUICK fox",
        "fox quick",
        "\"brown",
        "brown\"\"",
        "and",
        "AND",
        "OR",
        "not",
        "NEAR(",
        "near it",
        "col:x",
        "x*",
        "^y",
        "-quick",
        "+quick",
        "{quick}",
        "quick OR",
        "don't",
        "C++",
        "creme",
        "CRÈME",
        "(quick",
        "quick)",
        "'quick'",
        "quick;--",
        "quick\\",
        "quick -> brown",
        "\u{ff31}uick",
    ] {
        assert_eq!(found(words), 1, "{words:?}");
    }
    for words in [
        "\"",
        "''",
        "*",
        "^",
        "-",
        "( )",
        "AND NOT-THERE",
        "qui*",
        "\u{1F600}",
        "???",
        "rowid:1",
        "search",
        "quick other",
        "text: quick",
    ] {
        assert_eq!(found(words), 0, "{words:?}");
    }
}

#[test]
fn the_longest_lines_can_be_looked_for() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = begun(dir.path());
    let long = "x".repeat(4_000);
    let many: String = (0..1_000).map(|number| format!("w{number} ")).collect();
    let wide = "\u{FDFA}".repeat(1_300);
    let said = [long, many, wide];
    for (seq, words) in (1..).zip(&said) {
        now(store.write(&[line("ops", seq, words)])).unwrap();
    }
    for words in &said {
        let (found, _) = now(store.search(&[room("ops")], &text(words))).unwrap();
        assert_eq!(found.len(), 1);
    }
}

#[test]
fn the_latest_of_many_are_found_and_that_there_are_more() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = begun(dir.path());
    let records: Vec<_> = (1..=1_300)
        .map(|seq| line("ops", seq, "same words"))
        .collect();
    now(store.write(&records)).unwrap();
    now(store.write(&[line("dev", 1, "same")])).unwrap();
    let (found, has_more) = now(store.search(&[room("ops"), room("dev")], &text("same"))).unwrap();
    let numbers: Vec<u64> = found.iter().map(|(_, row)| row.first().0).collect();
    assert_eq!(numbers, (1_281..=1_300).collect::<Vec<_>>());
    assert!(has_more);
}
