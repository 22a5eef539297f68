//! Where TLS is taken: the first byte decides, and nobody holds up anybody.

use rustls::pki_types::CertificateDer;
use tokio::time::timeout;

use super::*;
use crate::shell::accept::handshakes::HANDSHAKES_MAX;
use crate::shell::accept::meeting::FIRST_BYTE_WAIT;
use crate::shell::tls::tests::{connect, served};

/// For how long a handshake may take here.
const TIMEOUT: Duration = Duration::from_secs(10);

fn within_ten_seconds(tls: Tls) -> Handshaking {
    let timeout = TIMEOUT;
    Handshaking { tls, timeout }
}

/// A listener that takes both.
fn both() -> (World, CertificateDer<'static>) {
    let (tls, trusted) = served();
    let world = World::with(
        &Config::default(),
        Manner::PlainOrTls(within_ten_seconds(tls)),
    );
    (world, trusted)
}

fn tls_alone() -> (World, CertificateDer<'static>) {
    let (tls, trusted) = served();
    let world = World::with(&Config::default(), Manner::Tls(within_ten_seconds(tls)));
    (world, trusted)
}

fn is_tls(accepted: &Accepted<Read, Write>) -> bool {
    matches!(accepted.read, Incoming::Tls(_))
}

/// More than the system clock may take of a handshake's time while time is paused.
const A_MOMENT: u128 = 5;

#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_greeted_after_a_moment() {
    let (mut world, _) = both();
    let _ada = world.knock(ADA).await;
    let accepted = world.accepted().await;
    assert!(!is_tls(&accepted) && accepted.first.is_empty());
    let waited = world.millis() - FIRST_BYTE_WAIT.as_millis();
    assert!(waited < A_MOMENT, "{waited}");
}

#[tokio::test(start_paused = true)]
async fn who_says_something_is_greeted_at_once_and_nothing_of_it_is_lost() {
    let (mut world, _) = both();
    let mut ada = world.knock(ADA).await;
    let long = "x".repeat(3_000);
    ada.stream.write_all(long.as_bytes()).await.unwrap();
    ada.stream.shutdown().await.unwrap();
    let mut accepted = world.accepted().await;
    assert!(!is_tls(&accepted));
    let mut said = accepted.first.clone();
    accepted.read.read_to_end(&mut said).await.unwrap();
    assert_eq!(said, long.as_bytes());
    assert!(world.millis() < A_MOMENT);
}

#[tokio::test(start_paused = true)]
async fn who_ends_at_once_is_greeted_all_the_same() {
    let (mut world, _) = both();
    let mut ada = world.knock(ADA).await;
    ada.stream.shutdown().await.unwrap();
    assert!(world.accepted().await.first.is_empty());
}

#[tokio::test(start_paused = true)]
async fn who_begins_tls_has_it() {
    for (mut world, trusted) in [both(), tls_alone()] {
        let ada = world.knock(ADA).await;
        let (accepted, mut ada) = tokio::join!(world.accepted(), connect(ada.stream, &trusted));
        assert!(is_tls(&accepted));
        let Accepted {
            mut read,
            mut write,
            ..
        } = accepted;
        ada.write_all(b"hi").await.unwrap();
        let mut hi = [0; 2];
        read.read_exact(&mut hi).await.unwrap();
        write.write_all(b"-- hi\n").await.unwrap();
        write.shutdown().await.unwrap();
        let mut told = String::new();
        ada.read_to_string(&mut told).await.unwrap();
        assert_eq!((&hi, &*told), (b"hi", "-- hi\n"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_stops_is_ended_and_holds_up_nobody() {
    let (mut world, trusted) = both();
    let mut stuck = Vec::new();
    for _ in 0..64 {
        let mut client = world.knock(ADA).await;
        client.stream.write_all(&[FIRST_BYTE]).await.unwrap();
        stuck.push(client);
    }
    let bob = world.knock(BOB).await;
    let (bobs, _bob) = tokio::join!(world.accepted(), connect(bob.stream, &trusted));
    assert!(is_tls(&bobs));
    assert_eq!(world.admission.connections(), 65);
    drop(bobs);
    world.until_connections_are(0).await;
    assert!(world.millis() >= TIMEOUT.as_millis());
    for client in &mut stuck {
        client.dropped().await;
    }
}

#[tokio::test(start_paused = true)]
async fn one_handshake_more_than_there_may_be_ends_the_oldest() {
    let (tls, _) = served();
    let config = Config {
        connections_per_address_max: HANDSHAKES_MAX + 1,
        connect_burst: 0,
        ..Config::default()
    };
    let world = World::with(&config, Manner::PlainOrTls(within_ten_seconds(tls)));
    let mut clients = Vec::new();
    for _ in 0..=HANDSHAKES_MAX {
        let mut client = world.knock(ADA).await;
        client.stream.write_all(&[FIRST_BYTE]).await.unwrap();
        clients.push(client);
    }
    world.until_connections_are(HANDSHAKES_MAX).await;
    clients[0].dropped().await;
    assert!(world.millis() < TIMEOUT.as_millis());
    assert!(!clients[1].breaks.is_closed());
}

#[tokio::test(start_paused = true)]
async fn junk_in_place_of_a_handshake_is_answered_and_ended() {
    let (mut world, _) = both();
    let mut ada = world.knock(ADA).await;
    ada.stream
        .write_all(b"\x16junk and more junk")
        .await
        .unwrap();
    assert_eq!(
        ada.told().await[0],
        0x15,
        "an alert (RFC 8446, section 5.1)"
    );
    world.until_connections_are(0).await;
    world.nobody_for(1).await;
}

#[tokio::test(start_paused = true)]
async fn where_tls_alone_is_taken_others_are_told_so() {
    let mut line = Vec::new();
    encode(Flavor::Text, &Message::Refused(Refusal::TlsOnly), &mut line);
    let (mut world, _) = tls_alone();
    let mut ada = world.knock(ADA).await;
    ada.stream.write_all(b"hi\n").await.unwrap();
    assert_eq!(ada.told().await, line);
    let mut bob = world.knock(BOB).await;
    assert_eq!(bob.told().await, line);
    assert!(
        world.millis() >= TIMEOUT.as_millis(),
        "whoever says nothing"
    );
    world.nobody_for(1).await;
}

#[tokio::test(start_paused = true)]
async fn stopping_ends_whoever_is_not_greeted_yet() {
    let (world, _) = both();
    let mut silent = world.knock(ADA).await;
    let mut stuck = world.knock(ADA).await;
    stuck.stream.write_all(&[FIRST_BYTE]).await.unwrap();
    world.until_connections_are(2).await;
    world.stop.raise(Stage::Stopping);
    let mut line = Vec::new();
    encode(Flavor::Text, &Message::ShuttingDown, &mut line);
    assert_eq!(silent.told().await, line, "they may be plain");
    silent.dropped().await;
    stuck.dropped().await;
    assert!(world.millis() < FIRST_BYTE_WAIT.as_millis());
    timeout(LONG, world.ends()).await.unwrap();
}
