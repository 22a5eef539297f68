use tokio::task::JoinSet;

use super::*;
use crate::shell::Clock;
use crate::shell::store::MemoryStore;

fn line(seq: u64) -> Record {
    Record::Line {
        room: RoomName::lobby(),
        seq: Seq(seq),
        at: chrono::DateTime::UNIX_EPOCH,
        from: "ada".parse().unwrap(),
        is_action: false,
        text: Text::clean("hi").unwrap(),
    }
}

/// Has `lines` kept, one after the other is decided. How long that took.
async fn keep_in_turn(durability: Durability, is_urgent: bool, lines: u64) -> Duration {
    let config = HistoryConfig {
        durability,
        ..HistoryConfig::default()
    };
    let clock = Clock::system();
    let (mut link, keeper) = open(MemoryStore::default(), config, clock).await.unwrap();
    let mut keeping = JoinSet::new();
    keeping.spawn(keeper.run());
    let start = Instant::now();
    for ticket in 1..=lines {
        let keep = Request::Keep {
            ticket,
            records: vec![line(ticket)],
            is_urgent,
        };
        link.requests.send(keep).await.unwrap();
        let answer = link.answers.recv().await;
        assert!(
            matches!(answer, Some(Answer::Decided { ticket: decided, .. }) if decided == ticket),
            "{answer:?}"
        );
    }
    let took = start.elapsed();
    drop(link);
    keeping.join_all().await;
    took
}

/// A timer that is due at once takes a millisecond, which was three times what the disk
/// took: whoever waited for a commit waited for the timer.
#[tokio::test(start_paused = true)]
async fn a_commit_that_somebody_waits_for_waits_for_no_timer() {
    let strict = keep_in_turn(Durability::Strict, false, 20).await;
    assert_eq!(strict, Duration::ZERO);
    let urgent = keep_in_turn(Durability::Relaxed, true, 20).await;
    assert_eq!(urgent, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_nobody_waits_for_gathers_what_comes() {
    let took = keep_in_turn(Durability::Relaxed, false, 1).await;
    let interval = HistoryConfig::default().commit_interval;
    assert!(took >= interval, "{took:?}");
    assert!(took <= interval + Duration::from_millis(2), "{took:?}");
}
