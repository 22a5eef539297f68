//! However a connection ends: one departure, a free nickname, a sound engine.

use crate::support::{Person, TestServer, unlimited};
use roomful::shell::Outcome;
use std::process::{Command, Stdio};
use tokio::io::AsyncWriteExt;

/// Bob shares two rooms with ada, and is told once that she left, in these words.
async fn check(leave: impl AsyncFnOnce(Person), words: &str) {
    let server = TestServer::start(unlimited()).await;
    let mut bob = server.person("bob").await;
    let mut ada = server.person("ada").await;
    for person in [&mut bob, &mut ada] {
        person.send("/join ops").await;
        person.send("/topic").await;
        person
            .until("-- #ops has no topic. /topic TEXT sets one.")
            .await;
    }
    leave(ada).await;
    bob.until(words).await;
    bob.send("/nick ada").await;
    bob.expect("-- You are now ada.").await; // The very next line: told once.
    server.until_people(1).await;
    bob.send("/quit").await;
    bob.rest().await;
    server.until_people(0).await;
    assert!(server.inspect().await.equals_new);
    assert_eq!(server.stop().await, Outcome::Stopped);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_reset() {
    check(async |ada| ada.reset(), "-- ada left: connection lost.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_reset_in_the_middle_of_a_line() {
    let leave = async |mut ada: Person| {
        ada.send_bytes(b"half a li").await;
        ada.reset();
    };
    check(leave, "-- ada left: connection lost.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_half_close() {
    let leave = async |mut ada: Person| {
        ada.end_input().await;
        assert_eq!(
            ada.line_or_end().await,
            None,
            "it is closed once all is flushed"
        );
    };
    check(leave, "-- ada left.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_close() {
    check(async |ada| drop(ada), "-- ada left.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_a_closed_terminal_in_mid_line() {
    let leave = async |mut ada: Person| {
        ada.send_bytes(b"unfinished").await;
        ada.write.shutdown().await.unwrap();
    };
    // An unfinished line counts as a line at the end of input.
    check(leave, "-- ada left.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_kill_of_its_process() {
    let server = TestServer::start(unlimited()).await;
    let mut bob = server.person("bob").await;
    // A shell that holds the connection open: no `nc` is needed for the test.
    let script = format!(
        "exec 3<>/dev/tcp/{}/{}; echo /nick ada >&3; echo 'half a line' >&3; read line; sleep 600",
        server.addr.ip(),
        server.addr.port()
    );
    let mut child = Command::new("bash")
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    bob.until("#lobby ada: half a line").await;
    child.kill().unwrap(); // SIGKILL
    child.wait().unwrap();
    // With what the server had sent still unread, the system resets.
    let mut heard = bob.line().await;
    while !heard.starts_with("-- ada left") {
        heard = bob.line().await;
    }
    bob.send("/nick ada").await;
    bob.expect("-- You are now ada.").await;
    server.until_people(1).await;
}

/// Found by a fresh reader: the reader waited for credit that never came, since
/// nothing that cannot be written to ever shows that it has room.
#[tokio::test(flavor = "multi_thread")]
async fn by_reset_while_it_does_not_read_its_replies() {
    let server = TestServer::start(unlimited()).await;
    let mut bob = server.person("bob").await;
    let ada = Person::connect_with_small_window(server.addr).await;
    let nick = ada.nick.clone();
    let paste = "/help\n".repeat(5_000);
    // As much as the server takes before it waits for the replies to be read.
    let mut left = paste.as_bytes();
    while server.handle.gauges().held() < 16 * 1024 {
        let written = ada.write.try_write(left).unwrap_or(0);
        left = &left[written..];
        tokio::task::yield_now().await;
    }
    ada.reset();
    bob.until(&format!("-- {nick} left: connection lost."))
        .await;
    server.until_people(1).await;
    server.until_connections(1).await;
}
