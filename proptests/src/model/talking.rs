//! What people say: to rooms, to one person, and as a topic.

use roomful::chat::{ConnId, Message, Nickname, Refusal, RoomName, Seq, Text, TopicInfo};

use super::{Ask, Model, Told};

impl Model {
    pub(super) fn say(
        &mut self,
        ask: &Ask,
        room: Option<RoomName>,
        text: Text,
        is_action: bool,
    ) -> Result<(), Refusal> {
        let name = self.own_room(ask, room)?;
        let room = self.room_mut(&name);
        room.last += 1;
        let (room, seq) = (room.name.clone(), Seq(room.last));
        let (at, from) = (self.now, self.nick_of(ask.conn));
        let message = if is_action {
            Message::Acted {
                at,
                room,
                seq,
                from,
                text,
            }
        } else {
            Message::Said {
                at,
                room,
                seq,
                from,
                text,
            }
        };
        self.told
            .push(Told::Recorded(name.clone(), seq, message.clone()));
        for member in self.members(&name) {
            if member != ask.conn && !self.does_ignore(member, ask.conn) {
                self.tell_anyone(member, message.clone());
            }
        }
        Ok(())
    }

    pub(super) fn whisper(&mut self, ask: &Ask, to: &Nickname, text: &Text) -> Result<(), Refusal> {
        let to = self.somebody_called(to)?;
        self.whisper_to(ask, to, text)
    }

    /// To whoever sent the last private message, also under a new name.
    pub(super) fn reply(&mut self, ask: &Ask, text: &Text) -> Result<(), Refusal> {
        let correspondent = self.asking(ask).correspondent.clone();
        let (to, nick) = correspondent.ok_or(Refusal::NobodyToReplyTo)?;
        if self.person(to).is_none() {
            return Err(Refusal::CorrespondentGone { nick });
        }
        self.whisper_to(ask, to, text)
    }

    fn whisper_to(&mut self, ask: &Ask, to: ConnId, text: &Text) -> Result<(), Refusal> {
        let (at, from, nick) = (self.now, self.nick_of(ask.conn), self.nick_of(to));
        if self.person(to).is_some_and(|person| person.is_choked) {
            return Err(Refusal::NotReading { nick });
        }
        if !self.does_ignore(to, ask.conn) {
            let text = text.clone();
            self.tell_anyone(
                to,
                Message::Whispered {
                    at,
                    from: from.clone(),
                    text,
                },
            );
            let receiver = self.person_mut(to).expect("they were found by name");
            receiver.correspondent = Some((ask.conn, from));
        }
        let text = text.clone();
        self.tell(ask, Message::WhisperSent { at, to: nick, text });
        Ok(())
    }

    pub(super) fn show_topic(&mut self, ask: &Ask, room: Option<RoomName>) -> Result<(), Refusal> {
        let name = self.any_room(ask, room)?;
        let topic = self.room_mut(&name).topic.clone();
        self.tell(ask, Message::TopicShown { room: name, topic });
        Ok(())
    }

    pub(super) fn set_topic(
        &mut self,
        ask: &Ask,
        room: Option<RoomName>,
        topic: Option<Text>,
    ) -> Result<(), Refusal> {
        let name = self.own_room(ask, room)?;
        let chars = topic
            .as_ref()
            .map_or(0, |topic| topic.as_str().chars().count());
        let max = self.limits.topic_chars_max;
        if chars > max {
            return Err(Refusal::TopicTooLong { chars, max });
        }
        let (at, by) = (self.now, self.nick_of(ask.conn));
        let info = topic.clone().map(|text| TopicInfo {
            text,
            by: by.clone(),
            at,
        });
        self.room_mut(&name).topic.clone_from(&info);
        self.told
            .push(Told::TopicRecorded(name.clone(), info.clone()));
        for member in self.members(&name) {
            if member != ask.conn {
                let changed = Message::TopicChanged {
                    room: name.clone(),
                    by: by.clone(),
                    topic: topic.clone(),
                };
                self.tell_anyone(member, changed);
            }
        }
        self.tell(
            ask,
            Message::TopicShown {
                room: name,
                topic: info,
            },
        );
        Ok(())
    }

    /// The room in focus, or any that is open.
    pub(super) fn any_room(
        &mut self,
        ask: &Ask,
        room: Option<RoomName>,
    ) -> Result<RoomName, Refusal> {
        match room {
            None => self
                .asking(ask)
                .rooms
                .last()
                .cloned()
                .ok_or(Refusal::InNoRoom),
            Some(name) => match self.room(&name) {
                Some(room) => Ok(room.name.clone()),
                None => Err(Refusal::NoSuchRoom { room: name }),
            },
        }
    }
}
