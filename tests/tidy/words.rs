//! Words that must not be in what is committed.

use crate::source::Source;

const WORDS: [(&str, &str); 10] = [
    ("TODO", "do it now, or open an issue"),
    ("FIXME", "mend it now"),
    ("XXX", "say what is meant"),
    ("todo!(", "write it"),
    ("unimplemented!(", "write it"),
    ("#[allow(", "use #[expect(…, reason = …)]"),
    ("#![allow(", "use #![expect(…, reason = …)]"),
    (", allow(", "use #[expect(…, reason = …)]"),
    ("#[ignore", "a test that is not run shows nothing"),
    (", ignore)]", "a test that is not run shows nothing"),
];

/// Complains of each line with such a word.
pub(crate) fn check(source: &Source) -> Vec<String> {
    let found = source.lines().filter_map(|(number, line)| {
        let (word, advice) = WORDS.iter().find(|(word, _)| line.contains(word))?;
        Some(source.complaint(number, &format!("`{word}`: {advice}")))
    });
    found.collect()
}
