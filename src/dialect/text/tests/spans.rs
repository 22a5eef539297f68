//! Which part of a history is meant by what people type.

use alloc::format;

use expect_test::expect;

use super::typed::check;
use crate::chat::{Command, Seq, Span};
use crate::dialect::{Decoded, parse_text};

#[test]
fn so_many_of_the_last() {
    check(
        &[
            "/history",
            "/history 1",
            "/history 007",
            "/history ops",
            "/history #ops",
            "/history 50 ops",
            "/history #ops 50",
            "/history 2024",
            "/history #2024",
            "/history 20 2024",
            "/history #before",
        ],
        &expect![[r#"
            > /history
            History { room: None, span: Last { count: 20 } }
            > /history 1
            History { room: None, span: Last { count: 1 } }
            > /history 007
            History { room: None, span: Last { count: 7 } }
            > /history ops
            History { room: Some("ops"), span: Last { count: 20 } }
            > /history #ops
            History { room: Some("ops"), span: Last { count: 20 } }
            > /history 50 ops
            History { room: Some("ops"), span: Last { count: 50 } }
            > /history #ops 50
            History { room: Some("ops"), span: Last { count: 50 } }
            > /history 2024
            History { room: None, span: Last { count: 1000 } }
            > /history #2024
            History { room: Some("2024"), span: Last { count: 20 } }
            > /history 20 2024
            History { room: Some("2024"), span: Last { count: 20 } }
            > /history #before
            History { room: Some("before"), span: Last { count: 20 } }
        "#]],
    );
}

#[test]
fn so_many_before_a_number() {
    check(
        &[
            "/history before 4711",
            "/history BEFORE 4711 #ops",
            "/history ops before 4711",
            "/history 50 before 4711 ops",
            "/history before 1",
        ],
        &expect![[r#"
            > /history before 4711
            History { room: None, span: Before { seq: Seq(4711), count: 20 } }
            > /history BEFORE 4711 #ops
            History { room: Some("ops"), span: Before { seq: Seq(4711), count: 20 } }
            > /history ops before 4711
            History { room: Some("ops"), span: Before { seq: Seq(4711), count: 20 } }
            > /history 50 before 4711 ops
            History { room: Some("ops"), span: Before { seq: Seq(4711), count: 50 } }
            > /history before 1
            History { room: None, span: Before { seq: Seq(1), count: 20 } }
        "#]],
    );
}

#[test]
fn from_one_number_to_another() {
    check(
        &[
            "/history 4711..5022",
            "/history 4711..5022 #ops",
            "/history #ops 4711..5022",
            "/history 4711..4711",
            "/history 5022..4711",
            "/history 4711..",
            "/history ..4711 #ops",
        ],
        &expect![[r#"
            > /history 4711..5022
            History { room: None, span: Between { first: Seq(4711), last: Seq(5022) } }
            > /history 4711..5022 #ops
            History { room: Some("ops"), span: Between { first: Seq(4711), last: Seq(5022) } }
            > /history #ops 4711..5022
            History { room: Some("ops"), span: Between { first: Seq(4711), last: Seq(5022) } }
            > /history 4711..4711
            History { room: None, span: Between { first: Seq(4711), last: Seq(4711) } }
            > /history 5022..4711
            History { room: None, span: Between { first: Seq(4711), last: Seq(5022) } }
            > /history 4711..
            History { room: None, span: Between { first: Seq(4711), last: Seq(18446744073709551615) } }
            > /history ..4711 #ops
            History { room: Some("ops"), span: Between { first: Seq(1), last: Seq(4711) } }
        "#]],
    );
}

#[test]
fn what_cannot_be_meant_is_refused() {
    check(
        &[
            "/history 0",
            "/history 0..7",
            "/history before",
            "/history before ops",
            "/history before 0",
            "/history ..",
            "/history 1...7",
            "/history 4711-5022",
            "/history -5",
            "/history 4,711",
            "/history ops dev",
            "/history 5 ops 5",
        ],
        &expect![[r#"
            > /history 0
            !! That is not how /history works. Type /history [N]; /help history shows examples.
            > /history 0..7
            !! That is not how /history works. Type /history [N]; /help history shows examples.
            > /history before
            !! That is not how /history works. Type /history [N]; /help history shows examples.
            > /history before ops
            !! That is not how /history works. Type /history [N]; /help history shows examples.
            > /history before 0
            !! That is not how /history works. Type /history [N]; /help history shows examples.
            > /history ..
            !! That is not how /history works. Type /history [N]; /help history shows examples.
            > /history 1...7
            !! That is not how /history works. Type /history [N]; /help history shows examples.
            > /history 4711-5022
            !! That is not how /history works. Type /history [N]; /help history shows examples.
            > /history -5
            !! That is not how /history works. Type /history [N]; /help history shows examples.
            > /history 4,711
            !! That is not how /history works. Type /history [N]; /help history shows examples.
            > /history ops dev
            !! That is not how /history works. Type /history [N]; /help history shows examples.
            > /history 5 ops 5
            !! That is not how /history works. Type /history [N]; /help history shows examples.
        "#]],
    );
}

fn span(line: &str) -> Span {
    match parse_text(line) {
        Some(Decoded::Command {
            command: Command::History { room: None, span },
            ..
        }) => span,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_thousand_at_once_and_one_more_is_a_thousand() {
    let count = Span::LINES_MAX;
    assert_eq!(count, 1_000);
    for typed in ["1000", "1001", "99999999999999999999"] {
        assert_eq!(span(&format!("/history {typed}")), Span::Last { count });
        let seq = Seq(7);
        let before = Span::Before { seq, count };
        assert_eq!(span(&format!("/history {typed} before 7")), before);
    }
    assert_eq!(span("/history 999"), Span::Last { count: 999 });
}

#[test]
fn a_number_past_all_numbers_is_the_highest() {
    let (first, last) = (Seq(u64::MAX), Seq(u64::MAX));
    let highest = Span::Between { first, last };
    for typed in [
        "18446744073709551615..",
        "18446744073709551616..",
        "99999999999999999999..18446744073709551615",
    ] {
        assert_eq!(span(&format!("/history {typed}")), highest);
    }
}
