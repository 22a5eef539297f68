//! Faults are planted, and have to be found.

use super::*;

const SEATING: Seating = Seating {
    rooms: 2,
    room_size: 4,
    speakers: 2,
    members_speak: true,
};

/// Both listeners of the first room; 0 and 1 are its speakers.
const LISTENERS: [usize; 2] = [2, 3];

fn line(speaker: u32, number: u32) -> Line {
    Line {
        speaker,
        number,
        sent: 0,
    }
}

/// Everybody in the first room hears these lines in this order.
fn everybody_hears(checker: &mut Checker, lines: &[(u32, u32)]) {
    for &(speaker, number) in lines {
        for member in (0..4).filter(|member| *member != speaker as usize) {
            checker.hear(member, line(speaker, number));
        }
    }
}

fn judged(mut checker: Checker, said: [u32; 4]) -> Checks {
    checker.finish(&said);
    let checks = checker.findings().checks();
    assert_eq!(
        checks.are_passed(),
        checker.findings().examples().next().is_none()
    );
    checks
}

fn skip(lines: u64, first: u64, last: u64) -> Skip<'static> {
    Skip {
        room: b"room",
        lines,
        first,
        last,
    }
}

#[test]
fn nothing_wrong_is_nothing_found() {
    let mut checker = Checker::new(SEATING);
    everybody_hears(&mut checker, &[(0, 0), (1, 0), (1, 1), (0, 1)]);
    assert!(checker.is_complete(&[2, 2, 0, 0]));
    assert!(!checker.is_complete(&[2, 3, 0, 0]));
    assert_eq!(judged(checker, [2, 2, 0, 0]), Checks::default());
}

#[test]
fn a_line_that_never_comes_is_missing() {
    let mut checker = Checker::new(SEATING);
    checker.hear(2, line(0, 0));
    assert_eq!(checker.hear(2, line(0, 2)), Heard::After(1..2));
    everybody_hears(&mut checker, &[(1, 0)]);
    let checks = judged(checker, [3, 1, 0, 0]);
    // One in the middle for member 2, all three for members 1 and 3.
    assert_eq!(checks.missing, 1 + 3 + 3);
    assert_eq!(checks.doubled + checks.disordered + checks.broken, 0);
}

#[test]
fn what_is_missing_is_named() {
    let mut checker = Checker::new(SEATING);
    everybody_hears(&mut checker, &[(0, 0), (0, 1)]);
    checker.hear(2, line(0, 4));
    checker.finish(&[5, 0, 0, 0]);
    let examples: Vec<&str> = checker.findings().examples().collect();
    assert_eq!(
        examples,
        [
            "member 1 never heard lines 2 to 4 of speaker 0",
            "member 2 never heard lines 2 to 3 of speaker 0",
            "member 3 never heard lines 2 to 4 of speaker 0",
        ]
    );
}

#[test]
fn a_line_that_comes_again_is_doubled() {
    let mut checker = Checker::new(SEATING);
    everybody_hears(&mut checker, &[(0, 0), (0, 1)]);
    assert_eq!(checker.hear(2, line(0, 0)), Heard::Wrong);
    let checks = judged(checker, [2, 0, 0, 0]);
    assert_eq!((checks.doubled, checks.missing), (1, 0));
}

#[test]
fn an_echo_is_doubled() {
    let mut checker = Checker::new(SEATING);
    everybody_hears(&mut checker, &[(0, 0)]);
    assert_eq!(checker.hear(0, line(0, 0)), Heard::Wrong);
    assert_eq!(judged(checker, [1, 0, 0, 0]).doubled, 1);
}

#[test]
fn a_late_line_is_disordered_and_not_missing() {
    let mut checker = Checker::new(SEATING);
    for number in [0, 2, 3, 1] {
        checker.hear(2, line(0, number));
    }
    for member in [1, 3] {
        for number in 0..4 {
            checker.hear(member, line(0, number));
        }
    }
    let checks = judged(checker, [4, 0, 0, 0]);
    assert_eq!((checks.missing, checks.doubled), (0, 0));
    // The late line itself, and an order that the reference does not share.
    assert_eq!(checks.disordered, 2);
}

#[test]
fn two_speakers_lines_swapped_for_one_listener_are_found() {
    let mut checker = Checker::new(SEATING);
    everybody_hears(&mut checker, &[(0, 0), (1, 0)]);
    checker.hear(LISTENERS[0], line(0, 1));
    checker.hear(LISTENERS[0], line(1, 1));
    checker.hear(LISTENERS[1], line(1, 1));
    checker.hear(LISTENERS[1], line(0, 1));
    checker.hear(0, line(1, 1));
    checker.hear(1, line(0, 1));
    assert_eq!(judged(checker, [2, 2, 0, 0]).disordered, 1);
}

#[test]
fn a_swap_for_one_speaker_is_found() {
    let seating = Seating {
        speakers: 3,
        ..SEATING
    };
    let mut checker = Checker::new(seating);
    for member in [2, 3] {
        checker.hear(member, line(0, 0));
        checker.hear(member, line(1, 0));
    }
    for (member, speaker) in [(0, 1), (1, 0)] {
        checker.hear(member, line(speaker, 0));
    }
    for member in [0, 1, 3] {
        checker.hear(member, line(2, 0));
    }
    // Speaker 0 hears 1 and 2 in the other order from here.
    for (member, order) in [(0, [1, 2]), (3, [2, 1])] {
        for speaker in order {
            checker.hear(member, line(speaker, 1));
        }
    }
    checker.hear(1, line(2, 1));
    checker.hear(2, line(1, 1));
    checker.finish(&[1, 2, 2, 0, 0, 0]);
    assert_eq!(checker.findings().checks().disordered, 1);
}

#[test]
fn another_rooms_line_is_broken() {
    let mut checker = Checker::new(SEATING);
    assert_eq!(checker.hear(2, line(2, 0)), Heard::Wrong);
    assert_eq!(checker.hear(5, line(1, 0)), Heard::Wrong);
    assert_eq!(judged(checker, [0; 4]).broken, 2);
}

#[test]
fn a_skip_accounts_for_exactly_its_lines() {
    let run = |told: Skip<'_>| {
        let mut checker = Checker::new(SEATING);
        everybody_hears(&mut checker, &[(0, 0)]);
        for member in [1, 3] {
            (1..5).for_each(|number| {
                checker.hear(member, line(0, number));
            });
        }
        checker.skipped(2, told);
        checker.hear(2, line(0, 4));
        judged(checker, [5, 0, 0, 0])
    };
    let exact = run(skip(3, 102, 104));
    assert!(exact.are_passed());
    assert_eq!(exact.skipped, 3);
    assert_eq!(run(skip(2, 102, 103)).missing, 1);
    assert!(!run(skip(4, 102, 105)).are_passed());
    assert!(!run(skip(3, 102, 105)).are_passed());
    assert!(!run(skip(3, 104, 102)).are_passed());
}

#[test]
fn notices_agree_on_the_rooms_numbers() {
    let mut checker = Checker::new(SEATING);
    everybody_hears(&mut checker, &[(0, 0)]);
    checker.skipped(2, skip(2, 12, 13));
    checker.skipped(3, skip(2, 13, 14));
    assert_eq!(checker.findings().checks().broken, 1);
}

#[test]
fn a_notice_after_later_lines_does_not_fit() {
    let mut checker = Checker::new(SEATING);
    checker.hear(2, line(0, 2));
    checker.skipped(2, skip(2, 1, 2));
    assert_eq!(checker.findings().checks().broken, 1);
}

#[test]
fn a_speakers_own_lines_stand_in_the_range() {
    let mut checker = Checker::new(SEATING);
    for member in [0, 1, 2, 3] {
        checker.skipped(member, skip(if member < 2 { 2 } else { 4 }, 1, 4));
    }
    let checks = judged(checker, [2, 2, 0, 0]);
    assert_eq!((checks.skipped, checks.are_passed()), (12, true));
}

#[test]
fn an_end_that_was_skipped_and_told_is_complete() {
    let mut checker = Checker::new(SEATING);
    everybody_hears(&mut checker, &[(0, 0)]);
    for member in [1, 3] {
        checker.hear(member, line(0, 1));
    }
    assert!(!checker.is_complete(&[2, 0, 0, 0]));
    checker.waited_in_vain(10, &[2, 0, 0, 0]);
    let notes: Vec<&str> = checker.findings().examples().collect();
    let note = "waited 10 s after the last line for 1 deliveries, which did not come";
    assert_eq!(notes, [note]);
    checker.skipped(2, skip(1, 2, 2));
    assert!(checker.is_complete(&[2, 0, 0, 0]));
}
