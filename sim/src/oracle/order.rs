//! One order in each room: whether what everybody heard fits into one.

use std::collections::{BTreeMap, BTreeSet};

use roomful::chat::Kept;

use super::delivery::is_followed;
use super::views::Views;
use super::{Oracle, Violation};
use crate::disk::Archive;

/// What follows directly on what, in somebody's ears or mouth.
type Follows<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Everybody's order, of each room, fits into one, and into that of history.
pub(super) fn judge(views: &Views, archive: Option<&Archive>) -> Result<(), Violation> {
    let mut rooms: BTreeMap<&str, Follows<'_>> = BTreeMap::new();
    for (room, rows) in archive.into_iter().flat_map(|archive| &archive.rooms) {
        let mut last: BTreeMap<&str, &str> = BTreeMap::new();
        for row in rows {
            if let Kept::Line { text, .. } = row
                && is_followed(text.as_str())
            {
                note(&mut rooms, &mut last, room, text.as_str());
            }
        }
    }
    for view in views.all.values() {
        let mut last: BTreeMap<&str, &str> = BTreeMap::new();
        for heard in view.heard.iter().filter(|heard| is_followed(&heard.text)) {
            note(&mut rooms, &mut last, &heard.room, &heard.text);
        }
        // What one person said was said in that order.
        let mut last: BTreeMap<&str, &str> = BTreeMap::new();
        for said in view.said.iter().filter(|said| is_followed(&said.text)) {
            if let Some(room) = &said.room {
                note(&mut rooms, &mut last, room, &said.text);
            }
        }
    }
    for (room, follows) in &rooms {
        if let Some(text) = circle(follows) {
            return Err(Violation::new(
                Oracle::Delivery,
                format!("promise P1: #{room} was heard in different orders, around {text:?}"),
            ));
        }
    }
    Ok(())
}

fn note<'a>(
    rooms: &mut BTreeMap<&'a str, Follows<'a>>,
    last: &mut BTreeMap<&'a str, &'a str>,
    room: &'a str,
    text: &'a str,
) {
    let follows = rooms.entry(room).or_default();
    follows.entry(text).or_default();
    if let Some(before) = last.insert(room, text) {
        follows.entry(before).or_default().insert(text);
    }
}

/// Something that comes before itself, if anything does (Kahn's algorithm).
fn circle<'a>(follows: &Follows<'a>) -> Option<&'a str> {
    let mut befores: BTreeMap<&str, usize> = follows.keys().map(|text| (*text, 0)).collect();
    for text in follows.values().flatten() {
        *befores.entry(*text).or_default() += 1;
    }
    let free = befores.iter().filter(|(_, count)| **count == 0);
    let mut free: Vec<&str> = free.map(|(text, _)| *text).collect();
    while let Some(text) = free.pop() {
        befores.remove(text);
        for next in follows.get(text).into_iter().flatten() {
            if let Some(count) = befores.get_mut(next) {
                *count -= 1;
                if *count == 0 {
                    free.push(*next);
                }
            }
        }
    }
    befores.keys().next().copied()
}
