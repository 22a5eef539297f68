//! Lists, a page at a time.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use expect_test::expect;

use super::script::{World, check};
use crate::chat::{Command, ConnId, Tag};
use crate::engine::{Effect, Effects, Event};

#[test]
fn small_ones_come_at_once() {
    check(
        "+1\n+2\n1 join ops\n1 topic x\n2 who\n2 who ops\n2 rooms\nready 2",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > +2
            1 << guest2 joined #lobby
            2 < welcome guest2 to #lobby [guest1]
            recall #lobby up to 0 for 2
            > 1 join ops
            1 < in #ops [] topic -
            recall #ops up to 0 for 1
            > 1 topic x
            record topic of #ops: x (by guest1)
            1 < topic of #ops: x (by guest1)
            > 2 who
            2 < in #lobby [guest1 guest2] total Some(2)
            > 2 who ops
            2 < in #ops [guest1] total Some(1)
            > 2 rooms
            2 < rooms [#lobby 2 -; #ops 1 x] total Some(2)
            > ready 2
        "#]],
    );
}

#[test]
fn exactly_one_page_is_the_last() {
    let mut world = World::crowd(50);
    expect![[r#"
        > 1 who
        1 < in #lobby [guest1 … guest9: 50 names] total Some(50)
        > ready 1
    "#]]
    .assert_eq(&world.transcript("1 who\nready 1"));
    world.run("+51");
    expect![[r#"
        > 1 who
        1 < in #lobby [guest1 … guest9: 50 names] total None …
        > ready 1
        1 < in #lobby [guest51] total Some(51)
        > ready 1
    "#]]
    .assert_eq(&world.transcript("1 who\nready 1\nready 1"));
}

#[test]
fn a_thousand_come_whole_while_people_come_and_go() {
    let mut world = World::crowd(1_000);
    let mut listed = world.line("1 who").matches("50 names").count() * 50;
    world.run("-500 reset\n-10 reset\n+2000");
    let mut last = String::new();
    for _ in 0..19 {
        last = world.line("ready 1");
        listed += if last.contains("50 names") { 50 } else { 0 };
    }
    // Two of them left, one of these behind the cursor; one came.
    assert_eq!(listed, 1_000);
    expect![[r#"
        1 < in #lobby [guest1000 … guest999: 50 names] total Some(1000)
    "#]]
    .assert_eq(&last);
}

#[test]
fn rooms_come_in_pages_of_ten() {
    let mut world = World::crowd(25);
    for conn in 1..=25 {
        world.run(&format!("{conn} join room{conn:02}"));
    }
    expect![[r#"
        > 1 rooms
        1 < rooms [#lobby 25 -; #room01 1 -; #room02 1 -; #room03 1 -; #room04 1 -; #room05 1 -; #room06 1 -; #room07 1 -; #room08 1 -; #room09 1 -] total None …
        > ready 1
        1 < rooms [#room10 1 -; #room11 1 -; #room12 1 -; #room13 1 -; #room14 1 -; #room15 1 -; #room16 1 -; #room17 1 -; #room18 1 -; #room19 1 -] total None …
        > 13 leave
        13 < out of #room13, now Some("lobby")
        > 20 leave
        20 < out of #room20, now Some("lobby")
        > ready 1
        1 < rooms [#room21 1 -; #room22 1 -; #room23 1 -; #room24 1 -; #room25 1 -] total Some(25)
        > ready 1
    "#]]
        .assert_eq(&world.transcript("1 rooms\nready 1\n13 leave\n20 leave\nready 1\nready 1"));
}

/// The first is shown a page of #ops, and then everybody leaves it.
fn all_leave_in_mid_list() -> World {
    let mut world = World::crowd(61);
    for conn in 2..=61 {
        world.run(&format!("{conn} join ops"));
    }
    world.run("1 who ops");
    for conn in 2..=61 {
        world.run(&format!("{conn} leave"));
    }
    world
}

#[test]
fn a_room_that_closes_in_mid_list_ends_it() {
    let mut world = all_leave_in_mid_list();
    expect![[r#"
        1 < in #ops [] total Some(50)
    "#]]
    .assert_eq(&world.line("ready 1"));
}

#[test]
fn a_list_goes_on_though_the_last_who_was_listed_has_left() {
    let mut world = World::crowd(60);
    world.run("1 who\n-50 reset\n-51 reset");
    expect![[r#"
        1 < in #lobby [guest52 guest53 guest54 guest55 guest56 guest57 guest58 guest59 guest60] total Some(59)
    "#]]
    .assert_eq(&world.line("ready 1"));
}

#[test]
fn a_room_that_is_opened_again_in_mid_list_is_another_room() {
    let mut world = all_leave_in_mid_list();
    world.run("60 join ops\n61 join ops");
    expect![[r#"
        1 < in #ops [] total Some(50)
    "#]]
    .assert_eq(&world.line("ready 1"));
}

#[test]
fn who_reads_a_list_on_is_written_to_again() {
    let mut world = World::crowd(60);
    world.run("1 who\nchoked 1");
    expect![[r#"
        > 2 msg guest1 x
        2 < no: NotReading { nick: "guest1" }
        > ready 1
        1 < in #lobby [guest51 guest52 guest53 guest54 guest55 guest56 guest57 guest58 guest59 guest60] total Some(60)
        > 2 msg guest1 x
        1 << guest2 -> you: x
        2 < you -> guest1: x
    "#]].assert_eq(&world.transcript("2 msg guest1 x\nready 1\n2 msg guest1 x"));
}

#[test]
fn each_page_answers_the_same_request() {
    let mut world = World::crowd(60);
    let tag = Tag::new("a").unwrap();
    let asked = Event::Requested {
        conn: ConnId(1),
        tag: Some(tag.clone()),
        command: Command::Who { room: None },
    };
    for event in [asked, Event::Ready { conn: ConnId(1) }] {
        let mut effects = Effects::default();
        world.engine.handle(world.now, event, &mut effects);
        let answers: Vec<_> = effects.iter().collect();
        let [Effect::Reply { tag: of, .. }] = answers[..] else {
            panic!("{answers:?}");
        };
        assert_eq!(of, Some(&tag));
    }
}
