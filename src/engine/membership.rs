//! Joining, leaving, and leaving for good.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use chrono::{DateTime, Utc};

use super::timers::Change;
use super::users::Ignoring;
use super::{Ask, Effects, Engine};
use crate::chat::{Company, Departure, Message, Refusal, RoomId, RoomName, Text, UserId};

impl Engine {
    pub(super) fn join(
        &mut self,
        ask: &Ask,
        name: RoomName,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let open = self.may_join(ask.user, &name)?;
        let id = open.unwrap_or_else(|| self.rooms.open(name));
        let returned = self.rooms[id].members.contains(ask.user);
        if returned {
            self.users[ask.user].focus_on(id);
        } else {
            self.enter(ask, id, effects);
        }
        let room = &self.rooms[id];
        let message = Message::RoomEntered {
            room: room.name.clone(),
            company: self.company(id, ask.user),
            topic: room.topic.clone(),
            returned,
        };
        ask.reply(message, effects);
        if !returned {
            self.recall(ask, id, effects);
        }
        Ok(())
    }

    /// Makes somebody a member, with the focus there, and tells the others.
    pub(super) fn enter(&mut self, ask: &Ask, id: RoomId, effects: &mut Effects) {
        let user = &mut self.users[ask.user];
        user.focus_on(id);
        let (conn, nick) = (user.conn, user.nick.clone());
        self.rooms[id].members.add(ask.user, conn);
        let joined = |room: RoomName| Message::Joined {
            room,
            nick: nick.clone(),
        };
        self.announce(ask.now, (ask.user, &[id]), Change::Joined, joined, effects);
    }

    pub(super) fn leave(
        &mut self,
        ask: &Ask,
        room: Option<RoomName>,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let id = self.may_speak_in(ask.user, room)?;
        let room = self.rooms[id].name.clone();
        let user = &mut self.users[ask.user];
        user.forget_room(id);
        let (nick, focus) = (user.nick.clone(), user.focus());
        self.rooms[id].members.remove(ask.user);
        let left = |room: RoomName| Message::Left {
            room,
            nick: nick.clone(),
        };
        self.announce(ask.now, (ask.user, &[id]), Change::Left, left, effects);
        self.close_if_empty(id);
        let focus = focus.map(|room| self.rooms[room].name.clone());
        ask.reply(Message::RoomLeft { room, focus }, effects);
        Ok(())
    }

    pub(super) fn quit(
        &mut self,
        ask: &Ask,
        reason: Option<Text>,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        self.may_quit(reason.as_ref())?;
        let nick = self.users[ask.user].nick.clone();
        let how = reason.map_or(Departure::Plain, |reason| Departure::Quit { reason });
        self.depart(ask.now, ask.user, Some(&how), effects);
        ask.reply(Message::Farewelled { nick }, effects);
        effects.close(ask.conn);
        Ok(())
    }

    /// Takes somebody out of everything, and tells who shared a room with them;
    /// nobody, when `how` is `None`.
    pub(super) fn depart(
        &mut self,
        now: DateTime<Utc>,
        id: UserId,
        how: Option<&Departure>,
        effects: &mut Effects,
    ) {
        let Ignoring {
            ignored,
            ignored_by,
        } = self.users[id].take_ignoring();
        self.forget_ignored_of(id, ignored);
        self.ignored_went_away(id, ignored_by);
        let user = self.users.remove(id);
        self.sessions.remove(&user.conn);
        for room in &user.rooms {
            self.rooms[*room].members.remove(id);
        }
        if let Some(how) = how {
            let departed = |room: RoomName| {
                let (nick, how) = (user.nick.clone(), how.clone());
                Message::Departed { room, nick, how }
            };
            self.announce(now, (id, &user.rooms), Change::Left, departed, effects);
        }
        for room in user.rooms {
            self.close_if_empty(room);
        }
    }

    fn close_if_empty(&mut self, id: RoomId) {
        let room = &self.rooms[id];
        if !room.members.is_empty() {
            return;
        }
        if let Some(untold) = &room.untold {
            self.timers.cancel(untold.due, id);
        }
        self.rooms.close(id);
    }

    /// Tells of a change each person who shares any of these rooms, once, and not
    /// the one whom it is about; large rooms hear of it in their next summary.
    pub(super) fn announce(
        &mut self,
        now: DateTime<Utc>,
        (about, rooms): (UserId, &[RoomId]),
        change: Change,
        message: impl Fn(RoomName) -> Message,
        effects: &mut Effects,
    ) {
        let mut told = BTreeSet::new();
        for id in rooms {
            let room = &self.rooms[*id];
            if room.members.len() > self.limits.announce_members_max {
                self.summarise_later(now, *id, change);
                continue;
            }
            let others = room.members.iter().filter(|(user, _)| *user != about);
            // In a single room, nobody can be told twice.
            let untold = others.filter(|(user, _)| rooms.len() == 1 || told.insert(*user));
            effects.deliver(untold.map(|(_, conn)| conn), message(room.name.clone()));
        }
    }

    /// The first few others in a room, for a greeting.
    pub(super) fn company(&self, id: RoomId, but: UserId) -> Company {
        let members = &self.rooms[id].members;
        let others = members.iter().filter(|(user, _)| *user != but);
        let named = others.take(Company::NAMED_MAX);
        let nicks: Vec<_> = named
            .map(|(user, _)| self.users[user].nick.clone())
            .collect();
        let others = members.len() - usize::from(members.contains(but));
        Company {
            more: (others - nicks.len()) as u64,
            nicks,
        }
    }
}
