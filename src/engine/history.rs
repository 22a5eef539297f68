//! What the engine has to do with history: it says what is to be kept and who may see
//! what, and takes what was known of a room before it is opened again. It never sees
//! the history itself.

use super::{Ask, Effects, Engine};
use crate::chat::{
    ConnId, Message, Nickname, Refusal, RoomId, RoomName, Seq, Span, Text, TopicInfo,
};

impl Engine {
    /// Whether somebody is in this room. Until then, whoever knows of its past says so
    /// ([`Event::Recalled`](super::Event::Recalled)) before somebody joins it.
    #[must_use]
    pub fn is_peopled(&self, room: &RoomName) -> bool {
        let open = self.rooms.called(room);
        open.is_some_and(|id| !self.rooms[id].members.is_empty())
    }

    /// Whether the person on this connection has chosen not to be told what somebody
    /// with this nickname says.
    #[must_use]
    pub fn ignores(&self, conn: ConnId, nick: &Nickname) -> bool {
        let session = self.sessions.get(&conn);
        let user = session.and_then(|session| self.users.get(session.user));
        user.is_some_and(|user| user.ignoring().ignored.contains_key(nick))
    }

    pub(super) fn take_past(&mut self, room: RoomName, last: Seq, topic: Option<TopicInfo>) {
        self.rooms.forget_past();
        if !self.is_peopled(&room) {
            self.rooms.remember(room, last, topic);
        }
    }

    /// Joining a room that others are in, or one's first: what was said there last.
    pub(super) fn recall(&self, ask: &Ask, id: RoomId, effects: &mut Effects) {
        let room = &self.rooms[id];
        effects.recall(ask.conn, ask.tag.clone(), room.name.clone(), room.last);
    }

    pub(super) fn browse(
        &mut self,
        ask: &Ask,
        room: Option<RoomName>,
        span: Span,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let id = self.may_speak_in(ask.user, room)?;
        let room = self.rooms[id].name.clone();
        effects.browse(ask.conn, ask.tag.clone(), room, span);
        Ok(())
    }

    pub(super) fn search(
        &mut self,
        ask: &Ask,
        words: Text,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let user = &self.users[ask.user];
        user.focus().ok_or(Refusal::InNoRoom)?;
        let rooms = user.rooms.iter().map(|id| self.rooms[*id].name.clone());
        effects.search(ask.conn, ask.tag.clone(), rooms.collect(), words);
        Ok(())
    }

    /// Tells everybody who is in a room something about its history.
    pub(super) fn tell_of_history(
        &self,
        name: &RoomName,
        message: impl FnOnce(RoomName) -> Message,
        effects: &mut Effects,
    ) {
        if let Some(id) = self.rooms.called(name) {
            let room = &self.rooms[id];
            let members = room.members.iter().map(|(_, conn)| conn);
            effects.deliver(members, message(room.name.clone()));
        }
    }
}
