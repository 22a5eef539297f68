//! What is no longer kept is in no file.

use std::fs;
use std::path::Path;

/// A word that stands nowhere by chance: from its only `z` on, eight letters and digits
/// that no other of these words has there.
pub(crate) fn odd_word(number: u64) -> String {
    let mixed = (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    format!(
        "{:06x}z{:09x}",
        mixed >> 40,
        (mixed ^ (mixed >> 29)) & 0xF_FFFF_FFFF
    )
}

/// How many of these words stand in the files of a directory.
pub(crate) fn count_in_files(dir: &Path, words: impl Iterator<Item = String>) -> usize {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        bytes.extend(fs::read(entry.unwrap().path()).unwrap());
    }
    // By the places of one letter, as there are many words and many bytes.
    let places: std::collections::BTreeSet<Vec<u8>> = bytes
        .windows(8)
        .filter(|window| window[0] == b'z')
        .map(<[u8]>::to_vec)
        .collect();
    words
        .filter(|word| {
            let end = word.find('z').unwrap();
            places.contains(&word.as_bytes()[end..end + 8])
        })
        .count()
}
