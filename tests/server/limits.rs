//! The shell's limits: at the bound, and one past it.

use tokio::net::TcpStream;

use crate::support::{Person, TestServer, unlimited};
use roomful::shell::Config;

#[tokio::test(flavor = "multi_thread")]
async fn connections_in_all() {
    let server = TestServer::start(Config {
        connections_max: 3,
        ..unlimited()
    })
    .await;
    let mut people = Vec::new();
    for _ in 0..3 {
        people.push(Person::connect(server.addr).await);
    }
    let mut late = Person::raw(TcpStream::connect(server.addr).await.unwrap());
    late.send("hello?").await;
    late.expect("!! The server is full: 3 connections at most. Try again later.")
        .await;
    assert_eq!(late.line_or_end().await, None);

    // One leaves, one fits.
    let mut leaver = people.pop().unwrap();
    leaver.send("/quit").await;
    leaver.rest().await;
    drop(leaver);
    server.until_connections(2).await;
    Person::connect(server.addr).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_the_longest_length_and_one_byte_more() {
    let server = TestServer::start(unlimited()).await;
    let mut bob = server.person("bob").await;
    let mut ada = server.person("ada").await;
    bob.until("-- guest2 is now ada.").await;
    let longest = "x".repeat(4096);
    ada.send(&longest).await;
    bob.expect(&format!("#lobby ada: {longest}")).await;
    ada.send(&"y".repeat(4097)).await;
    ada.expect(
        "!! That line has more than 4,096 bytes and was not sent. Send it in shorter pieces.",
    )
    .await;
    ada.send("short again").await;
    bob.expect("#lobby ada: short again").await;
}
