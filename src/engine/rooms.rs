//! The rooms that are open, and who is in them.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::{Index, IndexMut};

use chrono::{DateTime, Utc};

use super::directory::Directory;
use crate::chat::{ConnId, RoomId, RoomName, Seq, TopicInfo, UserId};

/// A room that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) name: RoomName,
    pub(super) members: Members,
    pub(super) topic: Option<TopicInfo>,
    /// The number of what was said last; numbers only grow.
    pub(super) last: Seq,
    /// What a large room has not been told yet.
    pub(super) untold: Option<Untold>,
}

/// Who is in a room, by `UserId`, with the connection that a broadcast goes to.
/// Sorted and dense, so that a broadcast is one walk over memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Members(Vec<(UserId, ConnId)>);

/// Changes that a large room is told of in one summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Untold {
    pub(super) joined: u64,
    pub(super) left: u64,
    pub(super) renamed: u64,
    /// When to tell.
    pub(super) due: DateTime<Utc>,
}

/// All open rooms; the lobby always is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rooms {
    by_id: BTreeMap<RoomId, Room>,
    names: Directory<RoomName, RoomId>,
    /// The last room's number.
    last: u64,
    /// The highest number used in any room that was closed: a room that opens
    /// goes on above it, so that no number is used twice under one name.
    floor: Seq,
    /// What is known of a room that the next event may open.
    past: Option<(RoomName, Seq, Option<TopicInfo>)>,
}

const LOBBY: RoomId = RoomId(0);

impl Rooms {
    /// The lobby alone.
    pub(super) fn new() -> Self {
        let mut rooms = Self {
            by_id: BTreeMap::new(),
            names: Directory::new(),
            last: LOBBY.0,
            floor: Seq::default(),
            past: None,
        };
        rooms.insert(LOBBY, RoomName::lobby());
        rooms
    }

    pub(super) fn lobby(&self) -> RoomId {
        LOBBY
    }

    /// Opens a room, under a name that must be free.
    pub(super) fn open(&mut self, name: RoomName) -> RoomId {
        self.last += 1;
        let id = RoomId(self.last);
        let past = self.past.take().filter(|(room, ..)| *room == name);
        self.insert(id, name);
        if let Some((_, last, topic)) = past {
            // Its own numbers are known: there is no need to go above everybody's.
            (self[id].last, self[id].topic) = (last, topic);
        }
        id
    }

    /// Takes what is known of a room that nobody is in.
    pub(super) fn remember(&mut self, name: RoomName, last: Seq, topic: Option<TopicInfo>) {
        if self.called(&name) == Some(LOBBY) {
            let lobby = &mut self[LOBBY];
            (lobby.last, lobby.topic) = (lobby.last.max(last), topic);
        } else {
            self.past = Some((name, last, topic));
        }
    }

    /// What was known of a room was for one event.
    pub(super) fn forget_past(&mut self) {
        self.past = None;
    }

    /// Closes an empty room. The lobby stays, and forgets what a room forgets.
    pub(super) fn close(&mut self, id: RoomId) {
        let room = self
            .by_id
            .remove(&id)
            .expect("only an open room can be closed");
        self.names.remove(&room.name);
        if id == LOBBY {
            let last = room.last;
            self.insert(LOBBY, room.name);
            self[LOBBY].last = last;
        } else {
            self.floor = self.floor.max(room.last);
        }
    }

    fn insert(&mut self, id: RoomId, name: RoomName) {
        self.names.insert(name.clone(), id);
        let room = Room {
            name,
            members: Members::default(),
            topic: None,
            last: self.floor,
            untold: None,
        };
        self.by_id.insert(id, room);
    }

    pub(super) fn get(&self, id: RoomId) -> Option<&Room> {
        self.by_id.get(&id)
    }

    pub(super) fn called(&self, name: &RoomName) -> Option<RoomId> {
        self.names.get(name)
    }

    pub(super) fn names(&self) -> &Directory<RoomName, RoomId> {
        &self.names
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (RoomId, &Room)> {
        self.by_id.iter().map(|(id, room)| (*id, room))
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// The lobby alone, with the same numbers still to come, and its topic.
    pub(super) fn counters_only(&self) -> Self {
        let mut rooms = Self::new();
        rooms.last = self.last;
        rooms.floor = self.floor;
        // A topic that nobody who was in has left behind: history knows it.
        let lobby = &self[LOBBY];
        (rooms[LOBBY].last, rooms[LOBBY].topic) = (lobby.last, lobby.topic.clone());
        rooms
    }

    /// The room whose past is known for one event.
    pub(super) fn remembered(&self) -> Option<&RoomName> {
        self.past.as_ref().map(|(name, ..)| name)
    }
}

impl Members {
    pub(super) fn add(&mut self, user: UserId, conn: ConnId) {
        match self.place(user) {
            Ok(_) => panic!("{user:?} is a member already"),
            Err(place) => self.0.insert(place, (user, conn)),
        }
    }

    pub(super) fn remove(&mut self, user: UserId) {
        let place = self.place(user).expect("only a member can leave");
        self.0.remove(place);
        if self.0.len() < self.0.capacity() / 4 {
            self.0.shrink_to(self.0.len() * 2); // A crowd that has gone costs nothing.
        }
    }

    /// Members in their order, from the first after `user`.
    pub(super) fn after(&self, user: Option<UserId>) -> &[(UserId, ConnId)] {
        let start = match user.map(|user| self.place(user)) {
            None => 0,
            Some(Ok(place)) => place + 1,
            Some(Err(place)) => place,
        };
        &self.0[start..]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (UserId, ConnId)> {
        self.0.iter().copied()
    }

    pub(super) fn contains(&self, user: UserId) -> bool {
        self.place(user).is_ok()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn place(&self, user: UserId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&user, |(id, _)| *id)
    }
}

impl Index<RoomId> for Rooms {
    type Output = Room;

    fn index(&self, id: RoomId) -> &Room {
        &self.by_id[&id]
    }
}

impl IndexMut<RoomId> for Rooms {
    fn index_mut(&mut self, id: RoomId) -> &mut Room {
        self.by_id
            .get_mut(&id)
            .expect("an id of a room names an open one")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd(people: u64) -> Members {
        let mut members = Members::default();
        for number in 0..people {
            members.add(UserId(number), ConnId(number));
        }
        members
    }

    #[test]
    fn a_crowd_that_has_gone_costs_nothing() {
        let mut members = crowd(1024);
        let room = members.0.capacity();
        while members.len() > room / 4 {
            members.remove(UserId(members.len() as u64 - 1));
        }
        assert_eq!(members.0.capacity(), room, "who comes back finds room");
        members.remove(UserId(members.len() as u64 - 1));
        let less = members.0.capacity();
        assert!(less < room, "{less} of {room}");
        assert!(
            less >= 2 * members.len(),
            "{less}: a few may come at no cost"
        );
        while !members.is_empty() {
            members.remove(UserId(members.len() as u64 - 1));
        }
        assert!(members.0.capacity() <= 1, "{}", members.0.capacity());
    }
}
