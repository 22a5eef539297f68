//! However a connection ends: one departure, a free nickname, a sound engine.

use crate::support::{People, Person, TestServer, plain_and_mixed, unlimited};
use roomful::shell::Outcome;
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

plain_and_mixed! {
    by_reset,
    by_reset_in_the_middle_of_a_line,
    by_half_close,
    by_close,
    by_a_closed_terminal_in_mid_line,
    by_kill_of_its_process,
    by_reset_while_it_does_not_read_its_replies,
}

/// Bob shares two rooms with ada, and is told once that she left, in these words.
async fn check(people: People, leave: impl AsyncFnOnce(Person), words: &str) {
    let server = TestServer::start_for(people, unlimited()).await;
    let mut ada = server.person("ada").await;
    let mut bob = server.person("bob").await;
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

async fn by_reset(people: People) {
    check(
        people,
        async |ada| ada.reset(),
        "-- ada left: connection lost.",
    )
    .await;
}

async fn by_reset_in_the_middle_of_a_line(people: People) {
    let leave = async |mut ada: Person| {
        ada.send_bytes(b"half a li").await;
        ada.reset();
    };
    check(people, leave, "-- ada left: connection lost.").await;
}

async fn by_half_close(people: People) {
    let leave = async |mut ada: Person| {
        ada.end_input().await;
        assert_eq!(
            ada.line_or_end().await,
            None,
            "it is closed once all is flushed"
        );
    };
    check(people, leave, "-- ada left.").await;
}

async fn by_close(people: People) {
    check(people, async |ada| ada.close().await, "-- ada left.").await;
}

async fn by_a_closed_terminal_in_mid_line(people: People) {
    let leave = async |mut ada: Person| {
        ada.send_bytes(b"unfinished").await;
        ada.write.shutdown().await.unwrap();
    };
    // An unfinished line counts as a line at the end of input.
    check(people, leave, "-- ada left.").await;
}

async fn by_kill_of_its_process(people: People) {
    let server = TestServer::start_for(people, unlimited()).await;
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
async fn by_reset_while_it_does_not_read_its_replies(people: People) {
    let server = TestServer::start_for(people, unlimited()).await;
    let mut ada = server.connect_with_small_window().await;
    let mut bob = server.person("bob").await;
    let nick = ada.nick.clone();
    let paste = "/help\n".repeat(5_000);
    // As much as the server takes before it waits for the replies to be read.
    let mut left = paste.as_bytes();
    while server.handle.gauges().held() < 16 * 1024 {
        let written = timeout(Duration::ZERO, ada.write.write(left)).await;
        let written = written.map_or(0, Result::unwrap);
        left = &left[written..];
        tokio::task::yield_now().await;
    }
    ada.reset();
    bob.until(&format!("-- {nick} left: connection lost."))
        .await;
    server.until_people(1).await;
    server.until_connections(1).await;
}
