//! Who is in which room.

use std::collections::HashMap;

use slab::Slab;

use crate::connection::{Connection, NOWHERE};

/// All rooms. They are made by the first who joins, and stay.
#[derive(Default)]
pub(crate) struct Rooms {
    by_name: HashMap<Box<[u8]>, u32>,
    members: Vec<Vec<u32>>,
}

impl Rooms {
    /// The keys of those in `room`.
    pub(crate) fn members(&self, room: u32) -> &[u32] {
        self.members.get(room as usize).map_or(&[], Vec::as_slice)
    }

    /// Moves the connection `key` to the room called `name`.
    pub(crate) fn join(&mut self, connections: &mut Slab<Connection>, key: u32, name: &[u8]) {
        self.leave(connections, key);
        let room = self.named(name);
        let members = &mut self.members[room as usize];
        let connection = &mut connections[key as usize];
        connection.room = room;
        connection.place = index(members.len());
        members.push(key);
    }

    /// Takes the connection `key` out of its room, if it is in one.
    pub(crate) fn leave(&mut self, connections: &mut Slab<Connection>, key: u32) {
        let connection = &mut connections[key as usize];
        let (room, place) = (connection.room, connection.place);
        if room == NOWHERE {
            return;
        }
        connection.room = NOWHERE;
        let members = &mut self.members[room as usize];
        members.swap_remove(place as usize);
        if let Some(&moved) = members.get(place as usize) {
            connections[moved as usize].place = place;
        }
    }

    fn named(&mut self, name: &[u8]) -> u32 {
        if let Some(&room) = self.by_name.get(name) {
            return room;
        }
        let room = index(self.members.len());
        self.by_name.insert(name.into(), room);
        self.members.push(Vec::new());
        room
    }
}

/// A key as the small number that it is: there are at most as many as open files.
pub(crate) fn index(key: usize) -> u32 {
    u32::try_from(key).expect("there are fewer open files than 2^32")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd(people: usize) -> Slab<Connection> {
        let mut connections = Slab::new();
        for _ in 0..people {
            let socket = rustix::net::socket(
                rustix::net::AddressFamily::INET,
                rustix::net::SocketType::STREAM,
                None,
            )
            .unwrap();
            connections.insert(Connection::new(socket));
        }
        connections
    }

    #[test]
    fn a_join_leaves_the_room_before() {
        let mut connections = crowd(3);
        let mut rooms = Rooms::default();
        for key in 0..3 {
            rooms.join(&mut connections, key, b"ops");
        }
        rooms.join(&mut connections, 0, b"dev");
        assert_eq!(rooms.members(0), [2, 1]);
        assert_eq!(rooms.members(1), [0]);
        rooms.leave(&mut connections, 2);
        assert_eq!(rooms.members(0), [1]);
        rooms.join(&mut connections, 0, b"ops");
        assert_eq!(rooms.members(0), [1, 0]);
    }

    #[test]
    fn nobody_is_nowhere() {
        let mut connections = crowd(1);
        let mut rooms = Rooms::default();
        rooms.leave(&mut connections, 0);
        assert!(rooms.members(NOWHERE).is_empty());
    }
}
