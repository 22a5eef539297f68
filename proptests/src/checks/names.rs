//! Names: refused, or well formed for ever.

use roomful::chat::{Nickname, RoomName};

/// Any characters make a good name or none.
///
/// # Panics
/// When a name that was accepted breaks a rule of its type.
pub fn names(typed: &str) {
    if let Ok(nick) = typed.parse::<Nickname>() {
        well_formed(nick.as_str(), Nickname::CHARS_MAX, Nickname::BYTES_MAX);
        let again: Nickname = nick
            .as_str()
            .parse()
            .expect("what is shown is a name again");
        assert_eq!(again, nick, "and the same one");
        assert_eq!(again.as_str(), nick.as_str());
        assert_eq!(again.skeleton(), nick.skeleton());
        assert!(!nick.is_confusable_with(&again), "one name is not two");
        let guest = nick
            .as_str()
            .strip_prefix("guest")
            .is_some_and(|rest| rest.parse::<u64>().is_ok());
        assert!(!guest || nick.is_reserved(), "a guest's name is reserved");
    }
    if let Ok(room) = typed.parse::<RoomName>() {
        well_formed(room.as_str(), RoomName::CHARS_MAX, RoomName::BYTES_MAX);
        let again: RoomName = room
            .as_str()
            .parse()
            .expect("what is shown is a name again");
        assert_eq!(again, room);
        assert_eq!(again.folded(), room.folded());
    }
}

fn well_formed(shown: &str, chars_max: usize, bytes_max: usize) {
    let chars = shown.chars().count();
    assert!((1..=chars_max).contains(&chars), "{chars} characters");
    assert!(shown.len() <= bytes_max, "{} bytes", shown.len());
    let is_bad = |c: char| {
        c.is_control() || c.is_whitespace() || matches!(c, ':' | '#' | '/' | ',' | '@' | '!')
    };
    assert!(!shown.chars().any(is_bad), "{shown:?}");
}
