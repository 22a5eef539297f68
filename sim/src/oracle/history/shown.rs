//! What was shown on request is what history holds, all of it, and the same to all.

use std::collections::BTreeMap;

use roomful::chat::{GapCause, Kept};

use super::seams::Gaps;
use super::{Book, violation};
use crate::oracle::Violation;
use crate::oracle::asked::Span;
use crate::oracle::grammar::{Row, RowKind};
use crate::oracle::view::{Browsed, Place, Searched, View};

/// The most lines that a search shows.
const FOUND_MAX: usize = 20;

impl Book<'_> {
    /// One number is one line, to everybody and for ever; what was shown as a line is
    /// kept as it was shown, or lies in a gap.
    pub(super) fn rows_are_the_same_to_all(&self) -> Result<(), Violation> {
        let mut seen: BTreeMap<(String, u64), (&str, &str)> = BTreeMap::new();
        for view in self.views.all.values() {
            let tails = view.tails.iter().flat_map(|tail| &tail.rows);
            let browsed = view.browsed.iter().flat_map(|browsed| &browsed.rows);
            let searched = view.searched.iter().flat_map(|searched| &searched.rows);
            for row in tails.chain(browsed).chain(searched) {
                let wrong = |what: &str| {
                    let who = view.life;
                    Err(violation(format!(
                        "promise P5: {who} was shown {row:?}: {what}"
                    )))
                };
                if self.killed_in_trouble {
                    continue; // Numbers could not be set aside.
                }
                if let RowKind::Line { nick, text } = &row.what {
                    let key = (row.room.to_lowercase(), row.first);
                    let other = seen.insert(key, (nick, text));
                    if other.is_some_and(|other| other != (nick, text)) {
                        return wrong("somebody was shown another line under that number");
                    }
                }
                if let Err(what) = self.is_as_shown(row) {
                    return wrong(&what);
                }
            }
        }
        Ok(())
    }

    fn is_as_shown(&self, row: &Row) -> Result<(), String> {
        let room = row.room.to_lowercase();
        let RowKind::Line { nick, text } = &row.what else {
            let numbers = row.last.saturating_sub(row.first) + 1;
            // That something was refused may not have been recorded before the end.
            let is_forgotten = self.is_strict && self.was_killed() && self.had_failures();
            return match self.gap_numbers(&room, row.first, row.last) {
                _ if is_forgotten => Ok(()),
                gaps if gaps == numbers && row.what != RowKind::Erased => Ok(()),
                gaps => Err(format!("{gaps} of these numbers are in gaps")),
            };
        };
        match self.row(&room, row.first) {
            Some(Kept::Line {
                from, text: kept, ..
            }) if from.as_str() == nick && kept.as_str() == text => Ok(()),
            Some(Kept::Gap { why, .. }) => match why {
                GapCause::Expired => Ok(()),
                GapCause::Crash | GapCause::Unkept if !self.is_strict => Ok(()),
                GapCause::Crash | GapCause::Unkept => Err("it is not kept (strict)".into()),
            },
            Some(kept) => Err(format!("what is kept is {kept:?}")),
            None => Err("that number was never used".into()),
        }
    }

    pub(super) fn listings_are_whole(&self) -> Result<(), Violation> {
        for view in self.views.all.values() {
            for browsed in &view.browsed {
                self.listing_is_whole(view, browsed).map_err(|what| {
                    violation(format!(
                        "promise P5: {} asked for {:?} of #{}, and was shown {} rows: {what}",
                        view.life,
                        browsed.span,
                        browsed.room,
                        browsed.rows.len()
                    ))
                })?;
            }
        }
        Ok(())
    }

    fn listing_is_whole(&self, view: &View, browsed: &Browsed) -> Result<(), String> {
        let (rows, ending) = (&browsed.rows, &browsed.ending);
        if rows
            .iter()
            .any(|row| row.room.to_lowercase() != browsed.room)
        {
            return Err("a line of another room".into());
        }
        if ending.shown != rows.iter().filter(|row| row.is_line()).count() as u64 {
            return Err(format!("{} were counted", ending.shown));
        }
        self.is_contiguous(view, rows, Gaps::AreShown)?;
        let (low, high) = match browsed.span {
            Span::Between(first, last) => (first, last),
            Span::Before(number) => (1, number - 1),
            Span::Last(_) => (1, u64::MAX),
        };
        if let Some(row) = rows.iter().find(|row| row.first < low || row.last > high) {
            return Err(format!("{} to {} was not asked for", row.first, row.last));
        }
        if let (Span::Last(count), false) = (browsed.span, rows.is_empty())
            && (rows.len() as u64) < count
            && rows[0].first > 1
            && view.ignored.is_empty()
            && !self.was_unreadable()
        {
            return Err(format!("there is something before {}", rows[0].first));
        }
        if rows.is_empty() && !view.ignored.is_empty() {
            return Ok(()); // Those that were meant may all be of people they ignore.
        }
        // From where on everything is shown, and up to where.
        let from = match browsed.span {
            Span::Between(first, _) => first,
            Span::Before(_) | Span::Last(_) => rows.first().map_or(1, |row| row.first),
        };
        let to = match (ending.has_more, browsed.span) {
            (true, Span::Between(..)) => rows.last().map_or(0, |row| row.last),
            _ => high,
        };
        self.holds_what_they_know(view, browsed, (from, to))
    }

    /// What somebody knows to have been said before they asked, within these numbers,
    /// is shown.
    fn holds_what_they_know(
        &self,
        view: &View,
        browsed: &Browsed,
        (from, to): (u64, u64),
    ) -> Result<(), String> {
        for text in known_before(view, &browsed.room, browsed.typed) {
            let Some(number) = self.place_of(&browsed.room, text) else {
                continue;
            };
            let is_shown = |row: &Row| (row.first..=row.last).contains(&number);
            // What they have said may not be decided yet, while commits fail.
            if self.is_strict && self.had_failures() && view.has_said(text) {
                continue;
            }
            if (from..=to).contains(&number)
                && !browsed.rows.iter().any(is_shown)
                && !self.may_be_ignored(view, text)
            {
                return Err(format!("without {number}: {text:?}"));
            }
        }
        Ok(())
    }

    pub(super) fn searches_are_whole(&self) -> Result<(), Violation> {
        for view in self.views.all.values() {
            for searched in &view.searched {
                self.search_is_whole(view, searched).map_err(|what| {
                    violation(format!(
                        "promise P5: {} searched for {:?}, and was shown {} rows: {what}",
                        view.life,
                        searched.words,
                        searched.rows.len()
                    ))
                })?;
            }
        }
        Ok(())
    }

    fn search_is_whole(&self, view: &View, searched: &Searched) -> Result<(), String> {
        let rows = &searched.rows;
        let is_full = rows.len() == FOUND_MAX;
        let may_be_fewer = is_full || !view.ignored.is_empty() || self.had_failures();
        if rows.len() > FOUND_MAX || searched.has_more && !may_be_fewer {
            return Err(format!("{FOUND_MAX} is the most"));
        }
        for row in rows {
            let RowKind::Line { text, .. } = &row.what else {
                return Err("a gap was found".into());
            };
            if !searched.rooms.contains(&row.room.to_lowercase()) {
                return Err(format!("they are not in #{} (P3)", row.room));
            }
            if !holds(text, &searched.words) {
                return Err(format!("{text:?} does not have these words"));
            }
        }
        // What waits to be committed is not searched; usually that is done first.
        let waits = self.had_failures();
        if is_full || searched.has_more || waits {
            return Ok(());
        }
        for room in &searched.rooms {
            for text in known_before(view, room, searched.typed) {
                let is_found = rows.iter().any(
                    |row| matches!(&row.what, RowKind::Line { text: found, .. } if found == text),
                );
                if holds(text, &searched.words)
                    && self.place_of(room, text).is_some()
                    && !is_found
                    && !self.may_be_ignored(view, text)
                {
                    return Err(format!("without {text:?} in #{room}"));
                }
            }
        }
        Ok(())
    }
}

/// What somebody has heard, or said, in a room before a place.
fn known_before<'a>(view: &'a View, room: &str, place: Place) -> impl Iterator<Item = &'a str> {
    let heard = view.heard.iter();
    let heard = heard.filter(move |heard| heard.place < place);
    let heard = heard.map(|heard| (&*heard.room, &*heard.text));
    let said = view.said.iter().filter(move |said| said.typed < place);
    let said = said.filter_map(|said| Some((said.room.as_deref()?, &*said.text)));
    let room = room.to_owned();
    heard
        .chain(said)
        .filter(move |(other, _)| *other == room)
        .map(|(_, text)| text)
}

/// Whether all of these words are in a line; words are letters and digits.
fn holds(text: &str, words: &str) -> bool {
    let split = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric());
        let words = words.filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect::<Vec<_>>()
    };
    let said = split(text);
    split(words).iter().all(|word| said.contains(word))
}
