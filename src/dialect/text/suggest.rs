//! Did you mean.

use alloc::vec::Vec;

/// A word that is further away than this is not what was meant.
const DISTANCE_MAX: usize = 2;
/// Only so many characters are looked at: this bounds the work, and a word of so many
/// is further from any command than that.
const WORD_CHARS_MAX: usize = 16;

/// The nearest of some words; of equally near ones the first.
pub(super) fn nearest<'a>(typed: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = typed.chars().take(WORD_CHARS_MAX).collect();
    if typed.len() < 2 {
        return None; // Of a single letter, one mistake leaves nothing.
    }
    // Of a short word, two mistakes leave nothing.
    let max = if typed.len() <= 3 { 1 } else { DISTANCE_MAX };
    let words = words.filter(|word| word.len() >= 2);
    let distances = words.map(|word| (distance(&typed, word), word));
    let near = distances.filter(|(distance, _)| *distance <= max);
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// The optimal string alignment distance: insertions, deletions, substitutions,
/// and swaps of two neighbours.
fn distance(typed: &[char], word: &str) -> usize {
    let word: Vec<char> = word.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=word.len()).collect();
    for (i, a) in typed.iter().enumerate() {
        let mut row = alloc::vec![i + 1];
        for (j, b) in word.iter().enumerate() {
            let substituted = last[j] + usize::from(a != b);
            let mut best = substituted.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == word[j - 1] && typed[i - 1] == *b {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = core::mem::replace(&mut last, row);
    }
    last[word.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swaps_and_slips() {
        let words = ["nick", "join", "leave", "who", "me"];
        let near = |typed| nearest(typed, words.into_iter());
        assert_eq!(near("jion"), Some("join"));
        assert_eq!(near("joni"), Some("join"));
        assert_eq!(near("leav"), Some("leave"));
        assert_eq!(near("woh"), Some("who"));
        assert_eq!(near("xxjoin"), Some("join"));
        assert_eq!(near("joixn"), Some("join"));
        assert_eq!(near("xxxjoin"), None, "three mistakes are one too many");
        assert_eq!(near("joinxxx"), None);
        assert_eq!(near("jionxy"), None, "a swap is one of them");
        assert_eq!(near("xyzzy"), None);
        assert_eq!(near("wo"), Some("who"));
        assert_eq!(near("ab"), None);
        assert_eq!(near("e"), None, "of one letter anything could be meant");
        assert_eq!(near(&"j".repeat(10_000)), None);
    }
}
