//! The people who are in, and their nicknames.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::ops::{Index, IndexMut};

use super::directory::Directory;
use crate::chat::{ConnId, Nickname, RoomId, UserId};

/// A person. Apart from the connection, which one day may be another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct User {
    pub(super) conn: ConnId,
    pub(super) nick: Nickname,
    /// The rooms they are in, by use: the last one has the focus.
    pub(super) rooms: Vec<RoomId>,
    /// Most people never ignore anybody, nor are ignored, and it costs them nothing.
    ignoring: Option<Box<Ignoring>>,
}

/// Who ignores whom, from one person's side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ignoring {
    /// Whom they ignore, under the nickname last seen; `None` while that person
    /// is not in.
    pub(super) ignored: BTreeMap<Nickname, Option<UserId>>,
    /// Who ignores them: the mirror of `ignored`.
    pub(super) ignored_by: BTreeSet<UserId>,
}

/// Everybody who is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Users {
    /// Boxed, since nodes of maps that only grow at their end stay half empty.
    by_id: BTreeMap<UserId, Box<User>>,
    nicks: Directory<Nickname, UserId>,
    /// The last person's number. Also that of the last guest's name: never reused.
    last: u64,
}

impl User {
    /// The room in focus.
    pub(super) fn focus(&self) -> Option<RoomId> {
        self.rooms.last().copied()
    }

    /// Gives a room the focus, as a new one or as one that they are in.
    pub(super) fn focus_on(&mut self, room: RoomId) {
        self.forget_room(room);
        self.rooms.reserve_exact(1); // Few are in more rooms than two.
        self.rooms.push(room);
    }

    pub(super) fn ignoring(&self) -> &Ignoring {
        static NOBODY: Ignoring = Ignoring {
            ignored: BTreeMap::new(),
            ignored_by: BTreeSet::new(),
        };
        self.ignoring.as_deref().unwrap_or(&NOBODY)
    }

    pub(super) fn ignoring_mut(&mut self) -> &mut Ignoring {
        self.ignoring.get_or_insert_default()
    }

    /// Forgets who ignores whom, for the mirrors of it to be cleared.
    pub(super) fn take_ignoring(&mut self) -> Ignoring {
        self.ignoring
            .take()
            .map_or_else(Ignoring::default, |ignoring| *ignoring)
    }

    pub(super) fn forget_room(&mut self, room: RoomId) {
        self.rooms.retain(|other| *other != room);
    }
}

impl Users {
    /// Lets somebody in, as a guest in no room.
    pub(super) fn admit(&mut self, conn: ConnId) -> UserId {
        self.last += 1;
        let id = UserId(self.last);
        let nick = Nickname::guest(self.last);
        self.nicks.insert(nick.clone(), id);
        let user = User {
            conn,
            nick,
            rooms: Vec::new(),
            ignoring: None,
        };
        self.by_id.insert(id, Box::new(user));
        id
    }

    /// Lets somebody go; their nickname is free.
    pub(super) fn remove(&mut self, id: UserId) -> User {
        let user = self.by_id.remove(&id).expect("only who is in can go");
        self.nicks.remove(&user.nick);
        *user
    }

    /// Gives somebody another nickname, which must be free; the old one is.
    pub(super) fn rename(&mut self, id: UserId, nick: Nickname) {
        let user = self
            .by_id
            .get_mut(&id)
            .expect("only who is in has a nickname");
        let old = core::mem::replace(&mut user.nick, nick.clone());
        self.nicks.remove(&old);
        self.nicks.insert(nick, id);
    }

    pub(super) fn get(&self, id: UserId) -> Option<&User> {
        self.by_id.get(&id).map(|user| &**user)
    }

    pub(super) fn called(&self, nick: &Nickname) -> Option<UserId> {
        self.nicks.get(nick)
    }

    pub(super) fn nicks(&self) -> &Directory<Nickname, UserId> {
        &self.nicks
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (UserId, &User)> {
        self.by_id.iter().map(|(id, user)| (*id, &**user))
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Nobody, with the same numbers still to come.
    pub(super) fn counters_only(&self) -> Self {
        Self {
            last: self.last,
            ..Self::default()
        }
    }
}

impl Default for Users {
    fn default() -> Self {
        Self {
            by_id: BTreeMap::new(),
            nicks: Directory::new(),
            last: 0,
        }
    }
}

impl Index<UserId> for Users {
    type Output = User;

    fn index(&self, id: UserId) -> &User {
        &self.by_id[&id]
    }
}

impl IndexMut<UserId> for Users {
    fn index_mut(&mut self, id: UserId) -> &mut User {
        self.by_id
            .get_mut(&id)
            .expect("an id of a user names somebody who is in")
    }
}
