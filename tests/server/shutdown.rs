//! Told to stop: what was taken is delivered before the goodbye.

use std::time::Duration;

use crate::support::{Person, TestServer, unlimited, untimed};
use roomful::shell::{Config, Outcome};
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread")]
async fn under_load_delivers_before_the_goodbye() {
    let server = TestServer::start(unlimited()).await;
    let mut listeners = Vec::new();
    for _ in 0..20 {
        listeners.push(Person::connect(server.addr).await);
    }
    let mut tasks = JoinSet::new();
    for name in ["ada", "bob", "eve"] {
        let mut speaker = server.person(name).await;
        tasks.spawn(async move {
            // Until the server closes; what it took is what the listeners heard.
            for number in 0_u64.. {
                if speaker
                    .write
                    .write_all(format!("{number}\n").as_bytes())
                    .await
                    .is_err()
                {
                    break;
                }
            }
        });
    }
    let mut hearing = JoinSet::new();
    for mut listener in listeners {
        hearing.spawn(async move { listener.rest().await });
    }
    while server.inspect().await.stats.said < 1_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.stop().await, Outcome::Stopped);
    let heard = hearing.join_all().await;
    let said = |lines: &Vec<String>| -> Vec<String> {
        lines
            .iter()
            .filter(|line| line.starts_with("#lobby "))
            .cloned()
            .collect()
    };
    let first = said(&heard[0]);
    assert!(first.len() >= 1_000);
    for lines in &heard {
        assert_eq!(
            lines.last().map(|line| untimed(line)).unwrap(),
            "-- The server is shutting down. Bye."
        );
        assert_eq!(said(lines), first, "all heard the same, to the last line");
    }
    tasks.join_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn does_not_wait_longer_than_the_grace_for_who_does_not_read() {
    let config = Config {
        shutdown_grace: Duration::from_millis(200),
        ..unlimited()
    };
    let server = TestServer::start(config).await;
    let _stuck = server.connect_with_small_window().await;
    let mut speaker = server.person("speaker").await;
    let text = "x".repeat(4000);
    while server.handle.gauges().skipped_lines() == 0 {
        speaker.send(&text).await;
    }
    assert_eq!(server.stop().await, Outcome::Stopped);
}
