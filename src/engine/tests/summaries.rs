//! Large rooms: one summary instead of a notice to each about each.

use alloc::format;

use expect_test::expect;

use super::script::World;

#[test]
fn at_a_hundred_members_each_is_told_and_at_one_more_nobody() {
    let mut world = World::crowd(99);
    assert!(
        world
            .line("+100")
            .contains("99 people << guest100 joined #lobby")
    );
    assert!(
        world
            .line("100 nick ada")
            .contains("99 people << guest100 is now ada")
    );
    assert!(!world.line("+101").contains("<<"));
    assert!(!world.line("101 nick bob").contains("<<"));
    assert!(
        world
            .line("-101 reset")
            .contains("100 people << bob departed")
    );
}

#[test]
fn a_summary_comes_ten_seconds_after_the_first_change_and_counts_all() {
    let mut world = World::crowd(101);
    assert!(world.engine.deadline().is_some());
    world.run("@ 10s\ntick");
    assert_eq!(world.engine.deadline(), None);
    world.run("+102\n@ 4s\n+103\n-5 reset\n6 nick ada");
    let (at, _) = world.engine.deadline().unwrap();
    assert_eq!(at.timestamp(), 20);
    expect![[r#"
        > tick
        > @ 6s
        > tick
        102 people << #lobby: 2 joined, 1 left, 1 renamed, 102 now
    "#]]
    .assert_eq(&world.transcript("tick\n@ 6s\ntick"));
}

#[test]
fn one_who_shares_a_small_room_too_is_told_by_that() {
    let mut world = World::crowd(120);
    world.run("1 join ops\n2 join ops");
    expect![[r#"
        > 1 nick ada
        2 << guest1 is now ada (by #ops)
        1 < you are ada
        > -1 reset
        2 << ada departed (by #ops): Lost
    "#]]
    .assert_eq(&world.transcript("1 nick ada\n-1 reset"));
}

#[test]
fn a_room_that_empties_takes_its_deadline_along() {
    let mut world = World::crowd(101);
    for conn in 1..=101 {
        world.run(&format!("-{conn} shutdown"));
    }
    assert_eq!(world.engine.deadline(), None);
    assert!(world.engine.equals_new());
}
