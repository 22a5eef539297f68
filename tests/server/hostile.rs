//! What is not meant for a chat server: bounded, and nobody else notices.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::support::{People, Person, TestServer, plain_and_mixed, unlimited};
use roomful::chat::Limits;
use roomful::shell::Config;

plain_and_mixed! {
    a_mebibyte_of_noise,
    a_tls_hello,
    an_http_request,
    ten_mebibytes_without_a_line_end,
    line_ends_without_lines_are_taken_at_the_usual_rate,
    the_person_who_sent_an_endless_line_is_told_and_lives,
}

/// Feeds bytes to a server where two people talk, then sees them talk on.
async fn check(people: People, bytes: &[u8], config: Config) {
    let server = TestServer::start_for(people, config).await;
    let mut bob = server.person("bob").await;
    let mut ada = server.person("ada").await;
    let mut stranger = Person::raw(TcpStream::connect(server.addr).await.unwrap());
    let mut answers = stranger.read;
    let mut reading = JoinSet::new();
    reading.spawn(async move {
        // However it ends: the answers are not what this is about.
        let _ = tokio::io::copy(&mut answers, &mut tokio::io::sink()).await;
    });
    let _ = stranger.write.write_all(bytes).await;
    let _ = stranger.write.shutdown().await;
    bob.send("still there?").await;
    ada.until("#lobby bob: still there?").await;
    ada.send("yes").await;
    bob.until("#lobby ada: yes").await;
    server.until_people(2).await;
    reading.join_all().await;
    // A long line costs what a long line may: an outbox never held more than its bound.
    let held = server.handle.gauges().held_peak();
    assert!(held <= 320 * 1024 + 64 * 1024, "{held} bytes in one outbox");
}

async fn a_mebibyte_of_noise(people: People) {
    let mut state = 42_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
    .take(1024 * 1024)
    .collect();
    check(people, &noise, unlimited()).await;
}

async fn a_tls_hello(people: People) {
    let mut hello = vec![
        0x16, 0x03, 0x01, 0x00, 0xc8, 0x01, 0x00, 0x00, 0xc4, 0x03, 0x03,
    ];
    hello.extend((0..194_u8).map(|i| i.wrapping_mul(37)));
    check(people, &hello, Config::default()).await;
}

async fn an_http_request(people: People) {
    check(
        people,
        b"GET / HTTP/1.1\r\nHost: localhost:4000\r\nAccept: */*\r\n\r\n",
        Config::default(),
    )
    .await;
}

async fn ten_mebibytes_without_a_line_end(people: People) {
    check(people, &vec![b'x'; 10 * 1024 * 1024], unlimited()).await;
}

/// Found by a fresh reader: bytes of which no line came cost nothing, and two
/// hundred who sent them starved everybody.
async fn line_ends_without_lines_are_taken_at_the_usual_rate(people: People) {
    let limits = Limits {
        rate_burst: 1,
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
    let mut stranger = server.connect().await;
    let line_ends = vec![b'\n'; 64 * 1024];
    let mut taken = 0;
    // The systems between hold some megabytes; then it takes longer than this
    // until there is room for more.
    let a_while = Duration::from_secs(2);
    while let Ok(written) = timeout(a_while, stranger.write.write(&line_ends)).await {
        taken += written.unwrap();
        assert!(
            taken < 256 * 1024 * 1024,
            "all of it is taken as fast as it comes"
        );
    }
}

async fn the_person_who_sent_an_endless_line_is_told_and_lives(people: People) {
    let server = TestServer::start_for(people, unlimited()).await;
    let mut ada = server.person("ada").await;
    ada.send_bytes(&vec![b'x'; 1024 * 1024]).await;
    ada.expect(
        "!! That line has more than 4,096 bytes and was not sent. Send it in shorter pieces.",
    )
    .await;
    ada.send_bytes(b"x\n/nick bea\n").await;
    ada.expect("-- You are now bea.").await;
}
