//! `kill -9` at any moment (promise P5).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::crowd::{Crowd, ROOMS, Shown};
use crate::export::{Row, assert_whole, exported};
use crate::late::Late;
use crate::process::Process;

/// What a relaxed server may lose at most, by its own doing.
const RELAXED: Duration = Duration::from_millis(50);

/// What was seen of one round.
struct Round {
    shown: Vec<Vec<Shown>>,
    killed_at: Instant,
    late: Duration,
}

/// Lines that were shown and lost, by room and round.
type Lost = BTreeMap<(String, u32), BTreeSet<String>>;

#[test]
fn strict_loses_nothing_that_anybody_was_shown() {
    let data = tempfile::tempdir().unwrap();
    let (mut all, mut lost) = (0, 0);
    for number in 0..rounds() {
        let round = play(data.path(), "strict", number);
        let kept = texts(&exported(data.path()));
        let shown = round.shown.iter().flatten();
        all += shown.clone().count();
        lost += shown.filter(|shown| !kept.contains(&shown.text)).count();
        assert_eq!(lost, 0, "round {number}: shown, and lost");
        assert_order(&round, &exported(data.path()));
    }
    settle(data.path(), "strict");
    let rooms = exported(data.path());
    assert_whole(&rooms);
    eprintln!("strict: {} kills, {all} lines shown, none lost", rounds());
}

#[test]
fn relaxed_loses_nothing_older_than_the_commit_interval() {
    let data = tempfile::tempdir().unwrap();
    let (mut all, mut lost) = (0, Lost::new());
    let mut oldest = Duration::ZERO;
    for number in 0..rounds() {
        let round = play(data.path(), "relaxed", number);
        let rooms = exported(data.path());
        let kept = texts(&rooms);
        all += round.shown.iter().flatten().count();
        let missing = round.shown.iter().flatten();
        for shown in missing.filter(|shown| !kept.contains(&shown.text)) {
            let age = round.killed_at.saturating_duration_since(shown.at);
            let (bound, text) = (RELAXED + 2 * round.late, &shown.text);
            assert!(
                age <= bound,
                "{text:?} was {age:?} old, and the bound is {bound:?}"
            );
            oldest = oldest.max(age);
            let lost = lost.entry((shown.room.clone(), number)).or_default();
            lost.insert(text.clone());
        }
        assert_order(&round, &rooms);
    }
    settle(data.path(), "relaxed");
    let rooms = exported(data.path());
    assert_whole(&rooms);
    assert_lost_is_in_gaps(&rooms, &lost);
    let lines: usize = lost.values().map(BTreeSet::len).sum();
    eprintln!(
        "relaxed: {} kills, {all} lines shown, {lines} lost, the oldest {oldest:?} before the kill",
        rounds()
    );
}

fn rounds() -> u32 {
    let rounds = std::env::var("CRASH_ROUNDS").ok();
    rounds.and_then(|rounds| rounds.parse().ok()).unwrap_or(3)
}

/// Serves a crowd, and is killed.
fn play(data: &Path, durability: &str, number: u32) -> Round {
    let late = Late::watch(data);
    let mut server = serve(data, durability);
    let crowd = Crowd::gather(server.addr, number);
    thread::sleep(some_moment());
    let killed_at = Instant::now();
    server.signal("KILL");
    server.ended();
    Round {
        shown: crowd.shown(),
        killed_at,
        late: late.worst(),
    }
}

fn serve(data: &Path, durability: &str) -> Process {
    let arguments = [
        "--rate-burst",
        "0",
        "--log-level",
        "error",
        "--durability",
        durability,
    ];
    Process::start_in(data, &arguments)
}

/// Every gap is recorded by a start in order, and the stop leaves none.
fn settle(data: &Path, durability: &str) {
    let mut server = serve(data, durability);
    // A room's past is looked at when somebody joins it.
    server.signal("TERM");
    assert!(server.ended().1.success());
}

/// From a tenth of a second to one: chance is what is wanted here.
fn some_moment() -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Duration::from_millis(100 + u64::from(now.subsec_micros()) % 900)
}

fn texts(rooms: &BTreeMap<String, Vec<Row>>) -> BTreeSet<String> {
    let rows = rooms.values().flatten();
    rows.filter_map(|row| row.text.clone()).collect()
}

/// Numbers rise in the order in which everybody was shown the lines (promise P1).
fn assert_order(round: &Round, rooms: &BTreeMap<String, Vec<Row>>) {
    let rows = rooms.values().flatten();
    let numbers: BTreeMap<&str, u64> = rows
        .filter_map(|row| Some((row.text.as_deref()?, row.first)))
        .collect();
    for shown in &round.shown {
        let mut last = BTreeMap::new();
        for shown in shown {
            let Some(number) = numbers.get(&*shown.text) else {
                continue;
            };
            let before = last.insert(&shown.room, *number).unwrap_or(0);
            let room = &shown.room;
            assert!(
                *number > before,
                "#{room}: {number} was shown after {before}"
            );
        }
    }
}

/// What was lost had numbers, which lie in the gap behind what was kept of that round:
/// else they would have been used again.
fn assert_lost_is_in_gaps(rooms: &BTreeMap<String, Vec<Row>>, lost: &Lost) {
    for ((room, round), lines) in lost {
        let (rows, lines) = (&rooms[room], lines.len() as u64);
        let is_of_round = |row: &Row| {
            let text = row.text.as_deref().unwrap_or_default();
            text.split('-').nth(1) == Some(&round.to_string())
        };
        let behind = rows
            .iter()
            .rposition(is_of_round)
            .map_or(0, |place| place + 1);
        let gap = rows.get(behind).filter(|row| row.text.is_none());
        let gap = gap.map_or(0, |gap| gap.last - gap.first + 1);
        assert!(
            gap >= lines,
            "#{room}, round {round}: {lines} lines were lost, and the gap is {gap}"
        );
    }
    assert!(ROOMS.iter().all(|room| rooms.contains_key(*room)));
}
