//! One line at the text door.

use roomful::chat::{Command, Text};
use roomful::dialect::{Decoded, parse_text};

/// Any line becomes nothing, something said, a command, or an answer that can do
/// a terminal no harm; and always the same.
///
/// # Panics
/// When it does not.
pub fn command(line: &str) {
    let decoded = parse_text(line);
    assert_eq!(decoded, parse_text(line));
    match decoded {
        None => assert!(
            Text::clean(line).is_none(),
            "something was swallowed: {line:?}"
        ),
        Some(Decoded::Answer(answer)) => {
            assert!(
                line.starts_with('/'),
                "only commands are answered: {line:?}"
            );
            answer_is_harmless(&answer);
        }
        Some(Decoded::Command { tag, command }) => {
            assert_eq!(tag, None);
            if !line.starts_with('/') {
                assert!(
                    matches!(command, Command::Say { room: None, .. }),
                    "what has no slash is said"
                );
            }
            texts_are_clean(&command);
        }
    }
}

/// Lines that begin as the door's answers do, each with its end.
pub(super) fn answer_is_harmless(answer: &[u8]) {
    let answer = std::str::from_utf8(answer).expect("an answer is text");
    assert!(answer.ends_with('\n'));
    for line in answer.split_terminator('\n') {
        assert!(
            line.starts_with("-- ") || line.starts_with("!! "),
            "{line:?}"
        );
        assert!(!line.chars().any(|c| c.is_control()), "{line:?}");
    }
}

fn texts_are_clean(command: &Command) {
    let text = match command {
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
    };
    if let Some(text) = text {
        assert_eq!(
            Text::clean(text.as_str()).as_ref(),
            Some(text),
            "what is clean stays so"
        );
        assert!(!text.as_str().chars().any(char::is_control));
    }
}
