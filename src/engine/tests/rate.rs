//! The rate limit: it delays and drops nothing.

use alloc::string::String;

use expect_test::expect;

use super::script::World;
use crate::chat::Limits;

fn twenty_then_five() -> World {
    let mut world = World::new(Limits::default());
    world.run("+1\n+2");
    world
}

/// Only what the limiter says.
fn limiter(transcript: &str) -> String {
    let is_limiter = |line: &&str| line.starts_with("pause") || line.contains("delayed");
    transcript
        .lines()
        .filter(is_limiter)
        .map(|line| String::from(line) + "\n")
        .collect()
}

#[test]
fn twenty_at_once_then_a_pause_for_each() {
    let mut world = twenty_then_five();
    assert_eq!(limiter(&world.transcript(&"1 say x\n".repeat(19))), "");
    expect![[r#"
        pause 1 until 200ms
        pause 1 until 400ms
        pause 1 until 600ms
        pause 1 until 800ms
        pause 1 until 1000ms
        1 < delayed to 5 a second
        pause 1 until 1200ms
        pause 1 until 1400ms
    "#]]
    .assert_eq(&limiter(&world.transcript(&"1 say x\n".repeat(7))));
    assert_eq!(world.engine.stats().said, 26, "all of it is said");
}

#[test]
fn sixteen_owed_are_the_most_that_a_batch_can_make() {
    let mut world = twenty_then_five();
    world.run(&"1 say x\n".repeat(20));
    let owed = world.transcript(&"1 say x\n".repeat(16));
    expect!["pause 1 until 3400ms"].assert_eq(limiter(&owed).lines().last().unwrap());
}

#[test]
fn the_notice_comes_once_until_one_has_stopped() {
    let mut world = twenty_then_five();
    let paste = "1 say x\n".repeat(30);
    let told = |transcript: &str| transcript.matches("delayed").count();
    assert_eq!(told(&world.transcript(&paste)), 1);
    assert_eq!(told(&world.transcript(&paste)), 0);
    world.run("@ 5s");
    assert_eq!(told(&world.transcript(&paste)), 0, "not full again yet");
    world.run("@ 60s");
    assert_eq!(told(&world.transcript(&paste)), 1);
}

#[test]
fn lines_that_the_door_answers_cost_the_same() {
    let mut world = twenty_then_five();
    world.run(&"stray 1\n".repeat(19));
    expect![[r#"
        pause 1 until 200ms
    "#]]
    .assert_eq(&world.line("stray 1"));
}

#[test]
fn people_have_buckets_of_their_own() {
    let mut world = twenty_then_five();
    world.run(&"1 say x\n".repeat(30));
    assert_eq!(limiter(&world.line("2 say x")), "");
}

#[test]
fn another_rate_holds_from_the_next_line_on() {
    let mut world = twenty_then_five();
    world.run(&"1 say x\n".repeat(18));
    world.run("rate 4 1");
    expect![[r#"
        pause 1 until 1000ms
        1 < delayed to 1 a second
        pause 1 until 2000ms
    "#]]
    .assert_eq(&limiter(&world.transcript(&"1 say x\n".repeat(3))));
    let unused = world.transcript(&"2 say x\n".repeat(4));
    expect![[r#"
        pause 2 until 1000ms
    "#]]
    .assert_eq(&limiter(&unused));
    world.run("rate 0 1");
    assert_eq!(limiter(&world.transcript(&"1 say x\n".repeat(50))), "");
}

#[test]
fn an_engine_with_another_rate_equals_a_new_one_when_all_have_gone() {
    let mut world = twenty_then_five();
    world.run("1 say x\nrate 4 1\n-1 reset\n-2 reset");
    assert!(world.engine.equals_new());
}
