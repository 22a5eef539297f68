//! Texts.

use alloc::format;
use alloc::string::String;

use crate::chat::{Tag, Text};

fn clean(typed: &str) -> Option<String> {
    Text::clean(typed).map(|text| text.as_str().into())
}

#[test]
fn what_could_harm_a_reader_is_removed() {
    for harmful in [
        '\0', '\u{7}', '\u{1b}', '\u{7f}', '\u{85}', '\u{9b}', '\u{2028}', '\u{2029}', '\u{202a}',
        '\u{202e}', '\u{2066}', '\u{2069}',
    ] {
        assert_eq!(clean(&format!("a{harmful}b")).unwrap(), "ab", "{harmful:?}");
    }
    assert_eq!(clean("a\tb").unwrap(), "a b");
}

#[test]
fn what_people_write_stays() {
    for typed in [
        "  indented",
        "naïve ☺ 李明",
        "a\u{200d}b",
        "👩\u{200d}👩\u{200d}👧",
        "\u{fffd}",
    ] {
        assert_eq!(clean(typed).unwrap(), typed);
    }
    assert_eq!(clean("end  \t ").unwrap(), "end");
}

#[test]
fn nothing_visible_is_no_text() {
    for typed in [
        "",
        "  ",
        "\t",
        "\u{1b}\u{202e}",
        "\u{2003}",
        "\u{200b}",
        " \u{200d}\u{200f}\u{feff} ",
        "\u{ad}\u{2060}",
        "\u{3164}\u{fe0f}\u{e0001}",
    ] {
        assert!(clean(typed).is_none(), "{typed:?}");
    }
}

#[test]
fn debug_never_shows_what_people_say() {
    let text = Text::clean("the secret").unwrap();
    assert_eq!(format!("{text:?}"), "Text(10 bytes)");
}

#[test]
fn a_tag_at_the_bound_and_one_byte_past_it() {
    let longest = "x".repeat(Tag::BYTES_MAX);
    assert_eq!(Tag::new(&longest).unwrap().as_str(), longest);
    assert!(Tag::new(&"x".repeat(Tag::BYTES_MAX + 1)).is_err());
}
