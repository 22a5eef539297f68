//! Lines that the protocol has, and lines that it has not.

use super::*;

#[test]
fn the_session_of_the_readme_is_understood() {
    for line in [
        "-- Welcome to roomful. You are guest1, in #lobby with bob, carol and 3 more. /help for help.",
        "-- You are now ada.",
        "14:05 #lobby bob: hey ada!",
        "-- You joined #ops: dan, erin. What you type goes here now.",
        "14:06 #ops * dan waves: twice",
        "14:06 you -> bob: yes, 12:30",
        "14:07 bob -> you: see you there",
        "!! No command /jion. Did you mean /join?",
        "-- Bye, ada.",
        "-- You were too slow: 312 messages skipped in #ops (4711 to 5022) and 12 notices.",
        "-- You were too slow: 1 message skipped in #ops (4711).",
        "-- You were too slow: 3 notices skipped in #ops.",
        "-- #lobby: 214 joined, 8 left, 5,120 now.",
        "-- ada left: off home.",
        "-- You were too slow: 1 message skipped in #ops (4711). /history 4711..4711 #ops shows it.",
        "-- last 3 of 1,204 messages in #ops; /history for more --",
        "-- 3 messages in #ops --",
        "-- Tue, 24 November 2026 --",
        "-- 4711 14:05 #ops ada: hi: you",
        "-- 4711 14:05 #ops * ada waves",
        "-- 4711 14:05 #ops (erased)",
        "-- 4711..5022 #ops (could not be kept)",
        "-- 4711..5022 #ops (lost in a crash of the server, if anything was said)",
        "-- you are live --",
        "-- Nothing is kept of #ops yet.",
        "-- Nothing of #ops is kept there.",
        "-- 20 of 1,204 messages in #ops. /history before 4711 #ops shows earlier ones.",
        "-- 3 of 3 messages in #ops.",
        "-- Nothing in your rooms has \"lunch\" in it. Fewer words find more.",
        "-- 1 message found.",
        "-- The latest 20 messages that match. More words find fewer.",
        "-- History is not being kept at the moment: what is said in #ops now reaches everybody here, and will not be found later.",
        "-- History of #ops is kept again. 1 message (7..7) will stay missing from it.",
    ] {
        assert!(parse(line).is_some(), "{line}");
    }
}

#[test]
fn what_may_not_be_said_is_not_understood() {
    for line in [
        "",
        "hello",
        "-- hello",
        "!! hello",
        "14:05 hello",
        "1405: #lobby bob: x",
        "14:05 #lobby bob x",
        "14:05 bob -> ada: x",
        "-- ada left #ops",
        "-- a b joined #ops.",
        "-- You were too slow: many messages skipped in #ops (1 to 2).",
        "14:05 #lobby bob: \u{7}",
        "-- You were too slow: 1 message skipped in #ops (4711). /history 4711..4712 #ops shows them.",
        "-- last 3 of 3 messages in #ops; /history for more --",
        "-- 4,711 14:05 #ops ada: hi",
        "-- 4711..5022 #ops (lost)",
        "-- 7 of many messages in #ops.",
        "-- History of #ops is kept again. 2 messages (7..7) will stay missing from it.",
    ] {
        assert_eq!(parse(line), None, "{line}");
    }
}
