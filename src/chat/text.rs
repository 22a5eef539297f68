//! What people say, made harmless for other people's terminals.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

/// Something said: one line, not empty, nothing in it that could paint on
/// another person's terminal.
///
/// Its length is bounded by the line that carried it. `Debug` shows the length
/// alone, so that no log can repeat what people say.
///
/// ```
/// use roomful::chat::Text;
/// let text = Text::clean("a\tb\u{1b}[31m ").unwrap();
/// assert_eq!(text.as_str(), "a b[31m");
/// assert!(Text::clean(" \u{7}").is_none());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Box<str>);

impl Text {
    /// Removes what could harm a reader, and white space at the end.
    ///
    /// A tab becomes a space; other control characters (Unicode's Cc), the line
    /// and paragraph separators and the bidirectional controls are removed.
    /// `None` when nothing visible remains.
    #[must_use]
    pub fn clean(typed: &str) -> Option<Self> {
        let clean: String = typed
            .chars()
            .map(|c| if c == '\t' { ' ' } else { c })
            .filter(|c| !is_harmful(*c))
            .collect();
        let kept = clean.trim_end();
        (!kept.is_empty()).then(|| Self(kept.into()))
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many characters (Unicode scalar values) it has.
    #[must_use]
    pub fn chars_count(&self) -> usize {
        self.0.chars().count()
    }
}

fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}
