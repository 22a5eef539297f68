//! A delivery allocates nothing: what is allocated for a line is the same however
//! many people it goes to.

#[path = "../benches/cases/mod.rs"]
mod cases;

use allocation_counter::measure;
use cases::{CODEC, Case, ENGINE, FANOUT};

/// Enough to see what is allocated once in some calls, as by growing buffers.
const CALLS: u64 = 64;

#[test]
fn a_broadcast_allocates_the_same_however_many_hear_it() {
    let counts = ["broadcast to 10", "broadcast to 100", "broadcast to 1000"].map(allocations);
    assert_eq!(counts, [counts[0]; 3], "in {CALLS} broadcasts");
    // The line's own text among them; none is for a recipient.
    assert!(counts[0] <= 4 * CALLS, "{} in {CALLS}", counts[0]);
}

#[test]
fn encoding_into_a_buffer_with_room_allocates_nothing() {
    assert_eq!(allocations("encode a said line"), 0);
}

#[test]
fn filling_a_turn_allocates_per_line_at_most() {
    let lines = 64;
    assert!(allocations("fill a turn for 1000") <= 4 * lines * CALLS);
}

#[test]
fn writing_a_turn_allocates_the_same_however_many_are_written_to() {
    let counts = ["write a turn to 100", "write a turn to 1000"].map(allocations);
    assert_eq!(counts, [counts[0]; 2], "in {CALLS} turns of 64 lines");
    assert!(counts[0] <= 4 * CALLS, "{} in {CALLS}", counts[0]);
}

#[test]
fn the_whole_way_allocates_the_same_however_far_it_goes() {
    let counts = ["whole way to 100", "whole way to 1000"].map(allocations);
    assert_eq!(counts, [counts[0]; 2], "in {CALLS} turns of 64 lines");
}

/// In all calls, after it was warmed up.
fn allocations(name: &str) -> u64 {
    let case = find(name);
    assert!(case.units > 0, "{case} is made of something");
    let mut task = case.warm();
    let counted = measure(|| {
        for _ in 0..CALLS {
            task();
        }
    });
    counted.count_total
}

fn find(name: &str) -> Case {
    let mut all = ENGINE.iter().chain(&CODEC).chain(&FANOUT);
    let found = all.find(|case| case.name == name);
    *found.expect("a case of that name")
}
