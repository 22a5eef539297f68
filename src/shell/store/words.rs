//! Words, as a search compares them.
//!
//! Words are cut and folded here, and not by the database, so that what is looked
//! for, what is indexed and what is taken out of the index are always cut alike.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What makes the same words of the same text: an index that was made by another
/// version has to be made anew.
pub(super) fn version() -> String {
    let (major, minor, _) = unicode_normalization::UNICODE_VERSION;
    let (letters, _, _) = char::UNICODE_VERSION;
    format!("1 unicode {major}.{minor} {letters}")
}

/// The words of a text, in their order: letters, digits and the marks on them, in
/// small letters and compatibility forms, without Latin and Greek accents. In scripts
/// that put no space between words, each character is a word.
pub(super) fn words(text: &str) -> Vec<String> {
    if text.is_ascii() {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        return words
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
    }
    let mut cutter = Cutter::default();
    text.nfkd()
        .flat_map(char::to_lowercase)
        .nfkd()
        .for_each(|c| cutter.take(c));
    cutter.end();
    cutter.words
}

#[derive(Default)]
struct Cutter {
    words: Vec<String>,
    word: String,
}

impl Cutter {
    fn take(&mut self, c: char) {
        if is_combining_mark(c) {
            if !self.word.is_empty() && !self.word.ends_with(has_accents) {
                self.word.push(c);
            }
        } else if stands_alone(c) {
            self.end();
            self.word.push(c);
        } else if c.is_alphanumeric() {
            if self.word.chars().next().is_some_and(stands_alone) {
                self.end();
            }
            // A final sigma is a sigma.
            self.word.push(if c == 'ς' { 'σ' } else { c });
        } else {
            self.end();
        }
    }

    fn end(&mut self) {
        if !self.word.is_empty() {
            self.words.push(std::mem::take(&mut self.word));
        }
    }
}

/// Latin and Greek letters, whose accents people leave out when they look for a word.
fn has_accents(c: char) -> bool {
    matches!(c, '\0'..='\x7f' | '\u{370}'..='\u{3FF}')
}

/// Ideographs and kana.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_what_people_expect() {
        for (text, expected) in [
            ("Hello, world!", "hello world"),
            ("Crème brûlée", "creme brulee"),
            ("Straße İstanbul", "straße istanbul"),
            ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
            ("ﬁne Ｗｉｄｅ", "fine wide"),
            ("東京に行く now", "東 京 に 行 く now"),
            ("Май мой", "маи\u{306} мои\u{306}"),
            ("हिन्दी x", "हिन्दी x"),
            ("a-b_c \"d\" 'e' NEAR(f) g* ^h", "a b c d e near f g h"),
            ("\u{301}lone 42", "lone 42"),
            ("-- !? \u{1F600}", ""),
        ] {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn the_short_way_for_ascii_is_the_long_way() {
        for first in '\0'..='\x7f' {
            for second in '\0'..='\x7f' {
                let text = String::from_iter([first, second, 'X']);
                let with_more = text.clone() + " é";
                let mut expected = words(&text);
                expected.push("e".into());
                assert_eq!(words(&with_more), expected, "{text:?}");
            }
        }
    }
}
