//! Not being told what somebody says. It follows a person through renames, and
//! the nickname through a reconnect.

use alloc::collections::{BTreeMap, BTreeSet};

use super::{Ask, Effects, Engine};
use crate::chat::{Message, Nickname, Refusal, UserId};

/// Who ignores a nickname that nobody has at the moment: the mirror of the
/// entries of `User::ignored` that stand for nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AbsentIgnored(BTreeMap<Nickname, BTreeSet<UserId>>);

impl AbsentIgnored {
    fn add(&mut self, nick: Nickname, by: UserId) {
        self.0.entry(nick).or_default().insert(by);
    }

    fn remove(&mut self, nick: &Nickname, by: UserId) {
        if let Some(users) = self.0.get_mut(nick) {
            users.remove(&by);
            if users.is_empty() {
                self.0.remove(nick);
            }
        }
    }

    fn take(&mut self, nick: &Nickname) -> BTreeSet<UserId> {
        self.0.remove(nick).unwrap_or_default()
    }

    /// Every pair of a nickname and somebody who ignores it, for the audit.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Nickname, UserId)> {
        self.0
            .iter()
            .flat_map(|(nick, users)| users.iter().map(move |user| (nick, *user)))
    }
}

impl Engine {
    pub(super) fn ignore(
        &mut self,
        ask: &Ask,
        nick: &Nickname,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let other = self.may_ignore(ask.user, nick)?;
        let nick = self.users[other].nick.clone();
        self.users[ask.user]
            .ignoring_mut()
            .ignored
            .insert(nick.clone(), Some(other));
        self.users[other].ignoring_mut().ignored_by.insert(ask.user);
        ask.reply(Message::IgnoreAdded { nick }, effects);
        Ok(())
    }

    pub(super) fn list_ignored(&mut self, ask: &Ask, effects: &mut Effects) {
        let nicks = self.users[ask.user]
            .ignoring()
            .ignored
            .keys()
            .cloned()
            .collect();
        ask.reply(Message::IgnoredListed { nicks }, effects);
    }

    pub(super) fn unignore(
        &mut self,
        ask: &Ask,
        nick: &Nickname,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let removed = self.users[ask.user]
            .ignoring_mut()
            .ignored
            .remove_entry(nick);
        let (nick, other) = removed.ok_or_else(|| Refusal::NotIgnored { nick: nick.clone() })?;
        self.unmirror(ask.user, &nick, other);
        ask.reply(Message::IgnoreRemoved { nick }, effects);
        Ok(())
    }

    /// Undoes the other side of an entry that was removed.
    fn unmirror(&mut self, user: UserId, nick: &Nickname, other: Option<UserId>) {
        match other {
            Some(other) => {
                self.users[other].ignoring_mut().ignored_by.remove(&user);
            }
            None => self.absent_ignored.remove(nick, user),
        }
    }

    /// Entries for somebody follow them to their new nickname; entries for that
    /// nickname, from before, stand for them now.
    pub(super) fn ignored_was_renamed(&mut self, id: UserId, old: &Nickname) {
        let nick = self.users[id].nick.clone();
        for by in self.users[id].ignoring().ignored_by.clone() {
            let ignored = &mut self.users[by].ignoring_mut().ignored;
            ignored.remove(old);
            ignored.remove(&nick); // By identity; the new spelling takes its place.
            ignored.insert(nick.clone(), Some(id));
            self.absent_ignored.remove(&nick, by);
        }
        for by in self.absent_ignored.take(&nick) {
            let ignored = &mut self.users[by].ignoring_mut().ignored;
            ignored.remove(&nick);
            if by != id {
                ignored.insert(nick.clone(), Some(id));
                self.users[id].ignoring_mut().ignored_by.insert(by);
            }
        }
    }

    /// Entries for somebody who goes wait for the nickname to come back.
    pub(super) fn ignored_went_away(&mut self, id: UserId, ignored_by: BTreeSet<UserId>) {
        let nick = self.users[id].nick.clone();
        for by in ignored_by {
            let ignoring = self.users[by].ignoring_mut();
            ignoring.ignored.insert(nick.clone(), None);
            self.absent_ignored.add(nick.clone(), by);
        }
    }

    /// Somebody who goes ignores nobody any more.
    pub(super) fn forget_ignored_of(
        &mut self,
        id: UserId,
        ignored: BTreeMap<Nickname, Option<UserId>>,
    ) {
        for (nick, other) in ignored {
            self.unmirror(id, &nick, other);
        }
    }
}
