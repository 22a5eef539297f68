//! What people say: in rooms, to one person, and as a room's topic.

use super::{Ask, Effects, Engine};
use crate::chat::{Message, Nickname, Refusal, RoomId, RoomName, Seq, Text, TopicInfo, UserId};

impl Engine {
    pub(super) fn say(
        &mut self,
        ask: &Ask,
        room: Option<RoomName>,
        text: Text,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let id = self.may_speak_in(ask.user, room)?;
        let said = |(room, seq), from| Message::Said {
            at: ask.now,
            room,
            seq,
            from,
            text,
        };
        self.speak(ask, id, said, effects);
        Ok(())
    }

    pub(super) fn act(
        &mut self,
        ask: &Ask,
        room: Option<RoomName>,
        text: Text,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let id = self.may_speak_in(ask.user, room)?;
        let acted = |(room, seq), from| Message::Acted {
            at: ask.now,
            room,
            seq,
            from,
            text,
        };
        self.speak(ask, id, acted, effects);
        Ok(())
    }

    /// Numbers what was said, records it, and tells the others who want to hear it.
    fn speak(
        &mut self,
        ask: &Ask,
        id: RoomId,
        message: impl FnOnce((RoomName, Seq), Nickname) -> Message,
        effects: &mut Effects,
    ) {
        let speaker = &self.users[ask.user];
        let ignored_by = &speaker.ignoring().ignored_by;
        let room = &mut self.rooms[id];
        room.last = room.last.next();
        let place = (room.name.clone(), room.last);
        let message = message(place.clone(), speaker.nick.clone());
        let listeners = room
            .members
            .iter()
            .filter(|(user, _)| *user != ask.user && !ignored_by.contains(user));
        effects.record_and_deliver(place, listeners.map(|(_, conn)| conn), message);
        self.stats.said += 1;
    }

    pub(super) fn whisper(
        &mut self,
        ask: &Ask,
        to: &Nickname,
        text: Text,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let to = self.somebody_called(to)?;
        self.whisper_to(ask, to, text, effects)
    }

    pub(super) fn reply_to_whisper(
        &mut self,
        ask: &Ask,
        text: Text,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let correspondent = self.sessions[&ask.conn].correspondent.clone();
        let (to, nick) = correspondent.ok_or(Refusal::NobodyToReplyTo)?;
        if self.users.get(to).is_none() {
            return Err(Refusal::CorrespondentGone { nick });
        }
        self.whisper_to(ask, to, text, effects)
    }

    fn whisper_to(
        &mut self,
        ask: &Ask,
        to: UserId,
        text: Text,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        self.may_whisper_to(to)?;
        let (sender, receiver) = (&self.users[ask.user], &self.users[to]);
        let sent = Message::WhisperSent {
            at: ask.now,
            to: receiver.nick.clone(),
            text: text.clone(),
        };
        if !sender.ignoring().ignored_by.contains(&to) {
            let from = sender.nick.clone();
            let heard = Message::Whispered {
                at: ask.now,
                from: from.clone(),
                text,
            };
            effects.deliver([receiver.conn].into_iter(), heard);
            self.session_of(to).correspondent = Some((ask.user, from));
        }
        ask.reply(sent, effects);
        self.stats.whispered += 1;
        Ok(())
    }

    pub(super) fn show_topic(
        &mut self,
        ask: &Ask,
        room: Option<RoomName>,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let id = self.may_look_into(ask.user, room)?;
        self.reply_topic(ask, id, effects);
        Ok(())
    }

    pub(super) fn set_topic(
        &mut self,
        ask: &Ask,
        room: Option<RoomName>,
        topic: Option<Text>,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let id = self.may_speak_in(ask.user, room)?;
        self.may_set_topic(topic.as_ref())?;
        let by = self.users[ask.user].nick.clone();
        let room = &mut self.rooms[id];
        let info = |text| TopicInfo {
            text,
            by: by.clone(),
            at: ask.now,
        };
        room.topic = topic.clone().map(info);
        effects.record_topic(room.name.clone(), room.topic.clone());
        let changed = Message::TopicChanged {
            room: room.name.clone(),
            by,
            topic,
        };
        let others = room.members.iter().filter(|(user, _)| *user != ask.user);
        effects.deliver(others.map(|(_, conn)| conn), changed);
        self.reply_topic(ask, id, effects);
        Ok(())
    }

    fn reply_topic(&self, ask: &Ask, id: RoomId, effects: &mut Effects) {
        let room = &self.rooms[id];
        let (room, topic) = (room.name.clone(), room.topic.clone());
        ask.reply(Message::TopicShown { room, topic }, effects);
    }
}
