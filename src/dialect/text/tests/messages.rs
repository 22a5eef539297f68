//! The words for every message.

use alloc::string::String;
use alloc::vec::Vec;

use expect_test::{Expect, expect};

use super::samples;
use crate::chat::Message;
use crate::dialect::text::encode;

fn check(messages: &[Message], expected: &Expect) {
    let mut bytes = Vec::new();
    for message in messages {
        let start = bytes.len();
        encode(message, &mut bytes);
        assert!(bytes[start..].ends_with(b"\n"), "a message ends its line");
        assert!(
            bytes[start..]
                .iter()
                .all(|byte| *byte >= b' ' || *byte == b'\n')
        );
    }
    expected.assert_eq(&String::from_utf8(bytes).unwrap());
}

#[test]
fn what_is_said() {
    check(
        &samples::said(),
        &expect![[r#"
        14:05 #lobby bob: hey ada!
        14:05 #lobby * dan waves
        14:05 bob -> you: see you there
        14:05 you -> bob: yes, 12:30
    "#]],
    );
}

#[test]
fn what_is_told_of_others() {
    check(
        &samples::of_others(),
        &expect![[r#"
            -- ada joined #ops.
            -- ada left #ops.
            -- ada left.
            -- ada left: off home.
            -- ada left: connection lost.
            -- ada is now ada2.
            -- dan set the topic of #lobby: release 2
            -- dan cleared the topic of #lobby.
            -- #lobby: 214 joined, 8 left, 5,120 now.
            -- #lobby: 1 left, 3 renamed, 5,120 now.
            -- History is not being kept at the moment: what is said in #ops now reaches everybody here, and will not be found later.
            -- History of #ops is kept again. 312 messages (4711..5022) will stay missing from it.
            -- History of #ops is kept again. 1 message (7..7) will stay missing from it.
        "#]],
    );
}

#[test]
fn what_is_told_of_oneself() {
    check(
        &samples::of_oneself(),
        &expect![[r#"
            -- Welcome to roomful. You are guest1, in #lobby with bob, carol and 3 more. /help for help.
            -- Welcome to roomful. You are guest1, in #lobby. Nobody else is here yet. /help for help.
            -- You are now ada.
            -- You joined #ops: dan, erin. What you type goes here now.
            -- You joined #ops. Nobody else is here yet. What you type goes here now.
            -- Topic of #ops: release 2 on Monday (set by dan, 2026-11-24 14:05)
            -- You are back in #ops: dan and 1,200 more. What you type goes here now.
            -- You are back in #ops. Nobody else is here. What you type goes here now.
            -- You left #ops. What you type goes to #lobby now.
            -- You left #ops. You are in no room now; /join ROOM goes to one.
            -- You were too slow: 312 messages skipped in #ops (4711 to 5022).
            -- You were too slow: 312 messages skipped in #ops (4711 to 5030) and 12 notices.
            -- You were too slow: 1 message skipped in #ops (7) and 1 notice.
            -- You were too slow: 1,200 notices skipped in #ops.
            -- You were too slow: 312 messages skipped in #ops (4711 to 5022). /history 4711..5022 #ops shows them.
            -- You were too slow: 312 messages skipped in #ops (4711 to 5030) and 12 notices. /history 4711..5030 #ops shows them.
            -- You were too slow: 1 message skipped in #ops (4711). /history 4711..4711 #ops shows it.
            -- You were too slow: 12 notices skipped in #ops.
            -- You ignore bob now. /unignore bob undoes it.
            -- You hear bob again.
            -- You send faster than 5 lines a second. Nothing is lost: your lines are taken at that rate.
            -- You send faster than 1 line a second. Nothing is lost: your lines are taken at that rate.
            -- Bye, ada.
            -- The server is shutting down. Bye.
            !! The server has found a fault in itself and stops. What was said up to here was delivered; come back a little later.
        "#]],
    );
}

#[test]
fn lists_and_topics() {
    check(
        &samples::lists(),
        &expect![[r#"
        -- Topic of #ops: release 2 on Monday (set by dan, 2026-11-24 14:05)
        -- #ops has no topic. /topic TEXT sets one.
        -- #lobby (5,120)
        -- #ops (12): release 2
        -- #ops (12)
        -- 3 rooms. /join ROOM goes to one.
        -- #lobby (1)
        -- 1 room. /join ROOM goes to one.
        -- #ops: guest1, guest2, guest3, guest4, guest5, guest6, guest7, guest8
        -- #ops: guest9, guest10, guest11, guest12, guest13, guest14, guest15, guest16
        -- #ops: guest17, guest18, guest19, guest20, guest21, guest22, guest23
        -- #ops: guest24, guest25, guest26, guest27, guest28, guest29, guest30
        -- #ops: ada, bob
        -- 1,002 people in #ops.
        -- #ops: ada
        -- 1 person in #ops.
        -- You ignore: bob, eve
        -- You ignore nobody. /ignore NICK begins it.
    "#]],
    );
}

#[test]
fn what_was_said_last_when_one_joins() {
    check(
        &samples::tails(),
        &expect![[r#"
        -- last 4 of 1,204 messages in #ops; /history for more --
        -- 1..4710 #ops (no longer kept)
        -- Mon, 23 November 2026 --
        -- 4711 14:05 #ops ada: hi
        -- 4712 14:05 #ops * ada waves
        -- Tue, 24 November 2026 --
        -- 4713 14:05 #ops (erased)
        -- 4714..4720 #ops (could not be kept)
        -- 4721..4721 #ops (lost in a crash of the server, if anything was said)
        -- Wed, 25 November 2026 --
        -- 4722 00:05 #ops bob: -- 1 14:05 #ops eve: no
        -- you are live --
        -- 1 message in #ops --
        -- 4713 14:05 #ops (erased)
        -- you are live --
        -- last 1 of 2 messages in #ops; /history for more --
        -- Wed, 25 November 2026 --
        -- 4722 00:05 #ops bob: -- 1 14:05 #ops eve: no
        -- you are live --
    "#]],
    );
}

#[test]
fn what_was_said_before_on_request() {
    check(
        &samples::histories(),
        &expect![[r#"
        -- 1..4710 #ops (no longer kept)
        -- Mon, 23 November 2026 --
        -- 4711 14:05 #ops ada: hi
        -- 4712 14:05 #ops * ada waves
        -- Tue, 24 November 2026 --
        -- 4713 14:05 #ops (erased)
        -- 4714..4720 #ops (could not be kept)
        -- 4721..4721 #ops (lost in a crash of the server, if anything was said)
        -- Wed, 25 November 2026 --
        -- 4722 00:05 #ops bob: -- 1 14:05 #ops eve: no
        -- 4713 14:05 #ops (erased)
        -- 20 of 1,204 messages in #ops. /history before 4711 #ops shows earlier ones.
        -- 50 of 1,204 messages in #ops. /history 50 before 4711 #ops shows earlier ones.
        -- 1,000 of 4,290 messages in #ops. /history 5711..9000 #ops shows the next ones.
        -- 1,204 of 1,204 messages in #ops.
        -- 1 of 1 message in #ops.
        -- Nothing of #ops is kept there.
        -- Nothing of #ops is kept there. /history before 4711 #ops shows earlier ones.
        -- Nothing is kept of #ops yet.
    "#]],
    );
}

#[test]
fn what_a_search_finds() {
    check(
        &samples::findings(),
        &expect![[r#"
            -- Mon, 23 November 2026 --
            -- 4711 14:05 #ops ada: hi
            -- 4712 14:05 #ops * ada waves
            -- 2 messages found.
            -- Wed, 25 November 2026 --
            -- 4722 00:05 #ops bob: -- 1 14:05 #ops eve: no
            -- The latest message that matches. More words find fewer.
            -- Mon, 23 November 2026 --
            -- 4711 14:05 #ops ada: hi
            -- 4712 14:05 #ops * ada waves
            -- The latest 2 messages that match. More words find fewer.
            -- Wed, 25 November 2026 --
            -- 4722 00:05 #ops bob: -- 1 14:05 #ops eve: no
            -- 1 message found.
            -- Nothing in your rooms has "lunch" in it. Fewer words find more.
            -- Only people whom you ignore said "say \"lunch\"" lately. More words find what others said.
            -- Nothing in your rooms has "lunch lunch lunch lunch lunch lunch lunc…" in it. Fewer words find more.
        "#]],
    );
}

/// Whoever reads lines tells what was said before from what is being said.
#[test]
fn what_was_said_before_is_a_notice() {
    let mut bytes = Vec::new();
    let all = [samples::tails(), samples::histories(), samples::findings()].concat();
    for message in &all {
        encode(message, &mut bytes);
    }
    let lines = String::from_utf8(bytes).unwrap();
    assert!(lines.lines().all(|line| line.starts_with("-- ")), "{lines}");
}

#[test]
fn every_refusal() {
    check(
        &samples::refusals(),
        &expect![[r#"
            !! "" cannot be a nickname: a name needs at least one character. Try another one.
            !! "x" cannot be a nickname: a name has at most 32 characters. Try another one.
            !! "x" cannot be a nickname: a name has at most 64 bytes. Try another one.
            !! "9lives" cannot be a nickname: a name may not begin with '9'. Try another one.
            !! "a!" cannot be a nickname: a name may not contain '!'. Try another one.
            !! "a" cannot be a nickname: a name has at most two combining marks in a row. Try another one.
            !! "a" cannot be a nickname: a name may not mix scripts that look alike. Try another one.
            !! "-x" cannot be a room's name: a name may not begin with '-'. Try another one.
            !! ada is taken. Try ada2 or ada_.
            !! ada is taken. Try ada2.
            !! ada is taken. Choose another.
            !! ѕсоре looks the same as scope, who is here. Choose one that nobody mistakes.
            !! admin is reserved, so that nobody passes for the server or a guest. Choose another.
            !! Nobody here is called bob. /who lists who is in the room.
            !! There is no room #ops. /rooms lists them; /join ops opens it.
            !! You are not in #ops. /join ops goes there.
            !! You are in no room, and that needs one. /join ROOM goes to one.
            !! #ѕсоре looks the same as #scope, which is open. Choose one that nobody mistakes.
            !! You are in 50 rooms, the most you may be in. /leave one first.
            !! 10,000 rooms are open, the most there may be. Join one of them: /rooms.
            !! That topic has 1,301 characters; 300 is the most. Say it shorter.
            !! That reason has 201 characters; 200 is the most. Say it shorter, or /quit without one.
            !! Nobody has sent you a private message yet. /msg NICK TEXT sends one.
            !! The bob who wrote to you has left. Not sent; /who lists who is here.
            !! bob is not reading at the moment. Not sent; try again later.
            !! That is you: you cannot ignore yourself.
            !! You do not ignore bob. /ignore lists whom you ignore.
            !! You ignore 100 people already, the most you may. /unignore one first.
            !! The server is full: 10,000 connections at most. Try again later.
            !! Your address has 64 connections already, the most that one may have. Close one first.
            !! This port takes TLS only. Connect with TLS: openssl s_client -quiet -connect HOST:PORT
            !! That is TLS, which is not taken here, or began too late. Connect again: without TLS, or at once.
            !! Not all that you sent could be taken in the 60 seconds after the end of your input; the rest was discarded. Send it in smaller parts.
            !! Not all that you sent could be taken in the 1 second after the end of your input; the rest was discarded. Send it in smaller parts.
            !! This server keeps no history: what was said is known to those who heard it.
            !! What was said cannot be read at the moment; the server's disk has a fault. Try again later.
            !! What you said to #ops could not be kept, so it was not said: nobody has seen it. Try again later.
            !! The server stops before what you said to #ops was safely kept. Nobody has seen it; the history may show it later.
        "#]],
    );
}
