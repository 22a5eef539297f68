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
        if is_plain(typed) {
            let kept = typed.trim_end();
            return (!kept.is_empty()).then(|| Self(kept.into()));
        }
        Self::clean_any(typed)
    }

    fn clean_any(typed: &str) -> Option<Self> {
        let clean: String = typed
            .chars()
            .map(|c| if c == '\t' { ' ' } else { c })
            .filter(|c| !is_harmful(*c))
            .collect();
        let kept = clean.trim_end();
        let is_visible = kept.chars().any(|c| !c.is_whitespace() && !is_invisible(c));
        is_visible.then(|| Self(kept.into()))
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

/// Whether every character is one of ASCII that can be seen, or a space: most texts
/// are, and cost a few instructions a character less.
fn is_plain(typed: &str) -> bool {
    // Without an early end, so that the compiler takes many bytes at once.
    let odd = typed
        .bytes()
        .fold(0, |odd, byte| odd | u8::from(!matches!(byte, b' '..=b'~')));
    odd == 0
}

fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Characters that show nothing by themselves (Unicode's `Default_Ignorable_Code_Point`,
/// DerivedCoreProperties.txt). They may stand in a text: emoji are joined by some.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFF8}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// The short way and the long one agree on every text of ASCII characters.
    #[test]
    fn plain_texts_are_cleaned_alike() {
        let characters: Vec<char> = (0..=0x80_u8).map(char::from).collect();
        for first in &characters {
            for second in &characters {
                for typed in [
                    String::from_iter([*first, *second]),
                    String::from_iter([*first, 'x', *second]),
                ] {
                    assert_eq!(Text::clean(&typed), Text::clean_any(&typed), "{typed:?}");
                }
            }
        }
        assert_eq!(Text::clean(""), Text::clean_any(""));
    }
}
