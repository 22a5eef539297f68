//! What is no longer kept is in no file.

use std::fs;
use std::path::Path;

use super::{at, begun, line, now, room, tidy_all};
use crate::chat::{GapCause, Kept, Seq};
use crate::shell::store::{Record, Store};

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

#[test]
fn expired_lines_leave_the_files() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = begun(dir.path());
    let rooms: Vec<String> = (0..20).map(|number| format!("room{number}")).collect();
    let (old, all) = (150, 200);
    for seq in 1..=all {
        let records: Vec<Record> = (0..)
            .zip(&rooms)
            .map(|(number, name)| {
                let odd = odd_word(seq * 100 + number);
                line(name, seq, &format!("{odd} and common words {seq}"))
            })
            .collect();
        now(store.write(&records)).unwrap();
        if seq % 10 == 0 {
            tidy_all(&mut store, None).unwrap();
        }
    }
    let words = |numbers: std::ops::RangeInclusive<u64>| {
        numbers.flat_map(|seq| (0..20).map(move |number| odd_word(seq * 100 + number)))
    };
    assert_eq!(
        count_in_files(dir.path(), words(1..=all)),
        20 * all as usize
    );

    tidy_all(&mut store, Some(at(old as i64 + 1))).unwrap();
    assert_eq!(count_in_files(dir.path(), words(1..=old)), 0);
    let rest = 20 * (all - old) as usize;
    assert_eq!(count_in_files(dir.path(), words(old + 1..=all)), rest);

    let past = now(store.recall(&room("room3"), u32::MAX))
        .unwrap()
        .unwrap();
    assert_eq!((past.total, past.last), (all - old, Seq(all)));
    let gap = Kept::Gap {
        first: Seq(1),
        last: Seq(old),
        why: GapCause::Expired,
    };
    assert_eq!(past.tail[0], gap);
    let check = "INSERT INTO search (search) VALUES ('integrity-check')";
    store.connection.execute_batch(check).unwrap();
}

#[test]
fn what_has_expired_is_not_kept_when_it_comes_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = begun(dir.path());
    let records = [line("ops", 1, &odd_word(1)), line("ops", 2, "young")];
    now(store.write(&records)).unwrap();
    tidy_all(&mut store, Some(at(2))).unwrap();
    // As after a commit that was kept and answered as if it had failed.
    now(store.write(&records)).unwrap();

    tidy_all(&mut store, None).unwrap();
    assert_eq!(count_in_files(dir.path(), [odd_word(1)].into_iter()), 0);
    let past = now(store.recall(&room("ops"), 10)).unwrap().unwrap();
    assert_eq!((past.total, past.tail.len()), (1, 2));
}
