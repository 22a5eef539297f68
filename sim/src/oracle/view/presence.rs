//! Who is in a person's rooms, as far as they were told.

use std::collections::BTreeSet;

use super::View;
use crate::oracle::Oracle;

impl View {
    pub(super) fn note_joined(&mut self, room: &str, nick: String) -> Result<(), String> {
        let present = self.present.get_mut(&room.to_lowercase());
        let present = present.ok_or("they are not in that room")?;
        let is_new = present.as_mut().is_none_or(|present| present.insert(nick));
        if !is_new && self.follows_presence {
            return Err("who joined was there already".into());
        }
        Ok(())
    }

    pub(super) fn note_left(&mut self, room: &str, nick: &str) -> Result<(), String> {
        let present = self.present.get_mut(&room.to_lowercase());
        let present = present.ok_or("they are not in that room")?;
        let was_there = present.as_mut().is_none_or(|present| present.remove(nick));
        if !was_there && self.follows_presence {
            return Err("who left was not there".into());
        }
        Ok(())
    }

    pub(super) fn note_departed(&mut self, nick: &str) -> Result<(), String> {
        let is_unknown = self.present.values().any(Option::is_none);
        let mut was_there = false;
        for present in self.present.values_mut().flatten() {
            was_there |= present.remove(nick);
        }
        if !was_there && !is_unknown && self.follows_presence {
            return Err("who left was in none of their rooms".into());
        }
        Ok(())
    }

    pub(super) fn note_renamed(&mut self, from: &str, to: String) -> Result<(), String> {
        let is_unknown = self.present.values().any(Option::is_none);
        let mut was_there = false;
        for present in self.present.values_mut().flatten() {
            if present.remove(from) {
                was_there = true;
                if !present.insert(to.clone()) && self.follows_presence {
                    return Err("there are two of that name now".into());
                }
            }
        }
        if !was_there && !is_unknown && self.follows_presence {
            return Err("who is called otherwise now was in none of their rooms".into());
        }
        Ok(())
    }

    /// A list of members says the same as the notices did.
    pub(super) fn check_members(&mut self, room: &str, count: u64) -> Result<(), (Oracle, String)> {
        let listed: BTreeSet<String> = std::mem::take(&mut self.listed).into_iter().collect();
        if listed.len() as u64 != count {
            return Err((Oracle::Presence, format!("{} were listed", listed.len())));
        }
        let known = self
            .present
            .get(&room.to_lowercase())
            .and_then(Option::as_ref);
        let Some(known) = known.filter(|_| self.follows_presence) else {
            return Ok(());
        };
        let mut expected = known.clone();
        expected.insert(self.nick.clone());
        if listed != expected {
            let what = format!("listed were {listed:?}, there must be {expected:?}");
            return Err((Oracle::Presence, what));
        }
        Ok(())
    }
}
