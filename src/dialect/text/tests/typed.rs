//! What is made of what people type.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use expect_test::{Expect, expect};

use crate::chat::{Command, Text};
use crate::dialect::{Decoded, Decoder, Flavor, parse_text};

/// `Debug` hides what people say; a golden must not.
fn shown(decoded: &Decoded) -> String {
    match decoded {
        Decoded::Answer(bytes) => String::from_utf8(bytes.clone())
            .unwrap()
            .trim_end()
            .to_string(),
        Decoded::Command { command, .. } => {
            let said = said(command).map(|text| format!(" {text:?}", text = text.as_str()));
            format!("{command:?}{}", said.unwrap_or_default())
        }
    }
}

fn said(command: &Command) -> Option<&Text> {
    match command {
        Command::Say { text, .. }
        | Command::Act { text, .. }
        | Command::Whisper { text, .. }
        | Command::Reply { text } => Some(text),
        Command::SetTopic { topic, .. } => topic.as_ref(),
        Command::Quit { reason } => reason.as_ref(),
        Command::Search { words } => Some(words),
        Command::Nick { .. }
        | Command::Join { .. }
        | Command::Leave { .. }
        | Command::Rooms
        | Command::Who { .. }
        | Command::ShowTopic { .. }
        | Command::Ignore { .. }
        | Command::Ignored
        | Command::Unignore { .. }
        | Command::History { .. } => None,
    }
}

pub(super) fn check(typed: &[&str], expected: &Expect) {
    let mut transcript = String::new();
    for line in typed {
        let made = parse_text(line).map_or("nothing".to_string(), |decoded| shown(&decoded));
        transcript += &format!("> {}\n{made}\n", line.escape_debug());
    }
    expected.assert_eq(&transcript);
}

#[test]
fn every_command() {
    let typed = [
        "/nick ada",
        "/join ops",
        "/join #ops",
        "/leave",
        "/leave #ops",
        "/rooms",
        "/who",
        "/who ops",
        "/msg bob yes,  12:30",
        "/reply on my way",
        "/me waves",
        "/topic",
        "/topic release 2",
        "/topic -",
        "/ignore",
        "/ignore bob",
        "/unignore bob",
        "/quit",
        "/quit off home",
        "/history",
    ];
    check(
        &typed,
        &expect![[r#"
            > /nick ada
            Nick { nick: "ada" }
            > /join ops
            Join { room: "ops" }
            > /join #ops
            Join { room: "ops" }
            > /leave
            Leave { room: None }
            > /leave #ops
            Leave { room: Some("ops") }
            > /rooms
            Rooms
            > /who
            Who { room: None }
            > /who ops
            Who { room: Some("ops") }
            > /msg bob yes,  12:30
            Whisper { to: "bob", text: Text(11 bytes) } "yes,  12:30"
            > /reply on my way
            Reply { text: Text(9 bytes) } "on my way"
            > /me waves
            Act { room: None, text: Text(5 bytes) } "waves"
            > /topic
            ShowTopic { room: None }
            > /topic release 2
            SetTopic { room: None, topic: Some(Text(9 bytes)) } "release 2"
            > /topic -
            SetTopic { room: None, topic: None }
            > /ignore
            Ignored
            > /ignore bob
            Ignore { nick: "bob" }
            > /unignore bob
            Unignore { nick: "bob" }
            > /quit
            Quit { reason: None }
            > /quit off home
            Quit { reason: Some(Text(8 bytes)) } "off home"
            > /history
            History { room: None, span: Last { count: 20 } }
        "#]],
    );
}

#[test]
fn aliases_prefixes_and_capitals() {
    let typed = [
        "/part ops",
        "/names",
        "/list",
        "/w bob hi",
        "/whisper bob hi",
        "/exit",
        "/n ada",
        "/j ops",
        "/TOPIC x",
        "/Jo ops",
        "/to",
        "/le",
        "/q",
        "/un bob",
        "/r",
        "/m bob",
        "/xy",
    ];
    check(
        &typed,
        &expect![[r#"
            > /part ops
            Leave { room: Some("ops") }
            > /names
            Who { room: None }
            > /list
            Rooms
            > /w bob hi
            Whisper { to: "bob", text: Text(2 bytes) } "hi"
            > /whisper bob hi
            Whisper { to: "bob", text: Text(2 bytes) } "hi"
            > /exit
            Quit { reason: None }
            > /n ada
            Nick { nick: "ada" }
            > /j ops
            Join { room: "ops" }
            > /TOPIC x
            SetTopic { room: None, topic: Some(Text(1 bytes)) } "x"
            > /Jo ops
            Join { room: "ops" }
            > /to
            ShowTopic { room: None }
            > /le
            Leave { room: None }
            > /q
            Quit { reason: None }
            > /un bob
            Unignore { nick: "bob" }
            > /r
            !! That is not how /reply works. Type /reply TEXT; /help reply shows examples.
            > /m bob
            !! /m could be /msg or /me. Type a little more.
            > /xy
            !! No command /xy. /help lists them all.
        "#]],
    );
}

/// A new command takes no short form away that somebody's fingers know.
#[test]
fn a_new_name_leaves_the_old_ones() {
    check(
        &["/h to", "/hi", "/s release notes", "/find lunch", "/ro"],
        &expect![[r#"
            > /h to
            -- /topic [TEXT]: show the room's topic, or set it; /topic - clears it.
            -- Examples: /topic  or  /topic release 2 is out on Monday
            > /hi
            History { room: None, span: Last { count: 20 } }
            > /s release notes
            Search { words: Text(13 bytes) } "release notes"
            > /find lunch
            Search { words: Text(5 bytes) } "lunch"
            > /ro
            Rooms
        "#]],
    );
}

#[test]
fn what_is_said() {
    let typed = [
        "hi all",
        "  indented",
        "",
        "   ",
        "\t",
        "//join is a command",
        "/usr/bin/env",
        "/ hello",
        "/",
        " /quit",
        "a\tb\u{7}\u{1b}[31mc\u{202e}d",
        "/who/x",
    ];
    check(
        &typed,
        &expect![[r#"
        > hi all
        Say { room: None, text: Text(6 bytes) } "hi all"
        >   indented
        Say { room: None, text: Text(10 bytes) } "  indented"
        > 
        nothing
        >    
        nothing
        > \t
        nothing
        > //join is a command
        Say { room: None, text: Text(18 bytes) } "/join is a command"
        > /usr/bin/env
        Say { room: None, text: Text(12 bytes) } "/usr/bin/env"
        > / hello
        !! A command's name stands right behind the slash. /help lists them.
        > /
        !! A command's name stands right behind the slash. /help lists them.
        >  /quit
        Say { room: None, text: Text(6 bytes) } " /quit"
        > a\tb\u{7}\u{1b}[31mc\u{202e}d
        Say { room: None, text: Text(9 bytes) } "a b[31mcd"
        > /who/x
        Say { room: None, text: Text(6 bytes) } "/who/x"
    "#]],
    );
}

#[test]
fn a_missing_or_surplus_word_is_refused() {
    let typed = [
        "/nick",
        "/nick a b",
        "/join",
        "/join a b",
        "/leave a b",
        "/rooms x",
        "/who a b",
        "/msg",
        "/msg bob",
        "/reply",
        "/me",
        "/ignore a b",
        "/unignore",
        "/search",
        "/history 20 ops dev",
    ];
    check(
        &typed,
        &expect![[r#"
            > /nick
            !! That is not how /nick works. Type /nick NAME; /help nick shows examples.
            > /nick a b
            !! That is not how /nick works. Type /nick NAME; /help nick shows examples.
            > /join
            !! That is not how /join works. Type /join ROOM; /help join shows examples.
            > /join a b
            !! That is not how /join works. Type /join ROOM; /help join shows examples.
            > /leave a b
            !! That is not how /leave works. Type /leave [ROOM]; /help leave shows examples.
            > /rooms x
            !! That is not how /rooms works. Type /rooms; /help rooms shows examples.
            > /who a b
            !! That is not how /who works. Type /who [ROOM]; /help who shows examples.
            > /msg
            !! That is not how /msg works. Type /msg NICK TEXT; /help msg shows examples.
            > /msg bob
            !! That is not how /msg works. Type /msg NICK TEXT; /help msg shows examples.
            > /reply
            !! That is not how /reply works. Type /reply TEXT; /help reply shows examples.
            > /me
            !! That is not how /me works. Type /me TEXT; /help me shows examples.
            > /ignore a b
            !! That is not how /ignore works. Type /ignore [NICK]; /help ignore shows examples.
            > /unignore
            !! That is not how /unignore works. Type /unignore NICK; /help unignore shows examples.
            > /search
            !! That is not how /search works. Type /search WORDS; /help search shows examples.
            > /history 20 ops dev
            !! That is not how /history works. Type /history [N]; /help history shows examples.
        "#]],
    );
}

#[test]
fn a_bad_name_is_refused() {
    let typed = [
        "/msg 9 x",
        "/nick 9lives",
        "/nick \u{435}mily",
        "/nick bob\u{200b}",
        "/nick a\u{202e}b",
        "/join -x",
    ];
    check(
        &typed,
        &expect![[r#"
        > /msg 9 x
        !! "9" cannot be a nickname: a name may not begin with '9'. Try another one.
        > /nick 9lives
        !! "9lives" cannot be a nickname: a name may not begin with '9'. Try another one.
        > /nick еmily
        !! "еmily" cannot be a nickname: a name may not mix scripts that look alike. Try another one.
        > /nick bob\u{200b}
        !! "bob\u{200b}" cannot be a nickname: a name may not contain '\u{200b}'. Try another one.
        > /nick a\u{202e}b
        !! "ab" cannot be a nickname: a name may not contain '\u{202e}'. Try another one.
        > /join -x
        !! "-x" cannot be a room's name: a name may not begin with '-'. Try another one.
    "#]],
    );
}

#[test]
fn an_unknown_command_is_refused() {
    let typed = [
        "/jion x",
        "/histroy",
        "/serach x",
        "/xyzzy",
        "/averyveryveryveryveryveryveryveryverylongcommandname",
        "/help a b",
        "/help join x",
        "/help xyzzy",
        "/help r",
        "/help m",
    ];
    check(
        &typed,
        &expect![[r#"
            > /jion x
            !! No command /jion. Did you mean /join?
            > /histroy
            !! No command /histroy. Did you mean /history?
            > /serach x
            !! No command /serach. Did you mean /search?
            > /xyzzy
            !! No command /xyzzy. /help lists them all.
            > /averyveryveryveryveryveryveryveryverylongcommandname
            !! No command /averyveryveryveryveryveryveryveryverylon…. /help lists them all.
            > /help a b
            !! No command /a. /help lists them all.
            > /help join x
            !! /help explains one command at a time. Type /help or /help COMMAND.
            > /help xyzzy
            !! No command /xyzzy. /help lists them all.
            > /help r
            -- /reply TEXT: answer the last private message.
            -- It goes to the person who sent it, also under a new nickname.
            -- Also: /r.
            -- Examples: /reply yes  or  /reply on my way
            > /help m
            !! /m could be /msg or /me. Type a little more.
        "#]],
    );
}

#[test]
fn a_mark_counts_once_and_alone() {
    let long = format!("/help \u{1b}\u{202e}{}", "x".repeat(60));
    let typed = [
        "/join ##ops",
        "/topic -5 °C",
        "/topic - ",
        "/topic -x",
        "/me \u{200b}",
        &long,
    ];
    check(
        &typed,
        &expect![[r##"
        > /join ##ops
        !! "#ops" cannot be a room's name: a name may not begin with '#'. Try another one.
        > /topic -5 °C
        SetTopic { room: None, topic: Some(Text(6 bytes)) } "-5 °C"
        > /topic - 
        SetTopic { room: None, topic: None }
        > /topic -x
        SetTopic { room: None, topic: Some(Text(2 bytes)) } "-x"
        > /me \u{200b}
        !! That is not how /me works. Type /me TEXT; /help me shows examples.
        > /help \u{1b}\u{202e}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
        !! No command /xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…. /help lists them all.
    "##]],
    );
}

/// Everything that a stream of bytes becomes, in pieces cut at these places.
fn decode(bytes: &[u8], cuts: impl Iterator<Item = usize>) -> Vec<Decoded> {
    let mut decoder = Decoder::new(Flavor::Text, 32);
    let mut decoded = Vec::new();
    let mut start = 0;
    for end in cuts.chain([bytes.len()]) {
        let mut piece = &bytes[start..end];
        while let Some(item) = decoder.decode(&mut piece) {
            decoded.push(item);
        }
        assert!(piece.is_empty() && decoder.held_bytes() <= 32);
        start = end;
    }
    decoded.extend(decoder.finish());
    assert_eq!(decoder.finish(), None);
    decoded
}

#[test]
fn bytes_become_commands() {
    let bytes = b"hi\r\n/rooms\n\n\0/quit\r\0/nick \xff\xfb\x01ada\n0123456789012345678901234567890123\n\xc3\x28\nend";
    let made: Vec<String> = decode(bytes, core::iter::empty())
        .iter()
        .map(shown)
        .collect();
    expect![[r#"
        Say { room: None, text: Text(2 bytes) } "hi"
        Rooms
        Say { room: None, text: Text(5 bytes) } "/quit"
        Nick { nick: "ada" }
        !! That line has more than 32 bytes and was not sent. Send it in shorter pieces.
        Say { room: None, text: Text(4 bytes) } "�("
        Say { room: None, text: Text(3 bytes) } "end""#]]
    .assert_eq(&made.join("\n"));
}

#[test]
fn wherever_it_is_split_it_is_the_same() {
    let streams: [&[u8]; 6] = [
        b"hi\r\n/join ops\nho\r\0x\n\n\nend",
        "naïve ☺ 李\n/nick 李明\r\n".as_bytes(),
        b"\xff\xfb\x01hi\xff\xfa\x18\x00a\xff\xffb\xff\xf0\n\xff\xff\n\xff",
        b"0123456789012345678901234567890123456789\nok\n\xc3\x28\n",
        b"/quit bye\r",
        b"\x16\x03\x01\x00\xc8GET / HTTP/1.1\r\n\r\n",
    ];
    for stream in streams {
        let whole = decode(stream, core::iter::empty());
        for cut in 0..=stream.len() {
            assert_eq!(decode(stream, [cut].into_iter()), whole);
        }
        assert_eq!(decode(stream, 0..stream.len()), whole);
    }
}

#[test]
fn what_is_held_is_the_unfinished_line_and_no_more() {
    let mut decoder = Decoder::new(Flavor::Text, 32);
    let held = |decoder: &mut Decoder, mut piece: &[u8]| {
        while decoder.decode(&mut piece).is_some() {}
        decoder.held_bytes()
    };
    assert_eq!(held(&mut decoder, b""), 0);
    assert_eq!(held(&mut decoder, b"hi"), 2);
    assert_eq!(held(&mut decoder, b" all"), 6);
    assert_eq!(held(&mut decoder, b"\nand"), 3);
    assert_eq!(held(&mut decoder, &[b'x'; 29]), 32);
    // Too long: it is refused, and nothing of it is held.
    assert_eq!(held(&mut decoder, b"x"), 0);
}
