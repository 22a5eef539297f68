//! What `/help` says, and that it fits.

use alloc::format;
use alloc::string::String;

use expect_test::expect;

use super::typed::check;
use crate::dialect::{Decoded, parse_text};

#[test]
fn help_is_worth_reading() {
    check(
        &[
            "/help",
            "/help join",
            "/help /W",
            "/help to",
            "/help history",
            "/help search",
        ],
        &expect![[r#"
            > /help
            -- What you type is said to the room you joined last, unless it is a command:
            --   /nick NAME      change your nickname
            --   /join ROOM      join a room, or come back to one; it is opened if need be
            --   /leave [ROOM]   leave a room; without a name, the one you are typing to
            --   /rooms          list the rooms, with how many are there and the topic
            --   /who [ROOM]     list who is in a room
            --   /msg NICK TEXT  say something to one person alone
            --   /reply TEXT     answer the last private message
            --   /me TEXT        say what you do: * ada waves
            --   /topic [TEXT]   show the room's topic, or set it; /topic - clears it
            --   /history [N]    show what was said here: the last 20 messages, or N
            --   /search WORDS   find messages with these words, in the rooms you are in
            --   /ignore [NICK]  hear no more of somebody, or list whom you ignore
            --   /unignore NICK  hear somebody again
            --   /help [COMMAND] list the commands, or explain one
            --   /quit [REASON]  leave; the reason is told to those in your rooms
            -- //text says /text. A command's beginning will do: /to for /topic.
            -- /help COMMAND shows examples.
            > /help join
            -- /join ROOM: join a room, or come back to one; it is opened if need be.
            -- What you type goes there from then on. You may be in several rooms.
            -- Also: /j.
            -- Examples: /join ops  or  /join #release-2
            > /help /W
            -- /msg NICK TEXT: say something to one person alone.
            -- Also: /w, /whisper.
            -- Examples: /msg bob lunch at 12:30?  or  /w bob yes
            > /help to
            -- /topic [TEXT]: show the room's topic, or set it; /topic - clears it.
            -- Examples: /topic  or  /topic release 2 is out on Monday
            > /help history
            -- /history [N]: show what was said here: the last 20 messages, or N.
            -- Each has a number: /history before 4711 shows those before it,
            -- /history 4711..5022 shows these. A room's name may follow, with its #.
            -- At most 1,000 come at once; the end of a list says how to see more.
            -- Examples: /history 50  or  /history 4711..5022 #ops
            > /help search
            -- /search WORDS: find messages with these words, in the rooms you are in.
            -- All the words have to be in it. The latest 20 are shown.
            -- Also: /find.
            -- Examples: /search release notes  or  /find lunch
        "#]],
    );
}

#[test]
fn help_fits_a_small_terminal() {
    let names = [
        "", "nick", "join", "leave", "rooms", "who", "msg", "reply", "me", "topic",
    ];
    let others = ["history", "search", "ignore", "unignore", "help", "quit"];
    for name in names.into_iter().chain(others) {
        let Some(Decoded::Answer(help)) = parse_text(&format!("/help {name}")) else {
            panic!("help is an answer")
        };
        let help = String::from_utf8(help).unwrap();
        assert!(help.lines().count() <= 22, "{help}");
        assert!(
            help.lines().all(|line| line.chars().count() <= 79),
            "{help}"
        );
    }
}
