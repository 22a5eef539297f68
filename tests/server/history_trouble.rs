//! What went wrong with history once, and must not again.

use std::time::Duration;

use roomful::shell::{Config, Durability, HistoryConfig};

use crate::support::{PATIENCE, Person, TestDisk, TestServer, unlimited};

async fn relaxed(disk: &TestDisk, config: Config) -> TestServer {
    TestServer::start_with(disk.clone(), config, HistoryConfig::default()).await
}

async fn strict(disk: &TestDisk) -> TestServer {
    let history = HistoryConfig {
        durability: Durability::Strict,
        ..HistoryConfig::default()
    };
    TestServer::start_with(disk.clone(), unlimited(), history).await
}

/// Outboxes that are soon full.
fn narrow() -> Config {
    Config {
        outbox_bytes_max: 16 * 1024,
        ..unlimited()
    }
}

/// Waits until everything that somebody has typed was handled.
async fn settled(person: &mut Person) -> Vec<String> {
    person.send("/xyzzyx").await;
    person
        .until("!! No command /xyzzyx. /help lists them all.")
        .await
}

async fn say(person: &mut Person, what: &str, times: u32) {
    for number in 1..=times {
        person.send(&format!("{what} {number}")).await;
    }
    settled(person).await;
}

/// Somebody who reads nothing until they are refused private messages.
async fn choke(person: &mut Person, nick: &str) {
    let long = "w".repeat(3_900);
    loop {
        person.send(&format!("/msg {nick} {long}")).await;
        loop {
            let line = person.line().await;
            if line.contains("you -> ") {
                break;
            }
            if line.starts_with("!! ") {
                return;
            }
        }
    }
}

/// Reads what is there.
async fn read_all(person: &mut Person) {
    let mut bytes = [0; 65_536];
    let wait = Duration::from_millis(500);
    while tokio::time::timeout(wait, person.read_some(&mut bytes))
        .await
        .is_ok()
    {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keeper_that_dies_shows_nothing_that_waits() {
    let disk = TestDisk::new();
    let mut server = strict(&disk).await;
    let mut ada = server.person("ada").await;
    let mut bob = server.person("bob").await;
    settled(&mut bob).await;
    disk.hang();
    ada.send("never kept").await;
    while server.inspect().await.stats.said < 1 {
        tokio::task::yield_now().await;
    }
    server.lose_keeper().await;
    settled(&mut ada).await;
    let heard = settled(&mut bob).await;
    assert!(
        heard.iter().all(|line| !line.contains("never kept")),
        "{heard:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn history_shows_no_line_that_is_lost() {
    let disk = TestDisk::new();
    let server = strict(&disk).await;
    let mut ada = server.person("ada").await;
    let mut bob = server.person("bob").await;
    ada.send("kept").await;
    bob.until("#lobby ada: kept").await;
    disk.fill();
    ada.send("first").await;
    settled(&mut ada).await; // Refused: the keeper waits before it tries again.
    ada.send("second").await;
    while server.inspect().await.stats.said < 3 {
        tokio::task::yield_now().await;
    }
    bob.send("/history").await;
    let seen = settled(&mut bob).await;
    assert!(
        seen.iter().any(|line| line.ends_with(" ada: kept")),
        "{seen:?}"
    );
    assert!(seen.iter().all(|line| !line.contains("second")), "{seen:?}");
}

/// Somebody becomes ready a second time while their page is on its way.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_shown_once_and_as_what_it_is() {
    let disk = TestDisk::new();
    let server = relaxed(&disk, narrow()).await;
    let mut ada = server.person("ada").await;
    ada.send("/join secret").await;
    say(&mut ada, "secret", 5).await;
    ada.send("/join ops").await;
    say(&mut ada, "ops", 5).await;
    let mut bob = server.connect_with_small_window().await;
    bob.send("/nick bob\n/join ops\n/join secret").await;
    settled(&mut bob).await;
    settled(&mut ada).await;
    disk.hang();
    bob.send("/history #secret\n/leave #secret\n/history #ops")
        .await;
    choke(&mut ada, "bob").await;
    read_all(&mut bob).await; // Ready again.
    disk.work();
    let told = settled(&mut bob).await;
    let of = |what: &str| told.iter().filter(|line| line.contains(what)).count();
    assert_eq!(of("#secret ada: secret "), 5, "{told:?}");
    assert_eq!(of("#ops ada: ops "), 5, "{told:?}");
    assert_eq!(of("#ops ada: secret "), 0, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_stays_who_vanishes_while_reading_history() {
    let disk = TestDisk::new();
    let server = relaxed(&disk, unlimited()).await;
    let mut ada = server.person("ada").await;
    say(&mut ada, "line", 200).await;
    for _ in 0..5 {
        let mut bob = server.person("bob").await;
        bob.send("/history 1..200\n/history 1..200\n/history 1..200")
            .await;
        bob.reset();
        ada.send("tick").await;
        server.until_people(1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_expired_is_not_shown_to_newcomers() {
    let disk = TestDisk::new();
    let history = HistoryConfig {
        retention: Some(Duration::from_secs(1)),
        ..HistoryConfig::default()
    };
    let server = TestServer::start_with(disk.clone(), unlimited(), history).await;
    let mut ada = server.person("ada").await;
    ada.send("old one\nold two").await;
    settled(&mut ada).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let mut eve = Person::connect(server.addr).await;
    let told = settled(&mut eve).await;
    assert!(told.iter().all(|line| !line.contains("old")), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_could_not_be_read_heals() {
    let disk = TestDisk::new();
    let server = relaxed(&disk, unlimited()).await;
    let mut ada = server.person("ada").await;
    ada.send("/join ops\none\ntwo\n/topic tea").await;
    settled(&mut ada).await;
    server.stop().await;

    let server = relaxed(&disk, unlimited()).await;
    let mut ada = server.person("ada").await;
    disk.fail();
    ada.send("/join ops").await;
    settled(&mut ada).await;
    ada.send("/leave ops").await;
    settled(&mut ada).await;
    disk.work();
    ada.send("/join ops").await;
    let told = settled(&mut ada).await;
    assert!(
        told.iter().any(|line| line.ends_with(" ada: two")),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|line| line.starts_with("-- Topic of #ops: tea ")),
        "{told:?}"
    );
}

/// More lines than are set aside for a quiet room.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_hangs_does_not_hold_up_a_room_that_talks() {
    let disk = TestDisk::new();
    let server = relaxed(&disk, unlimited()).await;
    let mut ada = server.person("ada").await;
    let mut bob = server.person("bob").await;
    settled(&mut bob).await;
    disk.hang();
    for number in 1..=200 {
        ada.send(&format!("line {number}")).await;
    }
    bob.until("#lobby ada: line 200").await;
    Person::connect(server.addr).await;
    disk.work();
    server.stop().await;
    assert_eq!(disk.rows("lobby").await.len(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_keeper_numbers_go_on_above_all_others() {
    let disk = TestDisk::new();
    let server = relaxed(&disk, unlimited()).await;
    let mut ada = server.person("ada").await;
    ada.send("/join ops").await;
    say(&mut ada, "ops", 30).await;
    server.stop().await;

    let mut server = relaxed(&disk, narrow()).await;
    let mut ada = server.person("ada").await;
    server.lose_keeper().await;
    settled(&mut ada).await;
    ada.send("/join ops").await;
    settled(&mut ada).await;
    let mut bob = server.connect_with_small_window().await;
    bob.send("/join ops").await;
    settled(&mut bob).await;
    let long = "w".repeat(3_900);
    for _ in 0..2_000 {
        ada.send(&long).await;
    }
    settled(&mut ada).await;
    let told = loop {
        let line = bob.line().await;
        if line.starts_with("-- You were too slow: ") {
            break line;
        }
    };
    let first = told.split_once('(').unwrap().1.split(' ').next().unwrap();
    assert!(first.parse::<u64>().unwrap() > 30, "{told}");
}

/// Five seconds after a flood, a crash left a gap of 45,543 numbers.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_flood_little_stays_set_aside() {
    let disk = TestDisk::new();
    let server = relaxed(&disk, unlimited()).await;
    let mut ada = server.person("ada").await;
    say(&mut ada, "line", 20_000).await;
    let waited = tokio::time::timeout(PATIENCE, async {
        while disk.rows("lobby").await.len() < 20_000 || disk.gap_after_crash("lobby").await > 16 {
            tokio::task::yield_now().await;
        }
    });
    waited.await.expect("it is calm again");
    server.stop().await;
}
