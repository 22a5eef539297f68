//! Who may do what. Reads only: `may_…` says yes with what it found, or no and why.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Engine;
use crate::chat::{Nickname, Refusal, RoomId, RoomName, Text, UserId};

impl Engine {
    pub(super) fn may_take_nick(&self, user: UserId, nick: &Nickname) -> Result<(), Refusal> {
        let own = &self.users[user].nick;
        if own == nick {
            return Ok(()); // Their own, in other capitals perhaps.
        }
        if nick.is_reserved() {
            return Err(Refusal::NickReserved { nick: nick.clone() });
        }
        if self.users.called(nick).is_some() {
            let (nick, free) = (nick.clone(), self.free_nicks_like(nick));
            return Err(Refusal::NickTaken { nick, free });
        }
        match self.users.nicks().confusable(nick, Some(own)) {
            Some(with) => Err(Refusal::NickConfusable {
                nick: nick.clone(),
                with,
            }),
            None => Ok(()),
        }
    }

    /// Up to two nicknames that could be had instead.
    fn free_nicks_like(&self, nick: &Nickname) -> Vec<Nickname> {
        let is_free = |nick: &Nickname| {
            !nick.is_reserved()
                && self.users.called(nick).is_none()
                && self.users.nicks().confusable(nick, None).is_none()
        };
        let parse = |typed: String| typed.parse().ok().filter(is_free);
        let numbered = (2..10).find_map(|number| parse(format!("{nick}{number}")));
        let tailed = parse(format!("{nick}_"));
        numbered.into_iter().chain(tailed).collect()
    }

    /// Finds the room to join, or says that it may be opened (`None`).
    pub(super) fn may_join(
        &self,
        user: UserId,
        name: &RoomName,
    ) -> Result<Option<RoomId>, Refusal> {
        let open = self.rooms.called(name);
        let rooms = &self.users[user].rooms;
        if open.is_some_and(|room| rooms.contains(&room)) {
            return Ok(open);
        }
        if rooms.len() >= self.limits.rooms_per_user_max {
            return Err(Refusal::RoomsOfUserFull {
                max: self.limits.rooms_per_user_max,
            });
        }
        if open.is_none() {
            self.may_open(name)?;
        }
        Ok(open)
    }

    fn may_open(&self, name: &RoomName) -> Result<(), Refusal> {
        if let Some(with) = self.rooms.names().confusable(name, None) {
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
        Ok(())
    }

    /// The room to speak in, or to leave: one that they are in.
    pub(super) fn may_speak_in(
        &self,
        user: UserId,
        room: Option<RoomName>,
    ) -> Result<RoomId, Refusal> {
        let Some(name) = room else {
            return self.users[user].focus().ok_or(Refusal::InNoRoom);
        };
        match self.rooms.called(&name) {
            Some(room) if self.rooms[room].members.contains(user) => Ok(room),
            Some(_) | None => Err(Refusal::NotInRoom { room: name }),
        }
    }

    /// The room to look into: rooms are public, so any that is open.
    pub(super) fn may_look_into(
        &self,
        user: UserId,
        room: Option<RoomName>,
    ) -> Result<RoomId, Refusal> {
        let Some(name) = room else {
            return self.users[user].focus().ok_or(Refusal::InNoRoom);
        };
        self.rooms
            .called(&name)
            .ok_or(Refusal::NoSuchRoom { room: name })
    }

    pub(super) fn may_set_topic(&self, topic: Option<&Text>) -> Result<(), Refusal> {
        let (chars, max) = (
            topic.map_or(0, Text::chars_count),
            self.limits.topic_chars_max,
        );
        if chars > max {
            Err(Refusal::TopicTooLong { chars, max })
        } else {
            Ok(())
        }
    }

    pub(super) fn may_quit(&self, reason: Option<&Text>) -> Result<(), Refusal> {
        let (chars, max) = (
            reason.map_or(0, Text::chars_count),
            self.limits.reason_chars_max,
        );
        if chars > max {
            Err(Refusal::ReasonTooLong { chars, max })
        } else {
            Ok(())
        }
    }

    /// Somebody who reads: what is sent to somebody who does not would only wait.
    pub(super) fn may_whisper_to(&self, to: UserId) -> Result<(), Refusal> {
        let user = &self.users[to];
        if self.sessions[&user.conn].choked {
            return Err(Refusal::NotReading {
                nick: user.nick.clone(),
            });
        }
        Ok(())
    }

    pub(super) fn may_ignore(&self, user: UserId, nick: &Nickname) -> Result<UserId, Refusal> {
        let other = self.somebody_called(nick)?;
        if other == user {
            return Err(Refusal::IgnoresSelf);
        }
        let (ignored, max) = (
            &self.users[user].ignoring().ignored,
            self.limits.ignored_per_user_max,
        );
        if ignored.len() >= max && !ignored.contains_key(nick) {
            return Err(Refusal::IgnoredFull { max });
        }
        Ok(other)
    }

    pub(super) fn somebody_called(&self, nick: &Nickname) -> Result<UserId, Refusal> {
        let nobody = || Refusal::NobodyCalled { nick: nick.clone() };
        self.users.called(nick).ok_or_else(nobody)
    }
}
