//! Names: the rules, by example.

use alloc::string::{String, ToString};

use crate::chat::{NameError, Nickname, RoomName};

fn nick(name: &str) -> Nickname {
    match name.parse() {
        Ok(nick) => nick,
        Err(error) => panic!("{name:?} is refused: {error}"),
    }
}

fn refused(name: &str) -> NameError {
    match name.parse::<Nickname>() {
        Ok(nick) => panic!("{name:?} is accepted as {nick}"),
        Err(error) => error,
    }
}

#[test]
fn people_may_be_called_this() {
    for name in [
        "emily",
        "ernily",
        "b0b",
        "админ",
        "李明",
        "李abc",
        "りんご",
        "Ελλάδα",
        "x[y]{z}",
        "José",
        "jose",
        "नमस्ते",
        "a",
        "_",
        "[]",
        "a-b.c`^|",
        "Ñandú",
        "한국어",
        "一郎",
        "一郎",
        "שלום",
        "مرحبا",
    ] {
        assert_eq!(nick(name).as_str(), name);
    }
}

#[test]
fn people_may_not_be_called_this() {
    use NameError::{BadStart, Empty, Forbidden, MixedScripts};
    assert_eq!(refused(""), Empty);
    assert_eq!(refused("\u{435}mily"), MixedScripts);
    assert_eq!(refused("9lives"), BadStart('9'));
    assert_eq!(refused("٣مرحبا"), BadStart('٣'));
    assert_eq!(refused("-x"), BadStart('-'));
    assert_eq!(refused("#x"), BadStart('#'));
    assert_eq!(refused("\u{301}x"), BadStart('\u{301}'));
    assert_eq!(refused("ﬁsh"), Forbidden('ﬁ'));
    for c in [
        ' ', '\t', '\n', '\0', '\u{1b}', '@', '!', ':', ',', '/', '☺', '\u{a0}', '\u{3000}',
    ] {
        assert!(
            matches!(refused(&alloc::format!("a{c}b")), Forbidden(_)),
            "{c:?}"
        );
    }
}

#[test]
fn nothing_invisible_is_in_a_name() {
    for c in [
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{2060}',
        '\u{feff}',
        '\u{ad}',
        '\u{34f}',
        '\u{115f}',
        '\u{1160}',
        '\u{3164}',
        '\u{ffa0}',
        '\u{202e}',
        '\u{2066}',
        '\u{180e}',
        '\u{fe0f}',
        '\u{e0041}',
        '\u{61c}',
    ] {
        refused(&alloc::format!("bob{c}"));
        refused(&alloc::format!("बोब{c}"));
        assert!(
            alloc::format!("room{c}").parse::<RoomName>().is_err(),
            "{c:?}"
        );
    }
}

#[test]
fn a_name_at_the_bound_and_one_past_it() {
    nick(&"x".repeat(32));
    assert_eq!(
        refused(&"x".repeat(33)),
        NameError::TooManyChars { max: 32 }
    );
    nick(&"李".repeat(21)); // 63 bytes
    assert_eq!(
        refused(&"李".repeat(22)),
        NameError::TooManyBytes { max: 64 }
    );
    assert!("x".repeat(48).parse::<RoomName>().is_ok());
    let longer = "x".repeat(49).parse::<RoomName>();
    assert_eq!(longer, Err(NameError::TooManyChars { max: 48 }));
    assert_eq!(
        refused(&"x".repeat(4_096)),
        NameError::TooManyBytes { max: 64 }
    );
}

#[test]
fn the_bound_in_bytes_counts_what_is_shown() {
    // 32 characters of two bytes are a nickname, to the last byte.
    let full = "é".repeat(32);
    assert_eq!(full.len(), Nickname::BYTES_MAX);
    assert_eq!(nick(&full).as_str(), full);
    // Typed in pieces it is longer, and the same.
    let pieces = "e\u{301}".repeat(32);
    assert_eq!(nick(&pieces).as_str(), full);
    // 48 characters are a room's name, of however many bytes each.
    let wide = "り".repeat(48);
    assert_eq!(
        wide.parse::<RoomName>().map(|room| room.as_str().len()),
        Ok(144)
    );
    // What is far too long is not looked at.
    let typed = |bytes: usize| refused(&"x".repeat(bytes));
    assert_eq!(typed(256), NameError::TooManyChars { max: 32 });
    assert_eq!(typed(257), NameError::TooManyBytes { max: 64 });
}

#[test]
fn two_marks_in_a_row_and_one_more() {
    // q has no composed form with these marks.
    nick("q\u{301}\u{323}x");
    assert_eq!(refused("q\u{301}\u{323}\u{302}x"), NameError::TooManyMarks);
}

#[test]
fn digits_may_lead_a_room() {
    for name in ["2026", "9-to-5", "release-2", "admin", "lobby"] {
        assert_eq!(name.parse::<RoomName>().unwrap().as_str(), name);
    }
    assert!("-x".parse::<RoomName>().is_err());
    assert!("#x".parse::<RoomName>().is_err());
}

#[test]
fn capitals_width_and_composition_make_no_difference() {
    for (one, other) in [
        ("Ada", "ada"),
        ("ＡＤＡ", "ada"),
        ("ｶﾞ", "ガ"),
        ("Jose\u{301}", "josé"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ÑANDÚ", "ñandú"),
    ] {
        assert_eq!(nick(one), nick(other), "{one} and {other}");
    }
    assert_ne!(nick("José"), nick("jose"));
    assert_ne!(nick("emily"), nick("ernily"));
}

#[test]
fn reserved_words_are_reserved_in_any_disguise() {
    for name in [
        "admin", "Admin", "ａdmin", "аdmіn", "adrnin", "root", "system", "server", "you",
        "everyone", "here", "guest1", "Guest77", "guestl", "ｇuest1", "guest٣", "guestI", "gUEstl",
        "ADMlN", "ADMIN", "AdMlN", "RO0T", "SYSTEM", "ЅYSTEM",
    ] {
        // What cannot be a name at all is even better.
        let is_open = name.parse().is_ok_and(|nick: Nickname| !nick.is_reserved());
        assert!(!is_open, "{name} could be taken");
    }
    for name in [
        "админ",
        "guest",
        "guests",
        "guest1a",
        "administrator",
        "admiral",
        "guestbook",
        "GUESTS",
        "yours",
        "ada",
    ] {
        assert!(!nick(name).is_reserved(), "{name}");
    }
    assert_eq!(Nickname::guest(7), nick("guest7"));
}

#[test]
fn look_alikes_are_confusable_unless_both_are_ascii() {
    assert!(nick("ѕсоре").is_confusable_with(&nick("scope")));
    assert!(nick("scope").is_confusable_with(&nick("ѕсоре")));
    assert!(!nick("emily").is_confusable_with(&nick("ernily")));
    assert!(!nick("José").is_confusable_with(&nick("jose")));
    assert!(!nick("Scope").is_confusable_with(&nick("scope")));
}

#[test]
fn what_is_shown_is_a_name_again_and_the_same() {
    for name in [
        "ＡＤＡ",
        "Jose\u{301}",
        "İpek",
        "ẞtraße",
        "ς",
        "नमस्ते",
        "x[y]{z}",
        "ǅabc",
    ] {
        let Ok(once) = name.parse::<Nickname>() else {
            continue;
        };
        let again = nick(once.as_str());
        assert_eq!(again, once);
        assert_eq!(again.as_str(), once.as_str());
        assert_eq!(again.skeleton(), once.skeleton());
        let folded: String = once.folded().to_string();
        if let Ok(of_folded) = folded.parse::<Nickname>() {
            assert_eq!(of_folded.folded(), folded, "folding twice changes nothing");
        }
    }
}
