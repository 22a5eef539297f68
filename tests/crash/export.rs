//! What `roomful history export` says is kept.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::process::roomful;

/// A row of a room's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) first: u64,
    pub(crate) last: u64,
    /// Nothing under a gap.
    pub(crate) text: Option<String>,
}

/// Every room's rows, in the order of their numbers.
pub(crate) fn exported(data: &Path) -> BTreeMap<String, Vec<Row>> {
    let mut command = roomful(&["history", "export", "--format", "jsonl", "--data"]);
    let output = command.arg(data).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "the database opens clean: {said}");
    let mut rooms: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        let room = value["room"].as_str().unwrap().to_owned();
        rooms.entry(room).or_default().push(row(&value));
    }
    for rows in rooms.values_mut() {
        rows.sort_by_key(|row| row.first);
    }
    rooms
}

fn row(value: &Value) -> Row {
    let number = |key: &str| value[key].as_u64();
    match value["kind"].as_str().unwrap() {
        "gap" => Row {
            first: number("first").unwrap(),
            last: number("last").unwrap(),
            text: None,
        },
        _ => Row {
            first: number("seq").unwrap(),
            last: number("seq").unwrap(),
            text: value["text"].as_str().map(str::to_owned),
        },
    }
}

/// Every number from the first to the last is kept or recorded as a gap, and no line is
/// kept twice.
pub(crate) fn assert_whole(rooms: &BTreeMap<String, Vec<Row>>) {
    for (room, rows) in rooms {
        let mut next = 1;
        let mut texts = std::collections::BTreeSet::new();
        for row in rows {
            assert_eq!(
                row.first, next,
                "#{room}: a hole that is not recorded, or a number twice"
            );
            next = row.last + 1;
            if let Some(text) = &row.text {
                assert!(texts.insert(text), "#{room}: {text:?} is kept twice");
            }
        }
    }
}
