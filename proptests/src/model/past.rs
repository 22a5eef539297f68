//! What history has to do with the chat: what it knows of a room, and who may see it.

use roomful::chat::{Message, Refusal, RoomName, Seq, Span, Text, TopicInfo};

use super::{Ask, Model, Told};

/// What is known of a room that the next event may open.
#[derive(Clone, Debug)]
pub(super) struct Past {
    name: RoomName,
    last: u64,
    topic: Option<TopicInfo>,
}

impl Model {
    /// Only a room that nobody is in has a past to be told of; the lobby takes it at
    /// once, any other room when the next event opens it.
    pub(super) fn recalled(&mut self, name: &RoomName, last: Seq, topic: Option<TopicInfo>) {
        self.past = None;
        if !self.members(name).is_empty() {
            return;
        }
        if *name == RoomName::lobby() {
            let lobby = &mut self.rooms[0];
            lobby.last = lobby.last.max(last.0);
            lobby.topic = topic;
            return;
        }
        self.past = Some(Past {
            name: name.clone(),
            last: last.0,
            topic,
        });
    }

    /// A room that has just been opened goes on where its past ends.
    pub(super) fn take_up_past(&mut self, name: &RoomName) {
        if let Some(past) = self.past.take()
            && past.name == *name
        {
            let room = self.room_mut(name);
            room.last = past.last;
            room.topic = past.topic;
        }
    }

    /// What was said in a room is for those who are in it.
    pub(super) fn browse(
        &mut self,
        ask: &Ask,
        room: Option<RoomName>,
        span: Span,
    ) -> Result<(), Refusal> {
        let name = self.own_room(ask, room)?;
        let told = Told::Browsed(ask.conn, ask.tag.clone(), name, span);
        self.told.push(told);
        Ok(())
    }

    /// In all of one's rooms, by use.
    pub(super) fn search(&mut self, ask: &Ask, words: Text) -> Result<(), Refusal> {
        let rooms = self.asking(ask).rooms.clone();
        if rooms.is_empty() {
            return Err(Refusal::InNoRoom);
        }
        let told = Told::Searched(ask.conn, ask.tag.clone(), rooms, words);
        self.told.push(told);
        Ok(())
    }

    pub(super) fn tell_paused(&mut self, name: &RoomName) {
        self.tell_of_history(name, &|room| Message::HistoryPaused { room });
    }

    pub(super) fn tell_resumed(&mut self, name: &RoomName, first: Seq, last: Seq) {
        let resumed = |room| Message::HistoryResumed { room, first, last };
        self.tell_of_history(name, &resumed);
    }

    /// Under the name that the room was opened with.
    fn tell_of_history(&mut self, name: &RoomName, message: &dyn Fn(RoomName) -> Message) {
        for member in self.members(name) {
            let room = self.room_mut(name).name.clone();
            self.tell_anyone(member, message(room));
        }
    }
}
