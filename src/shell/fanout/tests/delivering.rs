//! What is sent arrives, in order, with few writes.

use super::*;

#[tokio::test(start_paused = true)]
async fn one_message_to_a_thousand_is_one_write_each() {
    let mut hub = Hub::new(WIDE);
    let people: Vec<_> = (0..1000).map(|_| hub.open()).collect();
    let conns: Vec<ConnId> = people.iter().map(|(conn, _)| *conn).collect();
    hub.deliver(&conns, &line(1));
    hub.turn().await;
    for (_, pipe) in &people {
        assert_eq!(pipe.words(), words(&[line(1)]));
        assert_eq!((pipe.writes(), pipe.polls()), (1, 1));
    }
    assert_eq!(hub.gauges.writes(), 1000);
    assert_eq!(hub.gauges.bytes_out(), 1000 * len(&line(1)) as u64);
    assert_eq!(hub.gauges.held_peak(), 0, "nothing ever waited");
}

#[tokio::test(start_paused = true)]
async fn sixteen_messages_of_a_turn_are_one_write_each() {
    let mut hub = Hub::new(WIDE);
    let people: Vec<_> = (0..3).map(|_| hub.open()).collect();
    let conns: Vec<ConnId> = people.iter().map(|(conn, _)| *conn).collect();
    let lines: Vec<Message> = (1..=16).map(line).collect();
    for message in &lines {
        hub.deliver(&conns, message);
    }
    hub.turn().await;
    for (_, pipe) in &people {
        assert_eq!(pipe.words(), words(&lines));
        assert_eq!((pipe.writes(), pipe.polls()), (1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn scattered_ranges_of_a_turn_are_one_write() {
    let mut hub = Hub::new(WIDE);
    let (ada, to_ada) = hub.open();
    let (bob, to_bob) = hub.open();
    for seq in 1..=20 {
        let to = if seq % 2 == 0 { ada } else { bob };
        hub.deliver(&[to], &line(seq));
        hub.turn.answer(ada, b"-- aside\n");
    }
    hub.turn().await;
    let aside = "-- aside\n";
    let expected: String = (1..=20)
        .map(|seq| match seq % 2 {
            0 => words(&[line(seq)]) + aside,
            _ => aside.to_owned(),
        })
        .collect();
    assert_eq!(to_ada.words(), expected);
    assert_eq!((to_ada.writes(), to_bob.writes()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn turns_that_wait_together_are_one_write() {
    let mut hub = Hub::new(WIDE);
    let (ada, pipe) = hub.open();
    for seq in 1..=2 {
        hub.deliver(&[ada], &line(seq));
        hub.hand_over().await; // The channel has place for both.
    }
    quiet().await;
    assert_eq!(pipe.words(), words(&[line(1), line(2)]));
    assert_eq!(pipe.writes(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_byte_at_a_time_is_the_same_stream() {
    let mut hub = Hub::new(WIDE);
    let (ada, pipe) = hub.open();
    pipe.gulp(1);
    let mut expected = Vec::new();
    for seq in 1..=30 {
        pipe.limit(seq as usize * 7); // Blocks in the middle of lines.
        hub.deliver(&[ada], &line(seq));
        hub.turn.reply(Flavor::Text, ada, &whispered("psst"));
        expected.extend([line(seq), whispered("psst")]);
        hub.turn().await;
    }
    pipe.limit(usize::MAX);
    quiet().await;
    assert_eq!(pipe.words(), words(&expected));
    assert_eq!(hub.gauges.held(), 0);
    assert!(hub.gauges.held_peak() > 0, "it had to wait");
}

#[tokio::test(start_paused = true)]
async fn large_and_small_pieces_arrive_in_order() {
    let mut hub = Hub::new(WIDE);
    let (ada, pipe) = hub.open_stuck();
    let mut expected = Vec::new();
    for size in [10, 100_000, 3, 20_000, 70_000, 1] {
        let bytes: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
        hub.turn.answer(ada, &bytes);
        expected.extend(bytes);
        hub.turn().await;
    }
    for place in [1, 9, 99_999, 40_000, usize::MAX] {
        pipe.limit(place);
        quiet().await;
    }
    assert!(pipe.taken() == expected);
}

#[tokio::test(start_paused = true)]
async fn every_worker_serves_its_own_and_all_are_served() {
    let mut hub = Hub::with(WIDE, 3, 64);
    let people: Vec<_> = (0..50).map(|_| hub.open()).collect();
    let conns: Vec<ConnId> = people.iter().map(|(conn, _)| *conn).collect();
    hub.deliver(&conns, &line(1));
    hub.turn.answer(conns[7], b"you alone\n");
    hub.turn().await;
    for (place, (_, pipe)) in people.iter().enumerate() {
        let alone = if place == 7 { "you alone\n" } else { "" };
        assert_eq!(pipe.words(), words(&[line(1)]) + alone);
    }
}

#[tokio::test(start_paused = true)]
async fn only_who_blocks_is_polled_again() {
    let mut hub = Hub::new(WIDE);
    let (stuck, to_stuck) = hub.open_stuck();
    let (well, to_well) = hub.open();
    hub.deliver(&[stuck, well], &line(1));
    hub.turn().await;
    // Once without a waker, once with one.
    assert_eq!((to_stuck.polls(), to_well.polls()), (2, 1));
    hub.deliver(&[stuck, well], &line(2));
    hub.turn().await;
    assert_eq!((to_stuck.polls(), to_well.polls()), (2, 2));
    to_stuck.nudge();
    quiet().await;
    assert_eq!((to_stuck.polls(), to_well.polls()), (3, 2));
    to_stuck.limit(usize::MAX);
    quiet().await;
    assert_eq!((to_stuck.polls(), to_well.polls()), (4, 2));
    assert_eq!(to_stuck.words(), words(&[line(1), line(2)]));
}

#[tokio::test(start_paused = true)]
async fn a_large_room_does_not_keep_other_tasks_waiting() {
    let mut hub = Hub::new(WIDE);
    let people: Vec<_> = (0..1000).map(|_| hub.open()).collect();
    let conns: Vec<ConnId> = people.iter().map(|(conn, _)| *conn).collect();
    hub.deliver(&conns, &line(1));
    hub.hand_over().await;
    let mut seen = Vec::new();
    while seen.last() != Some(&1000) {
        tokio::task::yield_now().await;
        seen.push(people.iter().filter(|(_, pipe)| pipe.writes() > 0).count());
    }
    let expected: Vec<_> = (1..16).map(|chunk| chunk * 64).chain([1000]).collect();
    assert_eq!(seen, expected);
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_comes_during_a_round_joins_it() {
    let mut hub = Hub::new(WIDE);
    let people: Vec<_> = (0..200).map(|_| hub.open()).collect();
    let conns: Vec<ConnId> = people.iter().map(|(conn, _)| *conn).collect();
    hub.turn().await;
    hub.deliver(&conns, &line(1));
    hub.hand_over().await;
    while people[0].1.writes() == 0 {
        tokio::task::yield_now().await;
    }
    hub.deliver(&conns, &line(2));
    hub.turn().await;
    for (number, (_, pipe)) in people.iter().enumerate() {
        assert_eq!(pipe.words(), words(&[line(1), line(2)]), "{number}");
        // Whoever had been written to is written to again, and nobody else.
        assert_eq!(pipe.writes(), if number < 64 { 2 } else { 1 }, "{number}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_was_freed_belongs_to_its_new_connection() {
    let mut hub = Hub::new(WIDE);
    let (old, to_old) = hub.open_stuck();
    hub.deliver(&[old], &line(1));
    hub.turn.cut(old);
    hub.turn().await;
    hub.slots.free(old);
    let (new, to_new) = hub.open();
    assert_eq!(slot_of(new), slot_of(old));
    hub.deliver(&[old], &line(2));
    hub.deliver(&[new], &line(3));
    hub.turn().await;
    to_old.limit(usize::MAX); // A waker of the old one, if any, wakes nobody.
    quiet().await;
    assert_eq!(to_new.words(), words(&[line(3)]));
    assert_eq!((to_old.words(), to_new.polls()), (String::new(), 1));
}

#[tokio::test(start_paused = true)]
async fn a_turn_is_filled_again_without_what_it_held() {
    let mut turn = Turn::default();
    turn.answer(ConnId(1), b"abc");
    assert_eq!((turn.bytes(), turn.is_empty()), (3, false));
    let pinned = turn.chunk().clone();
    turn.clear();
    assert_eq!((turn.bytes(), turn.is_empty()), (0, true));
    turn.answer(ConnId(1), b"de");
    assert_eq!((turn.bytes(), pinned.as_slice()), (2, b"abc".as_slice()));
}

#[test]
fn an_idle_connection_is_small() {
    type Link = link::Link<crate::shell::tls::Outgoing<crate::shell::TcpWrite>>;
    assert!(
        size_of::<Option<Link>>() <= 88,
        "{}",
        size_of::<Option<Link>>()
    );
}
