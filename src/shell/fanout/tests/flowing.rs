//! Choked, ready, and a hub that is slow to listen.

use super::*;
use crate::shell::fanout::outbox::RANGE_COST;

/// A bound of 1,000 and a reserve of 200: choked past 1,100, ready under 500.
const NARROW: Bounds = Bounds {
    outbox_bytes_max: 1000,
    outbox_reserve_bytes: 200,
    stall_timeout: STALL,
    keeps_history: false,
};

fn answer(hub: &mut Hub, to: ConnId, held: usize) {
    hub.turn.answer(to, &vec![b'x'; held - RANGE_COST]);
}

#[tokio::test(start_paused = true)]
async fn half_of_the_reserve_may_be_used_and_one_more_chokes() {
    for (held, expected) in [(1100, false), (1101, true)] {
        let mut hub = Hub::new(NARROW);
        let (ada, _pipe) = hub.open_stuck();
        answer(&mut hub, ada, held);
        hub.turn().await;
        assert_eq!(hub.reports() == [Report::Choked { conn: ada }], expected);
        assert_eq!(hub.gauges.held(), held as u64);
    }
}

#[tokio::test(start_paused = true)]
async fn choked_is_told_once_and_ready_when_under_half() {
    let mut hub = Hub::new(NARROW);
    let (ada, pipe) = hub.open_stuck();
    answer(&mut hub, ada, 2000);
    hub.turn().await;
    assert_eq!(hub.reports(), [Report::Choked { conn: ada }]);
    answer(&mut hub, ada, 2000);
    hub.turn().await;
    pipe.limit(4000 - 2 * RANGE_COST - 500 + RANGE_COST); // 500 held remain.
    quiet().await;
    assert_eq!((hub.gauges.held(), hub.reports()), (500, vec![]));
    pipe.limit(1);
    quiet().await;
    assert_eq!(hub.reports(), [Report::Ready { conn: ada }]);
    answer(&mut hub, ada, 2000);
    hub.turn().await;
    assert_eq!(hub.reports(), [Report::Choked { conn: ada }]);
}

#[tokio::test(start_paused = true)]
async fn a_healthy_reader_is_not_choked_by_a_large_turn() {
    let mut hub = Hub::new(NARROW);
    let (ada, pipe) = hub.open();
    answer(&mut hub, ada, 100_000);
    hub.turn().await;
    assert_eq!(pipe.taken().len(), 100_000 - RANGE_COST);
    assert_eq!(hub.reports(), []);
}

#[tokio::test(start_paused = true)]
async fn ready_comes_at_once_when_it_is_so() {
    let mut hub = Hub::new(NARROW);
    let (ada, _pipe) = hub.open();
    answer(&mut hub, ada, 2000);
    hub.turn.wake_when_ready(ada);
    hub.turn().await;
    assert_eq!(hub.reports(), [Report::Ready { conn: ada }]);
    answer(&mut hub, ada, 2000);
    hub.turn().await;
    assert_eq!(hub.reports(), [], "it was asked for once");
}

#[tokio::test(start_paused = true)]
async fn ready_comes_when_enough_was_taken() {
    let mut hub = Hub::new(NARROW);
    let (ada, pipe) = hub.open_stuck();
    answer(&mut hub, ada, 600);
    hub.turn.wake_when_ready(ada);
    hub.turn().await;
    pipe.limit(100);
    quiet().await;
    assert_eq!(hub.reports(), [], "exactly half is not under half");
    pipe.limit(1);
    quiet().await;
    assert_eq!(hub.reports(), [Report::Ready { conn: ada }]);
}

#[tokio::test(start_paused = true)]
async fn reports_wait_for_the_hub_and_none_is_lost() {
    let mut hub = Hub::with(NARROW, 1, 1);
    let people: Vec<_> = (0..100).map(|_| hub.open()).collect();
    for (conn, _) in &people {
        hub.turn.wake_when_ready(*conn);
        hub.turn.answer(*conn, b"bye\n");
        hub.turn.finish(*conn);
    }
    // Nobody takes reports while many turns go through.
    for _ in 0..50 {
        hub.turn().await;
    }
    assert!(people.iter().all(|(_, pipe)| pipe.words() == "bye\n"));
    let closed = |(conn, _): &(ConnId, Pipe)| Report::Closed {
        conn: *conn,
        bytes_out: 4,
    };
    let expected: Vec<Report> = people.iter().map(closed).collect();
    assert_eq!(hub.stop().await, expected);
}

#[tokio::test(start_paused = true)]
async fn reports_that_wait_are_merged() {
    let mut hub = Hub::with(NARROW, 1, 1);
    let (ada, pipe) = hub.open();
    hub.turn.wake_when_ready(ada);
    hub.turn().await; // This report fills the channel.
    let mut seq = 0;
    for _ in 0..10 {
        pipe.limit(0);
        answer(&mut hub, ada, 2000);
        for _ in 0..5 {
            seq += 1;
            hub.deliver(&[ada], &line(seq));
        }
        hub.turn().await;
        pipe.limit(usize::MAX);
        quiet().await;
    }
    pipe.limit(0);
    answer(&mut hub, ada, 2000);
    hub.turn().await;
    let mut reports = Vec::new();
    for _ in 0..3 {
        reports.extend(hub.reports());
        quiet().await;
    }
    reports.sort_by_key(|report| matches!(report, Report::Skipped { .. }));
    let told = Report::Skipped {
        conn: ada,
        room: room("ops"),
        missed: missed(50, 1, 50, 0),
    };
    let ready = Report::Ready { conn: ada };
    assert_eq!(reports, [ready, Report::Choked { conn: ada }, told]);
}

#[tokio::test(start_paused = true)]
async fn without_a_hub_to_tell_the_worker_still_ends() {
    let mut hub = Hub::with(NARROW, 1, 1);
    let (ada, pipe) = hub.open();
    hub.turn.answer(ada, b"bye\n");
    hub.turn.finish(ada);
    hub.reports.close();
    hub.turn().await;
    assert_eq!(hub.stop().await, []);
    assert_eq!(pipe.words(), "bye\n");
}
