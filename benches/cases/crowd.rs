//! An engine with people in it.

use chrono::DateTime;
use roomful::chat::{Command, ConnId, Limits, RoomName, Text};
use roomful::engine::{Effects, Ending, Engine, Event};

/// Their connections count from 1. All are in the lobby, which has their focus.
pub(super) struct Crowd {
    engine: Engine,
    effects: Effects,
    entered: u64,
}

impl Crowd {
    /// So many people, with no limit on how fast they may talk.
    pub(super) fn of(people: u64) -> Self {
        let limits = Limits {
            rate_burst: 0,
            ..Limits::default()
        };
        let mut crowd = Self {
            engine: Engine::new(limits),
            effects: Effects::default(),
            entered: 0,
        };
        for _ in 0..people {
            crowd.enter();
        }
        crowd
    }

    /// One more comes.
    pub(super) fn enter(&mut self) -> ConnId {
        self.entered += 1;
        let conn = ConnId(self.entered);
        self.handle(Event::Connected { conn });
        conn
    }

    /// One goes.
    pub(super) fn depart(&mut self, conn: ConnId) {
        let why = Ending::InputEnded;
        self.handle(Event::Disconnected { conn, why });
    }

    /// One asks for something; gives what is to be done about it.
    pub(super) fn request(&mut self, conn: ConnId, command: Command) -> &Effects {
        self.handle(Event::Requested {
            conn,
            tag: None,
            command,
        });
        &self.effects
    }

    fn handle(&mut self, event: Event) {
        self.effects.clear();
        let now = DateTime::UNIX_EPOCH;
        self.engine.handle(now, event, &mut self.effects);
    }
}

/// What everybody says, in bytes: 64 with the end of the line.
pub(super) const SAID: &str = "It is what people say in a chat most often, so it is this long.";

pub(super) fn text() -> Text {
    Text::clean(SAID).expect("words are a text")
}

pub(super) fn room(number: u64) -> RoomName {
    format!("room{number}")
        .parse()
        .expect("a word with a number is a room's name")
}
