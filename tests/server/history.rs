//! What was said is kept and shown, whatever the disk does.

use std::time::Duration;

use roomful::chat::{GapCause, Kept, Seq};
use roomful::shell::{Durability, HistoryConfig, Outcome};

use crate::support::{Person, TestDisk, TestServer, unlimited};

const STRICT: Durability = Durability::Strict;

async fn relaxed(disk: &TestDisk) -> TestServer {
    TestServer::start_with(disk.clone(), unlimited(), HistoryConfig::default()).await
}

async fn strict(disk: &TestDisk) -> TestServer {
    let history = HistoryConfig {
        durability: STRICT,
        ..HistoryConfig::default()
    };
    TestServer::start_with(disk.clone(), unlimited(), history).await
}

/// Waits until everything that somebody has typed was handled.
async fn settled(person: &mut Person) -> Vec<String> {
    person.send("/xyzzyx").await;
    person
        .until("!! No command /xyzzyx. /help lists them all.")
        .await
}

fn numbers(rows: &[Kept]) -> Vec<u64> {
    rows.iter().map(|row| row.first().0).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn newcomers_see_what_was_said_and_a_restart_forgets_nothing() {
    let disk = TestDisk::new();
    let server = relaxed(&disk).await;
    let mut ada = server.person("ada").await;
    ada.send("one\n/me waves\n/topic tea\n/join ops\nhi ops")
        .await;
    settled(&mut ada).await;
    let mut bob = server.person("bob").await;
    bob.send("/join ops").await;
    let told = settled(&mut bob).await;
    assert_eq!(
        told[1..4],
        [
            "-- 1 message in #ops --",
            &format!("-- 1 {} #ops ada: hi ops", time_in(&told[2])),
            "-- you are live --",
        ]
    );
    assert_eq!(server.stop().await, Outcome::Stopped);

    let server = relaxed(&disk).await;
    let mut eve = Person::connect(server.addr).await;
    eve.send("/nick eve\nthree").await;
    let told = settled(&mut eve).await;
    assert!(
        told[0].starts_with("-- Topic of #lobby: tea (set by ada, "),
        "{told:?}"
    );
    assert_eq!(told[1], "-- 2 messages in #lobby --");
    assert!(told[2].ends_with(" #lobby ada: one"), "{told:?}");
    assert!(told[3].ends_with(" #lobby * ada waves"), "{told:?}");
    assert_eq!(told[4], "-- you are live --");
    server.stop().await;
    assert_eq!(numbers(&disk.rows("lobby").await), [1, 2, 3]);
}

/// The time of day in a line of history.
fn time_in(line: &str) -> &str {
    line.split(' ').nth(2).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_comes_in_pages_and_says_how_to_go_on() {
    let disk = TestDisk::new();
    let server = relaxed(&disk).await;
    let mut ada = server.person("ada").await;
    for number in 1..=1_205 {
        ada.send(&format!("line {number}")).await;
    }
    settled(&mut ada).await;
    let mut bob = server.person("bob").await;
    bob.send("/history 1000\n/history 4..6\n/history before 3\n/history 1..1205")
        .await;
    let told = settled(&mut bob).await;
    let lines: Vec<&String> = told
        .iter()
        .filter(|line| line.contains(" ada: line "))
        .collect();
    assert_eq!(lines.len(), 1_000 + 3 + 2 + 1_000, "and each once");
    let said = |place: usize| lines[place].rsplit_once("line ").unwrap().1.to_owned();
    assert_eq!((said(0), said(999)), ("206".into(), "1205".into()));
    assert_eq!((said(1_000), said(1_002)), ("4".into(), "6".into()));
    assert_eq!((said(1_003), said(1_004)), ("1".into(), "2".into()));
    assert_eq!((said(1_005), said(2_004)), ("1".into(), "1000".into()));
    let ends: Vec<&String> = told
        .iter()
        .filter(|line| line.contains(" of 1,205 messages in #lobby"))
        .collect();
    assert_eq!(
        ends,
        [
            "-- 1,000 of 1,205 messages in #lobby. /history 1000 before 206 #lobby shows earlier ones.",
            "-- 3 of 1,205 messages in #lobby.",
            "-- 2 of 1,205 messages in #lobby.",
            "-- 1,000 of 1,205 messages in #lobby. /history 1001..1205 #lobby shows the next ones.",
        ]
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_what_is_in_ones_rooms_alone() {
    let disk = TestDisk::new();
    let server = relaxed(&disk).await;
    let mut ada = server.person("ada").await;
    ada.send("Tea at four\n/join secret\ntea for two\n/leave")
        .await;
    settled(&mut ada).await;
    ada.send("/search TEA\n/history #secret").await;
    let told = settled(&mut ada).await;
    assert!(told[0].ends_with(" #lobby ada: Tea at four"), "{told:?}");
    assert!(told[1].starts_with("-- 1 message"), "{told:?}");
    assert!(
        told[2].starts_with("!! You are not in #secret."),
        "{told:?}"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_ignored_is_ignored_in_history_too() {
    let disk = TestDisk::new();
    let server = relaxed(&disk).await;
    let mut ada = server.person("ada").await;
    let mut bob = server.person("bob").await;
    bob.send("/join ops\nI am loud").await;
    settled(&mut bob).await;
    ada.send("/ignore bob\n/join ops\n/history\n/search loud")
        .await;
    let told = settled(&mut ada).await;
    assert!(
        told.iter().all(|line| !line.contains("I am loud")),
        "{told:?}"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strict_shows_nothing_before_it_is_kept() {
    let disk = TestDisk::new();
    let server = strict(&disk).await;
    let mut ada = server.person("ada").await;
    let mut bob = server.person("bob").await;
    settled(&mut bob).await;
    disk.hang();
    ada.send("kept\n/msg bob later").await;
    while server.inspect().await.stats.whispered == 0 {
        tokio::task::yield_now().await;
    }
    // What comes behind it waits too, in its order.
    bob.send("/xyzzyx").await;
    let mut bytes = [0; 16];
    let heard = tokio::time::timeout(Duration::from_millis(300), bob.read_some(&mut bytes)).await;
    assert!(
        heard.is_err(),
        "bob was shown something that a crash would take back"
    );
    disk.work();
    bob.expect("#lobby ada: kept").await;
    bob.expect("ada -> you: later").await;
    bob.expect("!! No command /xyzzyx. /help lists them all.")
        .await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strict_takes_back_what_cannot_be_kept() {
    let disk = TestDisk::new();
    let server = strict(&disk).await;
    let mut ada = server.person("ada").await;
    let mut bob = server.person("bob").await;
    settled(&mut bob).await;
    ada.send("one").await;
    bob.expect("#lobby ada: one").await;
    disk.fail();
    ada.send("two").await;
    let told = settled(&mut ada).await;
    let refusal = "!! What you said to #lobby could not be kept";
    assert!(
        told.iter().any(|line| line.starts_with(refusal)),
        "{told:?}"
    );
    disk.work();
    let mut eve = server.person("eve").await;
    ada.send("three").await;
    eve.until("#lobby ada: three").await;
    let heard = settled(&mut bob).await;
    assert!(heard.iter().all(|line| !line.contains("two")), "{heard:?}");
    assert!(heard.contains(&"#lobby ada: three".into()), "{heard:?}");
    server.stop().await;
    let rows = disk.rows("lobby").await;
    assert_eq!(numbers(&rows), [1, 2, 3]);
    let gap = Kept::Gap {
        first: Seq(2),
        last: Seq(2),
        why: GapCause::Unkept,
    };
    assert_eq!(rows[1], gap, "{rows:?}");
}

/// Whoever joins while a line waits must not be shown it, should it be lost.
#[tokio::test(flavor = "multi_thread")]
async fn strict_takes_it_back_from_newcomers_too() {
    let disk = TestDisk::new();
    let server = strict(&disk).await;
    let mut ada = server.person("ada").await;
    ada.send("/join ops\none").await;
    settled(&mut ada).await;
    let mut bob = server.person("bob").await;
    disk.hang();
    ada.send("two").await;
    while server.inspect().await.stats.said < 2 {
        tokio::task::yield_now().await;
    }
    bob.send("/join ops").await;
    while server.inspect().await.stats.rooms < 2 {
        tokio::task::yield_now().await;
    }
    disk.fail();
    let told = settled(&mut bob).await;
    assert_eq!(told[1], "-- 1 message in #ops --", "{told:?}");
    assert!(told[2].ends_with("#ops ada: one"), "{told:?}");
    assert_eq!(told[3], "-- you are live --", "{told:?}");
    disk.work();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_recorded_and_heals() {
    let disk = TestDisk::new();
    let history = HistoryConfig {
        buffer_bytes_max: 4_096,
        ..HistoryConfig::default()
    };
    let server = TestServer::start_with(disk.clone(), unlimited(), history).await;
    let mut ada = server.person("ada").await;
    let mut bob = server.person("bob").await;
    disk.fail();
    for number in 1..=100 {
        ada.send(&format!("line {number}")).await;
    }
    let heard = bob.until("#lobby ada: line 100").await;
    let paused = "-- History is not being kept at the moment";
    assert_eq!(
        heard.iter().filter(|line| line.starts_with(paused)).count(),
        1
    );
    disk.work();
    let told = loop {
        let line = bob.line().await;
        if line.starts_with("-- History of #lobby is kept again.") {
            break line;
        }
    };
    ada.send("line 101").await;
    bob.expect("#lobby ada: line 101").await;
    server.stop().await;
    let rows = disk.rows("lobby").await;
    let mut next = Seq(1);
    let mut gaps = Vec::new();
    for row in &rows {
        assert_eq!(row.first(), next, "no hole that is not recorded: {told}");
        next = row.last().next();
        if let Kept::Gap { first, last, .. } = row {
            gaps.push((first.0, last.0));
        }
    }
    assert_eq!(next, Seq(102));
    let [(first, last)] = gaps[..] else {
        panic!("one gap, not {gaps:?}")
    };
    assert!(
        told.contains(&format!("{first}..{last}")) || told.contains(&format!("{first} to {last}")),
        "{told}"
    );
}

/// A disk that hangs holds up nobody but who wants to join a room that it knows.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_hangs_holds_up_nobody_else() {
    let disk = TestDisk::new();
    let server = relaxed(&disk).await;
    let mut ada = server.person("ada").await;
    let mut bob = server.person("bob").await;
    disk.hang();
    bob.send("/join ops\nhi ops").await;
    ada.send("hello\n/msg bob you there?").await;
    bob.until("#lobby ada: hello").await;
    bob.expect("ada -> you: you there?").await;
    disk.work();
    let told = settled(&mut bob).await;
    assert!(told[0].starts_with("-- You joined #ops."), "{told:?}");
    server.stop().await;
    assert_eq!(numbers(&disk.rows("ops").await), [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_keeper_the_chat_goes_on_and_says_so() {
    let disk = TestDisk::new();
    let mut server = relaxed(&disk).await;
    let mut ada = server.person("ada").await;
    let mut bob = server.person("bob").await;
    server.lose_keeper().await;
    ada.send("hello\n/history\n/join ops\nhi").await;
    bob.until("#lobby ada: hello").await;
    let told = settled(&mut ada).await;
    assert!(
        told.iter()
            .any(|line| line.starts_with("!! What was said cannot be read")),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|line| line.starts_with("-- You joined #ops.")),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|line| line.starts_with("-- History is not being kept")),
        "{told:?}"
    );
    assert_eq!(server.stop().await, Outcome::Stopped);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_no_number_is_used_again() {
    let disk = TestDisk::new();
    let server = relaxed(&disk).await;
    let mut ada = server.person("ada").await;
    let mut bob = server.person("bob").await;
    disk.hang();
    ada.send("lost").await;
    bob.until("#lobby ada: lost").await; // Number 1.
    server.crash().await;
    disk.work();

    let server = relaxed(&disk).await;
    let mut eve = server.person("eve").await;
    eve.send("found\n/history").await;
    let told = settled(&mut eve).await;
    server.stop().await;
    let rows = disk.rows("lobby").await;
    let [Kept::Gap { first, last, why }, Kept::Line { seq, .. }] = rows[..] else {
        panic!("a gap and a line, not {rows:?}");
    };
    assert_eq!((first, why), (Seq(1), GapCause::Crash));
    assert_eq!(seq, last.next());
    assert!(told.iter().any(|line| line.contains("crash")), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn strict_says_nothing_without_its_keeper() {
    let disk = TestDisk::new();
    let mut server = strict(&disk).await;
    let mut ada = server.person("ada").await;
    let mut bob = server.person("bob").await;
    server.lose_keeper().await;
    ada.send("hello\n/msg bob still there").await;
    let told = settled(&mut ada).await;
    let refusal = "!! What you said to #lobby could not be kept";
    assert!(
        told.iter().any(|line| line.starts_with(refusal)),
        "{told:?}"
    );
    let heard = bob.until("ada -> you: still there").await;
    assert!(
        heard.iter().all(|line| !line.contains("hello")),
        "{heard:?}"
    );
    assert_eq!(server.stop().await, Outcome::Stopped);
}
