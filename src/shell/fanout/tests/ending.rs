//! Every way in which a connection ends is told exactly once.

use super::*;

const MILLISECOND: Duration = Duration::from_millis(1);

fn closed(conn: ConnId, bytes_out: usize) -> Report {
    Report::Closed {
        conn,
        bytes_out: bytes_out as u64,
    }
}

#[tokio::test(start_paused = true)]
async fn finishing_writes_everything_then_shuts_down() {
    let mut hub = Hub::new(WIDE);
    let (ada, pipe) = hub.open_stuck();
    hub.deliver(&[ada], &line(1));
    hub.turn.answer(ada, b"-- Bye, ada.\n");
    hub.turn.finish(ada);
    hub.deliver(&[ada], &line(2)); // She is gone already.
    hub.turn().await;
    hub.deliver(&[ada], &line(3));
    hub.turn().await;
    pipe.limit(10);
    quiet().await;
    assert!(!pipe.is_shut() && !pipe.is_dropped());
    assert_eq!(hub.reports(), []);
    pipe.limit(usize::MAX);
    quiet().await;
    let expected = words(&[line(1)]) + "-- Bye, ada.\n";
    assert_eq!(pipe.words(), expected);
    assert!(pipe.is_shut() && pipe.is_dropped());
    assert_eq!(hub.reports(), [closed(ada, expected.len())]);
}

#[tokio::test(start_paused = true)]
async fn finishing_tells_of_every_skip_first() {
    let bounds = Bounds {
        outbox_bytes_max: 0,
        ..WIDE
    };
    let mut hub = Hub::new(bounds);
    let (ada, pipe) = hub.open_stuck();
    for seq in 1..=3 {
        hub.deliver(&[ada], &line(seq));
        hub.deliver(&[ada], &said("lobby", seq, "hi"));
    }
    hub.turn.answer(ada, b"-- Bye, ada.\n");
    hub.turn.finish(ada);
    hub.turn().await;
    pipe.limit(usize::MAX);
    quiet().await;
    let notices = [
        skipped("lobby", missed(3, 1, 3, 0)),
        skipped("ops", missed(2, 2, 3, 0)),
    ];
    let expected = words(&[line(1)]) + "-- Bye, ada.\n" + &words(&notices);
    assert_eq!(pipe.words(), expected);
    assert_eq!(hub.reports().pop(), Some(closed(ada, expected.len())));
}

#[tokio::test(start_paused = true)]
async fn finishing_waits_for_the_shutdown() {
    let mut hub = Hub::new(WIDE);
    let (ada, pipe) = hub.open();
    pipe.let_shut_down(false);
    hub.turn.finish(ada);
    hub.turn().await;
    assert!(!pipe.is_dropped());
    pipe.nudge();
    quiet().await;
    assert_eq!(hub.reports(), []);
    pipe.let_shut_down(true);
    quiet().await;
    assert!(pipe.is_shut() && pipe.is_dropped());
    assert_eq!(hub.reports(), [closed(ada, 0)]);
}

#[tokio::test(start_paused = true)]
async fn finishing_does_not_wait_for_ever() {
    let mut hub = Hub::new(WIDE);
    let (ada, to_ada) = hub.open_stuck();
    let (bob, to_bob) = hub.open();
    to_bob.let_shut_down(false);
    hub.turn.answer(ada, b"bye\n");
    hub.turn.finish(ada);
    hub.turn.finish(bob);
    hub.turn().await;
    tokio::time::sleep(STALL - 2 * MILLISECOND).await;
    assert_eq!(hub.reports(), []);
    tokio::time::sleep(2 * MILLISECOND).await;
    assert_eq!(hub.reports(), [closed(ada, 0), closed(bob, 0)]);
    assert!(to_ada.is_dropped() && to_bob.is_dropped());
}

#[tokio::test(start_paused = true)]
async fn cutting_is_at_once_and_told_once() {
    let mut hub = Hub::new(WIDE);
    let (ada, pipe) = hub.open_stuck();
    hub.deliver(&[ada], &line(1));
    hub.turn().await;
    hub.turn.cut(ada);
    hub.turn.cut(ada);
    hub.turn.finish(ada);
    hub.turn().await;
    assert!(pipe.is_dropped() && !pipe.is_shut());
    assert_eq!(hub.reports(), [closed(ada, 0)]);
    hub.turn.cut(ada);
    hub.turn().await;
    assert_eq!((hub.reports(), hub.gauges.held()), (vec![], 0));
}

#[tokio::test(start_paused = true)]
async fn cutting_ends_what_is_finishing() {
    let mut hub = Hub::new(WIDE);
    let (ada, pipe) = hub.open_stuck();
    hub.deliver(&[ada], &line(1));
    hub.turn.finish(ada);
    hub.turn().await;
    hub.turn.cut(ada);
    hub.turn().await;
    assert!(pipe.is_dropped());
    assert_eq!(hub.reports(), [closed(ada, 0)]);
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_told_and_waits_for_its_order() {
    type Break = fn(&Pipe);
    type End = fn(&mut Turn, ConnId);
    let breaks: [Break; 2] = [Pipe::fail, Pipe::take_nothing];
    let ends: [End; 2] = [Turn::cut, Turn::finish];
    for (fail, end) in breaks.into_iter().zip(ends) {
        let mut hub = Hub::new(WIDE);
        let (ada, pipe) = hub.open();
        hub.deliver(&[ada], &line(1));
        hub.turn().await;
        fail(&pipe);
        hub.deliver(&[ada], &line(2));
        hub.turn().await;
        assert_eq!(hub.reports(), [Report::Broken { conn: ada }]);
        assert!(pipe.is_dropped());
        hub.deliver(&[ada], &line(3));
        hub.turn.wake_when_ready(ada);
        hub.turn().await;
        assert_eq!(hub.reports(), []);
        end(&mut hub.turn, ada);
        hub.turn().await;
        assert_eq!(hub.reports(), [closed(ada, len(&line(1)))]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_while_finishing_is_closed() {
    let mut hub = Hub::new(WIDE);
    let (ada, pipe) = hub.open_stuck();
    hub.deliver(&[ada], &line(1));
    hub.turn.finish(ada);
    hub.turn().await;
    pipe.fail();
    quiet().await;
    assert_eq!(hub.reports(), [closed(ada, 0)]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_in_mid_turn_is_broken_once() {
    let bounds = Bounds {
        outbox_bytes_max: 0,
        ..WIDE
    };
    let mut hub = Hub::new(bounds);
    let (ada, pipe) = hub.open();
    pipe.fail();
    for seq in 1..=5 {
        hub.deliver(&[ada], &line(seq));
    }
    hub.turn().await;
    assert_eq!(hub.reports(), [Report::Broken { conn: ada }]);
    assert_eq!((hub.gauges.held(), hub.gauges.skipped_lines()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn taking_nothing_for_too_long_is_told_once() {
    let mut hub = Hub::new(WIDE);
    let (ada, pipe) = hub.open_stuck();
    hub.deliver(&[ada], &line(1));
    hub.turn().await; // One millisecond.
    tokio::time::sleep(STALL - 2 * MILLISECOND).await;
    assert_eq!(hub.reports(), []);
    tokio::time::sleep(2 * MILLISECOND).await;
    assert_eq!(hub.reports(), [Report::Stalled { conn: ada }]);
    tokio::time::sleep(3 * STALL).await;
    assert_eq!(hub.reports(), []);
    assert!(!pipe.is_dropped(), "that is the hub's to order");
    hub.turn.cut(ada);
    hub.turn().await;
    assert_eq!(hub.reports(), [closed(ada, 0)]);
}

#[tokio::test(start_paused = true)]
async fn any_progress_starts_the_clock_again() {
    let mut hub = Hub::new(WIDE);
    let (ada, pipe) = hub.open_stuck();
    hub.deliver(&[ada], &line(1));
    hub.turn().await;
    for _ in 0..3 {
        tokio::time::sleep(STALL - 10 * MILLISECOND).await;
        pipe.limit(1);
        quiet().await;
        assert_eq!(hub.reports(), []);
    }
    tokio::time::sleep(STALL - 3 * MILLISECOND).await;
    assert_eq!(hub.reports(), []);
    tokio::time::sleep(3 * MILLISECOND).await;
    assert_eq!(hub.reports(), [Report::Stalled { conn: ada }]);
}

#[tokio::test(start_paused = true)]
async fn neither_new_bytes_nor_idle_wakes_are_progress() {
    let mut hub = Hub::new(WIDE);
    let (ada, pipe) = hub.open_stuck();
    for seq in 1..=10 {
        hub.deliver(&[ada], &line(seq));
        hub.turn().await;
        pipe.nudge();
        tokio::time::sleep(STALL / 10).await;
    }
    assert_eq!(hub.reports(), [Report::Stalled { conn: ada }]);
}

#[tokio::test(start_paused = true)]
async fn nothing_waiting_is_no_stall() {
    let mut hub = Hub::new(WIDE);
    let (ada, pipe) = hub.open_stuck();
    hub.deliver(&[ada], &line(1));
    hub.turn().await;
    pipe.limit(len(&line(1)));
    tokio::time::sleep(2 * STALL).await;
    assert_eq!(hub.reports(), []);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_connection_that_is_finished_gets_its_time_once_more() {
    let mut hub = Hub::new(WIDE);
    let (ada, pipe) = hub.open_stuck();
    hub.deliver(&[ada], &line(1));
    hub.turn().await;
    tokio::time::sleep(STALL).await;
    assert_eq!(hub.reports(), [Report::Stalled { conn: ada }]);
    hub.turn.finish(ada);
    hub.turn().await;
    tokio::time::sleep(STALL - 5 * MILLISECOND).await;
    assert_eq!(hub.reports(), []);
    tokio::time::sleep(5 * MILLISECOND).await;
    assert_eq!(hub.reports(), [closed(ada, 0)]);
    assert!(pipe.is_dropped());
}

#[tokio::test(start_paused = true)]
async fn a_worker_ends_when_its_channel_is_closed_and_all_have_finished() {
    let mut hub = Hub::new(WIDE);
    let (ada, to_ada) = hub.open_stuck();
    let (bob, to_bob) = hub.open_stuck();
    hub.deliver(&[ada, bob], &line(1));
    hub.turn.finish(ada);
    hub.turn().await;
    let reader = to_ada.clone();
    let mut later = JoinSet::new();
    later.spawn(async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        reader.limit(usize::MAX);
    });
    // Nobody can order anything for bob any more.
    let reports = hub.stop().await;
    let expected = [closed(bob, 0), closed(ada, len(&line(1)))];
    assert_eq!(reports, expected);
    assert_eq!(to_ada.words(), words(&[line(1)]));
    assert!(to_ada.is_shut() && to_bob.is_dropped() && !to_bob.is_shut());
}

#[tokio::test(start_paused = true)]
async fn a_worker_without_connections_ends_with_its_channel() {
    assert_eq!(Hub::with(WIDE, 2, 1).stop().await, []);
}

#[tokio::test(start_paused = true)]
async fn dropping_a_worker_drops_every_write_half() {
    let mut hub = Hub::new(WIDE);
    let (ada, to_ada) = hub.open_stuck();
    let (_bob, to_bob) = hub.open();
    hub.deliver(&[ada], &line(1));
    hub.turn().await;
    hub.tasks.shutdown().await;
    assert!(to_ada.is_dropped() && to_bob.is_dropped());
}
