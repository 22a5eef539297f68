//! What a slow reader misses, and what they are told.

use super::*;
use crate::shell::fanout::outbox::RANGE_COST;

/// Bounds under which so many lines of one turn fit, less so many bytes.
fn place_for(lines: usize, less: usize) -> Bounds {
    Bounds {
        outbox_bytes_max: RANGE_COST + lines * len(&line(1)) - less,
        ..WIDE
    }
}

/// Ten lines in one turn to somebody who takes nothing; then they take all.
async fn ten_lines_late(bounds: Bounds) -> (String, Vec<Report>) {
    let mut hub = Hub::new(bounds);
    let (ada, pipe) = hub.open_stuck();
    for seq in 1..=10 {
        hub.deliver(&[ada], &line(seq));
    }
    hub.turn().await;
    assert_eq!(hub.reports(), [], "nothing is told before there is place");
    assert!(hub.gauges.held_peak() <= bounds.outbox_bytes_max as u64);
    pipe.limit(usize::MAX);
    quiet().await;
    (pipe.words(), hub.reports())
}

fn told(conn: u64, name: &str, missed: Missed) -> Report {
    Report::Skipped {
        conn: ConnId(conn),
        room: room(name),
        missed,
    }
}

#[tokio::test(start_paused = true)]
async fn at_the_bound_everything_is_queued() {
    let (words_late, reports) = ten_lines_late(place_for(10, 0)).await;
    let lines: Vec<Message> = (1..=10).map(line).collect();
    assert_eq!((words_late, reports), (words(&lines), vec![]));
}

#[tokio::test(start_paused = true)]
async fn one_past_the_bound_is_skipped_and_told_exactly() {
    let (words_late, reports) = ten_lines_late(place_for(10, 1)).await;
    let mut expected: Vec<Message> = (1..=9).map(line).collect();
    expected.push(skipped("ops", missed(1, 10, 10, 0)));
    assert_eq!(words_late, words(&expected));
    assert_eq!(reports, [told(1, "ops", missed(1, 10, 10, 0))]);
}

#[tokio::test(start_paused = true)]
async fn the_range_holds_exactly_what_was_not_delivered() {
    let mut hub = Hub::new(place_for(4, 0));
    let (ada, pipe) = hub.open_stuck();
    for seq in 1..=9 {
        hub.deliver(&[ada], &line(seq));
    }
    hub.turn().await;
    // Place for one line more, but the notice waits for half of the bound.
    pipe.limit(len(&line(1)));
    quiet().await;
    hub.deliver(&[ada], &line(12)); // 10 and 11 were ada's own.
    hub.turn().await;
    assert_eq!(hub.reports(), []);
    pipe.limit(3 * len(&line(1)) - 1);
    quiet().await;
    assert_eq!(hub.reports(), [told(1, "ops", missed(6, 5, 12, 0))]);
    pipe.limit(usize::MAX);
    hub.deliver(&[ada], &line(13));
    hub.turn().await;
    let mut expected: Vec<Message> = (1..=4).map(line).collect();
    expected.extend([skipped("ops", missed(6, 5, 12, 0)), line(13)]);
    assert_eq!(pipe.words(), words(&expected));
    assert_eq!(hub.gauges.skipped_lines(), 6);
}

#[tokio::test(start_paused = true)]
async fn the_notice_waits_until_under_half_and_no_longer() {
    let bounds = Bounds {
        outbox_bytes_max: RANGE_COST + 1000,
        ..WIDE
    };
    let mut hub = Hub::new(bounds);
    let (ada, pipe) = hub.open_stuck();
    hub.turn.answer(ada, &[b'x'; 1000]);
    hub.deliver(&[ada], &line(1));
    hub.turn().await;
    // Half is 532: what waits, and 64 for its range.
    pipe.limit(1000 - (532 - RANGE_COST));
    quiet().await;
    assert_eq!(hub.reports(), []);
    pipe.limit(1);
    quiet().await;
    assert_eq!(hub.reports(), [told(1, "ops", missed(1, 1, 1, 0))]);
}

#[tokio::test(start_paused = true)]
async fn rooms_are_skipped_each_for_itself() {
    let mut hub = Hub::new(place_for(2, 0));
    let (ada, pipe) = hub.open_stuck();
    hub.deliver(&[ada], &line(1));
    hub.deliver(&[ada], &line(2));
    hub.deliver(&[ada], &said("lobby", 70, "hello"));
    hub.deliver(&[ada], &line(3));
    hub.deliver(&[ada], &said("lobby", 71, "anybody"));
    hub.turn().await;
    pipe.limit(usize::MAX);
    quiet().await;
    let expected = [
        line(1),
        line(2),
        skipped("lobby", missed(2, 70, 71, 0)),
        skipped("ops", missed(1, 3, 3, 0)),
    ];
    assert_eq!(pipe.words(), words(&expected));
}

#[tokio::test(start_paused = true)]
async fn a_room_that_is_skipped_stays_so_though_a_shorter_line_would_fit() {
    let bounds = Bounds {
        outbox_bytes_max: 2 * (RANGE_COST + len(&line(1))),
        ..WIDE
    };
    let mut hub = Hub::new(bounds);
    let (ada, pipe) = hub.open_stuck();
    hub.deliver(&[ada], &line(1));
    hub.deliver(&[ada], &said("ops", 2, &"long ".repeat(20)));
    hub.deliver(&[ada], &line(3)); // Would fit.
    hub.deliver(&[ada], &said("lobby", 1, "hi")); // Fits: another room.
    hub.turn().await;
    pipe.limit(usize::MAX);
    quiet().await;
    let expected = [
        line(1),
        said("lobby", 1, "hi"),
        skipped("ops", missed(2, 2, 3, 0)),
    ];
    assert_eq!(pipe.words(), words(&expected));
}

#[tokio::test(start_paused = true)]
async fn notices_are_counted_apart_and_alone() {
    let mut hub = Hub::new(place_for(1, 0));
    let (ada, pipe) = hub.open_stuck();
    hub.deliver(&[ada], &line(1));
    hub.deliver(&[ada], &joined("ops", "carol"));
    hub.deliver(&[ada], &joined("ops", "dan"));
    hub.deliver(&[ada], &joined("lobby", "dan"));
    hub.deliver(&[ada], &said("lobby", 9, "hi dan"));
    hub.turn().await;
    pipe.limit(usize::MAX);
    quiet().await;
    let expected = [
        line(1),
        skipped("ops", missed(0, 0, 0, 2)),
        skipped("lobby", missed(1, 9, 9, 1)),
    ];
    assert_eq!(pipe.words(), words(&expected));
    assert_eq!(hub.gauges.skipped_lines(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_healthy_reader_misses_nothing_of_a_large_turn() {
    let mut hub = Hub::new(place_for(3, 0));
    let (ada, pipe) = hub.open();
    let lines: Vec<Message> = (1..=100).map(line).collect();
    for message in &lines {
        hub.deliver(&[ada], message);
    }
    hub.turn().await;
    assert_eq!(pipe.words(), words(&lines));
    assert_eq!(hub.reports(), []);
    assert_eq!(pipe.writes(), 34, "three lines at a time");
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_takes_bytes_again_misses_nothing_of_the_turn_that_finds_out() {
    let mut hub = Hub::new(place_for(2, 0));
    let (ada, pipe) = hub.open_stuck();
    hub.deliver(&[ada], &line(1));
    hub.deliver(&[ada], &line(2));
    hub.turn().await;
    hub.deliver(&[ada], &line(3));
    pipe.limit(usize::MAX);
    hub.turn().await;
    assert_eq!(pipe.words(), words(&[line(1), line(2), line(3)]));
    assert_eq!(hub.gauges.skipped_lines(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_empty_outbox_takes_any_one_line() {
    let bounds = Bounds {
        outbox_bytes_max: 0,
        ..WIDE
    };
    let mut hub = Hub::new(bounds);
    let (ada, pipe) = hub.open_stuck();
    for seq in 1..=3 {
        hub.deliver(&[ada], &line(seq));
    }
    hub.turn().await;
    pipe.limit(usize::MAX);
    quiet().await;
    let expected = [line(1), skipped("ops", missed(2, 2, 3, 0))];
    assert_eq!(pipe.words(), words(&expected));
}

#[tokio::test(start_paused = true)]
async fn personal_bytes_are_never_skipped() {
    let mut hub = Hub::new(place_for(1, 0));
    let (ada, pipe) = hub.open_stuck();
    let mut expected = vec![line(1)];
    hub.deliver(&[ada], &line(1));
    for number in 0..50 {
        hub.deliver(&[ada], &line(number + 2));
        let message = whispered(&format!("{number}"));
        hub.turn.reply(Flavor::Text, ada, &message);
        expected.push(message);
        hub.deliver(&[ada], &Message::ShuttingDown);
        expected.push(Message::ShuttingDown);
    }
    hub.turn().await;
    pipe.limit(usize::MAX);
    quiet().await;
    expected.push(skipped("ops", missed(50, 2, 51, 0)));
    assert_eq!(pipe.words(), words(&expected));
}

#[tokio::test(start_paused = true)]
async fn leaving_a_room_settles_it_first() {
    let mut hub = Hub::new(place_for(1, 0));
    let (ada, pipe) = hub.open_stuck();
    hub.deliver(&[ada], &line(1));
    hub.deliver(&[ada], &line(2));
    hub.deliver(&[ada], &said("lobby", 5, "hi"));
    hub.turn.settle(ada, &room("ops"));
    hub.turn.settle(ada, &room("ops")); // Nothing is told twice.
    hub.turn.answer(ada, b"-- You left #ops.\n");
    hub.turn().await;
    assert_eq!(hub.reports(), [told(1, "ops", missed(1, 2, 2, 0))]);
    pipe.limit(usize::MAX);
    quiet().await;
    let expected = words(&[line(1), skipped("ops", missed(1, 2, 2, 0))])
        + "-- You left #ops.\n"
        + &words(&[skipped("lobby", missed(1, 5, 5, 0))]);
    assert_eq!(pipe.words(), expected);
}

/// What was missed came after the goodbye, as if more were to come.
#[tokio::test(start_paused = true)]
async fn a_goodbye_comes_after_what_was_missed() {
    let mut hub = Hub::new(place_for(1, 0));
    let (ada, pipe) = hub.open_stuck();
    for seq in 1..=3 {
        hub.deliver(&[ada], &line(seq));
    }
    hub.deliver(&[ada], &said("lobby", 5, "hi"));
    hub.turn.settle_all(ada);
    hub.turn.reply(Flavor::Text, ada, &Message::ShuttingDown);
    hub.turn.finish(ada);
    hub.turn().await;
    pipe.limit(usize::MAX);
    quiet().await;
    let expected = [
        line(1),
        skipped("ops", missed(2, 2, 3, 0)),
        skipped("lobby", missed(1, 5, 5, 0)),
        Message::ShuttingDown,
    ];
    assert_eq!(pipe.words(), words(&expected));
}

#[tokio::test(start_paused = true)]
async fn settling_without_a_skip_says_nothing() {
    let mut hub = Hub::new(WIDE);
    let (ada, pipe) = hub.open();
    hub.deliver(&[ada], &line(1));
    hub.turn.settle(ada, &room("ops"));
    hub.turn().await;
    assert_eq!(pipe.words(), words(&[line(1)]));
    assert_eq!(hub.reports(), []);
}

#[tokio::test(start_paused = true)]
async fn where_history_is_kept_the_notice_says_how_to_get_the_lines() {
    let bounds = Bounds {
        keeps_history: true,
        ..place_for(8, 0)
    };
    let (words_late, reports) = ten_lines_late(bounds).await;
    let mut expected: Vec<Message> = (1..=8).map(line).collect();
    let kept = Message::Skipped {
        room: room("ops"),
        missed: missed(2, 9, 10, 0),
        is_kept: true,
    };
    expected.push(kept);
    assert_eq!(words_late, words(&expected));
    assert!(words_late.ends_with(" /history 9..10 #ops shows them.\n"));
    assert_eq!(reports, [told(1, "ops", missed(2, 9, 10, 0))]);
}
