//! Inputs that reach the interesting places.

use proptest::prelude::*;
use roomful::chat::{Nickname, RoomName, Seq, Span, Text};
use roomful::engine::Ending;

/// Every way in which a connection can end.
pub(crate) const ENDINGS: [Ending; 5] = [
    Ending::InputEnded,
    Ending::Reset,
    Ending::TimedOut,
    Ending::Stalled,
    Ending::Shutdown,
];

/// Characters that have made trouble somewhere: marks, invisible ones, wide ones,
/// look-alikes, controls, and ordinary ones.
fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        6 => proptest::char::range('a', 'z'),
        2 => proptest::char::range('0', '9'),
        2 => prop::sample::select("-_.[]{}`^|#/:,@! \t".chars().collect::<Vec<_>>()),
        2 => prop::sample::select("еѕсорАЖяΣςσéñüßẞİıｆ李りк".chars().collect::<Vec<_>>()),
        1 => prop::sample::select("\u{301}\u{323}\u{200b}\u{200d}\u{202e}\u{2028}\u{feff}\u{1b}\u{7}\0".chars().collect::<Vec<_>>()),
        1 => any::<char>(),
    ]
}

/// What somebody might type as a name, or to make trouble.
pub fn name() -> impl Strategy<Value = String> {
    prop::collection::vec(character(), 0..40)
        .prop_map(|characters| characters.into_iter().collect())
}

/// A line as somebody might type it: often a command, or nearly one.
pub fn line() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "/nick",
        "/join",
        "/leave",
        "/rooms",
        "/who",
        "/msg",
        "/reply",
        "/me",
        "/topic",
        "/ignore",
        "/unignore",
        "/history",
        "/history 5",
        "/history 1..7",
        "/history before",
        "/search",
        "/help",
        "/quit",
        "/j",
        "/w",
        "/part",
        "/JOIN",
        "/jion",
        "/",
        "//",
        "/usr/bin",
        "",
    ]);
    (
        word,
        prop::sample::select(vec!["", " ", "  ", "\t"]),
        name(),
        name(),
    )
        .prop_map(|(word, space, first, second)| format!("{word}{space}{first} {second}"))
}

/// A part of a history, as an answer may name it.
pub fn span() -> impl Strategy<Value = Span> {
    let number = || prop_oneof![1_u64..10, Just(u64::MAX), 1_u64..u64::MAX];
    let count = || prop_oneof![Just(20), 1..=Span::LINES_MAX];
    prop_oneof![
        count().prop_map(|count| Span::Last { count }),
        (number(), count()).prop_map(|(seq, count)| Span::Before {
            seq: Seq(seq),
            count,
        }),
        (number(), number()).prop_map(|(one, other)| Span::Between {
            first: Seq(one.min(other)),
            last: Seq(one.max(other)),
        }),
    ]
}

/// Bytes as they might come from a socket: lines, ends of lines, telnet, noise.
pub fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => line().prop_map(String::into_bytes),
        4 => prop::sample::select(vec![&b"\n"[..], b"\r", b"\r\n", b"\r\0"]).prop_map(<[u8]>::to_vec),
        1 => prop::sample::select(vec![&b"\xff\xfb\x01"[..], b"\xff\xfa\x18\0x\xff\xf0", b"\xff\xff", b"\xff"])
            .prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..60),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// A nickname that is one.
pub fn nickname() -> impl Strategy<Value = Nickname> {
    let typed = prop::sample::select(vec![
        "ada",
        "x[y]{z}",
        "李明",
        "José",
        "नमस्ते",
        "a`b^c|d",
        "_",
        "nickname-of-thirty-two-letters--",
    ]);
    typed.prop_map(|name| name.parse().expect("a good name"))
}

/// A room's name that is one.
pub fn room_name() -> impl Strategy<Value = RoomName> {
    let typed = prop::sample::select(vec![
        "lobby",
        "2026",
        "release-2",
        "before",
        "りんご",
        "[x]",
        "a-room-whose-name-has-as-many-letters-as-may-be-",
    ]);
    typed.prop_map(|name| name.parse().expect("a good name"))
}

/// A text that is one, of characters that make trouble.
pub fn text() -> impl Strategy<Value = Text> {
    prop::collection::vec(character(), 0..60).prop_map(|characters| {
        let typed: String = characters.into_iter().collect();
        Text::clean(&typed).unwrap_or_else(|| Text::clean("x").expect("a good text"))
    })
}
