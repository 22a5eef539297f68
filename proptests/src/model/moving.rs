//! Coming, going, joining, leaving, and being called otherwise.

use chrono::TimeDelta;
use roomful::chat::{ConnId, Departure, Message, Nickname, Refusal, RoomName, Seq, Text};

use super::bucket::Bucket;
use super::{Ask, Change, Model, Person, Room, Told, Untold};

impl Model {
    pub(super) fn come(&mut self, conn: ConnId) {
        self.came += 1;
        let nick = Nickname::guest(self.came);
        self.people.push(Person {
            conn,
            nick: nick.clone(),
            rooms: Vec::new(),
            ignored: Vec::new(),
            correspondent: None,
            bucket: Bucket::full(),
            was_told_of_delay: false,
            is_choked: false,
            listing: None,
        });
        let ask = Ask { conn, tag: None };
        let lobby = self.rooms[0].name.clone();
        self.enter(&ask, &lobby);
        let company = self.company(&lobby, conn);
        let room = lobby.clone();
        self.tell(
            &ask,
            Message::Welcomed {
                nick,
                room,
                company,
            },
        );
        let room = self.room_mut(&lobby);
        if let Some(topic) = room.topic.clone() {
            let topic = Some(topic);
            self.tell(
                &ask,
                Message::TopicShown {
                    room: lobby.clone(),
                    topic,
                },
            );
        }
        self.recall(&ask, &lobby);
    }

    /// Becomes a member, with the focus there, and the others are told.
    fn enter(&mut self, ask: &Ask, name: &RoomName) {
        let person = self.asking(ask);
        person.rooms.push(name.clone());
        let nick = person.nick.clone();
        let joined = |room: &RoomName| Message::Joined {
            room: room.clone(),
            nick: nick.clone(),
        };
        self.announce(ask.conn, std::slice::from_ref(name), Change::Joined, joined);
    }

    fn recall(&mut self, ask: &Ask, name: &RoomName) {
        let room = self.room(name).expect("just entered");
        let told = Told::Recalled(ask.conn, ask.tag.clone(), room.name.clone(), Seq(room.last));
        self.told.push(told);
    }

    pub(super) fn join(&mut self, ask: &Ask, name: &RoomName) -> Result<(), Refusal> {
        let own = self.asking(ask).rooms.clone();
        let returned = own.contains(name);
        if !returned && own.len() >= self.limits.rooms_per_user_max {
            return Err(Refusal::RoomsOfUserFull {
                max: self.limits.rooms_per_user_max,
            });
        }
        if self.room(name).is_none() {
            self.open(name)?;
        }
        let name = self.room(name).expect("it is open now").name.clone();
        if returned {
            let rooms = &mut self.asking(ask).rooms;
            rooms.retain(|room| *room != name);
            rooms.push(name.clone());
        } else {
            self.enter(ask, &name);
        }
        let topic = self.room_mut(&name).topic.clone();
        let company = self.company(&name, ask.conn);
        let room = name.clone();
        self.tell(
            ask,
            Message::RoomEntered {
                room,
                company,
                topic,
                returned,
            },
        );
        if !returned {
            self.recall(ask, &name);
        }
        Ok(())
    }

    fn open(&mut self, name: &RoomName) -> Result<(), Refusal> {
        let alike: Vec<RoomName> = self.rooms.iter().map(|room| room.name.clone()).collect();
        if let Some(with) = alike_of(name, alike, RoomName::is_confusable_with) {
            return Err(Refusal::RoomConfusable {
                room: name.clone(),
                with,
            });
        }
        if self.rooms.len() >= self.limits.rooms_max {
            return Err(Refusal::RoomsFull {
                max: self.limits.rooms_max,
            });
        }
        self.opened += 1;
        self.rooms.push(Room {
            number: self.opened,
            name: name.clone(),
            topic: None,
            last: self.highest,
            untold: None,
        });
        self.take_up_past(name);
        Ok(())
    }

    /// An empty room is gone; the lobby stays, and forgets what a room forgets.
    fn close_if_empty(&mut self, name: &RoomName) {
        if !self.members(name).is_empty() {
            return;
        }
        let room = self.room_mut(name);
        room.topic = None;
        room.untold = None;
        let (number, last) = (room.number, room.last);
        if number > 0 {
            self.highest = self.highest.max(last);
            self.rooms.retain(|room| room.number != number);
        }
    }

    pub(super) fn leave(&mut self, ask: &Ask, room: Option<RoomName>) -> Result<(), Refusal> {
        let name = self.own_room(ask, room)?;
        let person = self.asking(ask);
        person.rooms.retain(|room| *room != name);
        let (nick, focus) = (person.nick.clone(), person.rooms.last().cloned());
        let left = |room: &RoomName| Message::Left {
            room: room.clone(),
            nick: nick.clone(),
        };
        self.announce(ask.conn, std::slice::from_ref(&name), Change::Left, left);
        self.close_if_empty(&name);
        self.tell(ask, Message::RoomLeft { room: name, focus });
        Ok(())
    }

    /// The room in focus, or one by name that they are in; as it is written there.
    pub(super) fn own_room(
        &mut self,
        ask: &Ask,
        room: Option<RoomName>,
    ) -> Result<RoomName, Refusal> {
        let own = &self.asking(ask).rooms;
        match room {
            None => own.last().cloned().ok_or(Refusal::InNoRoom),
            Some(name) => {
                let found = own.iter().find(|room| **room == name).cloned();
                found.ok_or(Refusal::NotInRoom { room: name })
            }
        }
    }

    pub(super) fn quit(&mut self, ask: &Ask, reason: Option<Text>) -> Result<(), Refusal> {
        let chars = reason
            .as_ref()
            .map_or(0, |reason| reason.as_str().chars().count());
        let max = self.limits.reason_chars_max;
        if chars > max {
            return Err(Refusal::ReasonTooLong { chars, max });
        }
        let nick = self.nick_of(ask.conn);
        let how = match reason {
            Some(reason) => Departure::Quit { reason },
            None => Departure::Plain,
        };
        self.go(ask.conn, Some(&how));
        self.tell(ask, Message::Farewelled { nick });
        self.told.push(Told::Closed(ask.conn));
        Ok(())
    }

    /// Is gone, from everywhere; who shared a room is told once.
    pub(super) fn go(&mut self, conn: ConnId, how: Option<&Departure>) {
        let place = self.people.iter().position(|person| person.conn == conn);
        let person = self.people.remove(place.expect("who goes is in"));
        self.forget_in_ignored(conn);
        if let Some(how) = how {
            let departed = |room: &RoomName| Message::Departed {
                room: room.clone(),
                nick: person.nick.clone(),
                how: how.clone(),
            };
            self.announce(conn, &person.rooms, Change::Left, departed);
        }
        for room in &person.rooms {
            self.close_if_empty(room);
        }
    }

    pub(super) fn rename(&mut self, ask: &Ask, nick: &Nickname) -> Result<(), Refusal> {
        let old = self.nick_of(ask.conn);
        if old != *nick {
            self.may_be_called(&old, nick)?;
        }
        if old.as_str() != nick.as_str() {
            self.asking(ask).nick = nick.clone();
            self.follow_in_ignored(ask.conn, &old, nick);
            let rooms = self.asking(ask).rooms.clone();
            let renamed = |room: &RoomName| Message::Renamed {
                room: room.clone(),
                from: old.clone(),
                to: nick.clone(),
            };
            self.announce(ask.conn, &rooms, Change::Renamed, renamed);
        }
        self.tell(ask, Message::NickChanged { nick: nick.clone() });
        Ok(())
    }

    fn may_be_called(&self, old: &Nickname, nick: &Nickname) -> Result<(), Refusal> {
        if nick.is_reserved() {
            return Err(Refusal::NickReserved { nick: nick.clone() });
        }
        if self.called(nick).is_some() {
            let free = self.free_names_like(nick);
            return Err(Refusal::NickTaken {
                nick: nick.clone(),
                free,
            });
        }
        match self.alike(nick, Some(old)) {
            Some(with) => Err(Refusal::NickConfusable {
                nick: nick.clone(),
                with,
            }),
            None => Ok(()),
        }
    }

    fn alike(&self, nick: &Nickname, but: Option<&Nickname>) -> Option<Nickname> {
        let others = self.people.iter().map(|person| person.nick.clone());
        let others = others.filter(|other| Some(other) != but).collect();
        alike_of(nick, others, Nickname::is_confusable_with)
    }

    /// `ada2` to `ada9`, the first that is free, and `ada_`.
    fn free_names_like(&self, nick: &Nickname) -> Vec<Nickname> {
        let free = |typed: String| {
            let nick: Nickname = typed.parse().ok()?;
            let is_free = !nick.is_reserved()
                && self.called(&nick).is_none()
                && self.alike(&nick, None).is_none();
            is_free.then_some(nick)
        };
        let numbered = (2..=9)
            .filter_map(|number| free(format!("{nick}{number}")))
            .next();
        numbered
            .into_iter()
            .chain(free(format!("{nick}_")))
            .collect()
    }

    /// Tells everybody who shares a room, once; in rooms that are too large, later.
    fn announce(
        &mut self,
        about: ConnId,
        rooms: &[RoomName],
        change: Change,
        message: impl Fn(&RoomName) -> Message,
    ) {
        let mut told = vec![about];
        for name in rooms {
            let members = self.members(name);
            if members.len() > self.limits.announce_members_max {
                self.note_for_summary(name, change);
                continue;
            }
            for member in members {
                if !told.contains(&member) {
                    told.push(member);
                    self.tell_anyone(member, message(name));
                }
            }
        }
    }

    fn note_for_summary(&mut self, name: &RoomName, change: Change) {
        let wait = TimeDelta::seconds(i64::from(self.limits.summary_seconds.max(1)));
        let due = self.now + wait;
        let untold = self.room_mut(name).untold.get_or_insert(Untold {
            joined: 0,
            left: 0,
            renamed: 0,
            due,
        });
        match change {
            Change::Joined => untold.joined += 1,
            Change::Left => untold.left += 1,
            Change::Renamed => untold.renamed += 1,
        }
    }

    pub(super) fn tell_summaries(&mut self) {
        while let Some((due, name)) = self.deadline() {
            if due > self.now {
                return;
            }
            let name = name.clone();
            let untold = self.room_mut(&name).untold.take().expect("it is due");
            let members = self.members(&name);
            for member in &members {
                let summary = Message::Summarised {
                    room: name.clone(),
                    joined: untold.joined,
                    left: untold.left,
                    renamed: untold.renamed,
                    members: members.len() as u64,
                };
                self.tell_anyone(*member, summary);
            }
        }
    }
}

/// A name that another would be mistaken for. Of several, the engine names the
/// nearest before it in the order of folded names, else the first after it.
fn alike_of<N: Ord>(name: &N, mut others: Vec<N>, is_alike: fn(&N, &N) -> bool) -> Option<N> {
    others.retain(|other| is_alike(other, name));
    others.sort();
    let before = others.iter().rposition(|other| other < name);
    let found = before.or(if others.is_empty() { None } else { Some(0) })?;
    Some(others.swap_remove(found))
}
