//! Who is there, is called what, and is where: not from the engine's state nor from
//! the model, but from what each person was told.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each looks at what concerns it alone"
)]

use std::collections::{BTreeMap, BTreeSet};

use roomful::chat::{ConnId, Message, Nickname, RoomName};
use roomful::engine::{Effect, Effects, Event};

/// Everybody who is there.
#[derive(Clone, Debug, Default)]
pub struct Directory(BTreeMap<ConnId, Somebody>);

/// Somebody, as they know themselves.
#[derive(Clone, Debug)]
pub struct Somebody {
    /// What they are called.
    pub nick: Nickname,
    /// The rooms they are in; what they type goes to the last.
    pub rooms: Vec<RoomName>,
    /// Whom they ignore, of those who are there.
    pub ignores: BTreeSet<ConnId>,
    /// The nicknames of those who have gone, and whom they ignored: whoever takes
    /// one is ignored too.
    absent: Vec<Nickname>,
}

impl Directory {
    /// Takes in what came of an event.
    ///
    /// # Panics
    /// When somebody who is not there is told what only who is there can be.
    pub fn take(&mut self, event: &Event, effects: &Effects) {
        for effect in effects.iter() {
            match effect {
                Effect::Reply { to, message, .. } => self.hear(to, message),
                Effect::Close { conn } => self.lose(conn),
                Effect::Deliver { .. }
                | Effect::Record { .. }
                | Effect::Recall { .. }
                | Effect::RecordTopic { .. }
                | Effect::Browse { .. }
                | Effect::Search { .. }
                | Effect::Pause { .. } => {}
            }
        }
        if let Event::Disconnected { conn, .. } = event {
            self.lose(*conn);
        }
    }

    fn hear(&mut self, conn: ConnId, message: &Message) {
        if let Message::Welcomed { nick, room, .. } = message {
            let somebody = Somebody {
                nick: nick.clone(),
                rooms: vec![room.clone()],
                ignores: BTreeSet::new(),
                absent: Vec::new(),
            };
            self.0.insert(conn, somebody);
            return;
        }
        let called = |nick: &Nickname| self.called(nick);
        let other = match message {
            Message::IgnoreAdded { nick } | Message::IgnoreRemoved { nick } => called(nick),
            _ => None,
        };
        let Some(somebody) = self.0.get_mut(&conn) else {
            return;
        };
        match message {
            Message::NickChanged { nick } => {
                somebody.nick = nick.clone();
                somebody.absent.retain(|absent| absent != nick);
                self.meet_again(conn);
            }
            Message::RoomEntered { room, .. } => {
                somebody.rooms.retain(|other| other != room);
                somebody.rooms.push(room.clone());
            }
            Message::RoomLeft { room, .. } => somebody.rooms.retain(|other| other != room),
            Message::IgnoreAdded { .. } => somebody.ignores.extend(other),
            Message::IgnoreRemoved { nick } => match other {
                Some(other) => {
                    somebody.ignores.remove(&other);
                }
                None => somebody.absent.retain(|absent| absent != nick),
            },
            _ => {}
        }
    }

    fn lose(&mut self, conn: ConnId) {
        let Some(gone) = self.0.remove(&conn) else {
            return;
        };
        for somebody in self.0.values_mut() {
            if somebody.ignores.remove(&conn) {
                somebody.absent.push(gone.nick.clone());
            }
        }
    }

    /// Somebody has taken the name of one who was ignored.
    fn meet_again(&mut self, conn: ConnId) {
        let nick = self.0[&conn].nick.clone();
        for somebody in self.0.values_mut() {
            if somebody.absent.contains(&nick) {
                somebody.absent.retain(|absent| *absent != nick);
                somebody.ignores.insert(conn);
            }
        }
    }

    /// Somebody who is there.
    #[must_use]
    pub fn get(&self, conn: ConnId) -> Option<&Somebody> {
        self.0.get(&conn)
    }

    /// Who has a nickname.
    #[must_use]
    pub fn called(&self, nick: &Nickname) -> Option<ConnId> {
        let found = self.0.iter().find(|(_, somebody)| somebody.nick == *nick);
        found.map(|(conn, _)| *conn)
    }

    /// Everybody.
    pub fn people(&self) -> impl Iterator<Item = (ConnId, &Somebody)> {
        self.0.iter().map(|(conn, somebody)| (*conn, somebody))
    }

    /// Who is in a room.
    #[must_use]
    pub fn members(&self, room: &RoomName) -> BTreeSet<ConnId> {
        let members = self.people().filter(|(_, person)| person.is_in(room));
        members.map(|(conn, _)| conn).collect()
    }

    /// The rooms that somebody is in, and the lobby.
    #[must_use]
    pub fn rooms(&self) -> Vec<&RoomName> {
        let mut rooms: Vec<&RoomName> = Vec::new();
        for (_, somebody) in self.people() {
            for room in &somebody.rooms {
                if !rooms.contains(&room) {
                    rooms.push(room);
                }
            }
        }
        rooms
    }
}

impl Somebody {
    /// Whether they are in a room.
    #[must_use]
    pub fn is_in(&self, room: &RoomName) -> bool {
        self.rooms.contains(room)
    }
}
