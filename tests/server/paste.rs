//! A paste is not an offence: it goes through whole, if slowly.

use std::time::Duration;

use crate::support::{People, Person, TestServer, plain_and_mixed};
use roomful::chat::Limits;
use roomful::shell::Config;

plain_and_mixed! {
    followed_by_nothing_arrives_whole,
    followed_by_the_end_of_input_arrives_whole,
    followed_by_a_reset_is_left_at_once,
    that_takes_too_long_after_the_end_of_input_is_cut_and_told,
}

const LINES: usize = 200;

/// The usual burst, and a rate at which a paste takes seconds, not a minute.
fn quick() -> Config {
    let limits = Limits {
        rate_per_second: 50,
        ..Limits::default()
    };
    Config {
        limits,
        ..Config::default()
    }
}

fn paste() -> String {
    (0..LINES)
        .map(|number| format!("pasted {number}\n"))
        .collect()
}

/// What bob hears of the paste, in order.
async fn expect_lines(bob: &mut Person, nick: &str, count: usize) {
    for number in 0..count {
        bob.until(&format!("#lobby {nick}: pasted {number}")).await;
    }
}

async fn followed_by_nothing_arrives_whole(people: People) {
    let server = TestServer::start_for(people, quick()).await;
    let mut ada = server.connect().await;
    let mut bob = server.person("bob").await;
    ada.until("-- guest2 is now bob.").await;
    ada.send_bytes(paste().as_bytes()).await;
    expect_lines(&mut bob, &ada.nick, LINES).await;
    ada.send("/nick ada").await;
    let told = ada.until("-- You are now ada.").await;
    assert!(told.len() <= 2, "at most one notice of the delay: {told:?}");
}

async fn followed_by_the_end_of_input_arrives_whole(people: People) {
    let server = TestServer::start_for(people, quick()).await;
    let mut ada = server.connect().await;
    let mut bob = server.person("bob").await;
    ada.send_bytes(paste().as_bytes()).await;
    ada.end_input().await;
    expect_lines(&mut bob, &ada.nick, LINES).await;
    bob.expect(&format!("-- {} left.", ada.nick)).await;
    ada.rest().await;
}

async fn followed_by_a_reset_is_left_at_once(people: People) {
    let limits = Limits {
        rate_per_second: 1,
        ..Limits::default()
    };
    let server = TestServer::start_for(
        people,
        Config {
            limits,
            ..Config::default()
        },
    )
    .await;
    let mut ada = server.connect().await;
    let mut bob = server.person("bob").await;
    ada.send_bytes(paste().as_bytes()).await;
    let nick = ada.nick.clone();
    // At least the burst was taken; then the pause began.
    expect_lines(&mut bob, &nick, 20).await;
    ada.reset();
    let rest = bob
        .until(&format!("-- {nick} left: connection lost."))
        .await;
    assert!(rest.len() <= 17, "nothing more was admitted: {rest:?}");
    server.until_people(1).await;
}

async fn that_takes_too_long_after_the_end_of_input_is_cut_and_told(people: People) {
    let limits = Limits {
        rate_per_second: 1,
        ..Limits::default()
    };
    let input_after_end = Duration::from_secs(1);
    let server = TestServer::start_for(
        people,
        Config {
            limits,
            input_after_end,
            ..Config::default()
        },
    )
    .await;
    let mut ada = server.connect().await;
    let mut bob = server.person("bob").await;
    ada.send_bytes(paste().as_bytes()).await;
    ada.end_input().await;
    bob.until(&format!("-- {} left.", ada.nick)).await;
    let told = ada.rest().await;
    let last = told.last().unwrap();
    assert!(
        last.starts_with("!! ") && last.contains("1 second"),
        "{told:?}"
    );
}
