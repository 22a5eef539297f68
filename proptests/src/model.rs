//! The reference model: the chat in a few hundred naive lines.
//!
//! Written from the design, not from the engine, and sharing nothing with it but
//! the language (`chat`): vectors and loops, no index, no mirror, no cleverness.
//! The engine has to agree with it after every event.

mod bucket;
pub mod exhaustive;
mod ignoring;
mod listing;
pub mod lockstep;
mod moving;
mod past;
pub mod random;
mod talking;

use chrono::{DateTime, TimeDelta, Utc};
use roomful::chat::{
    Command, Company, ConnId, Departure, Limits, Message, Nickname, Refusal, RoomName, Seq, Span,
    Tag, Text, TopicInfo,
};
use roomful::engine::{Ending, Event};

use bucket::Bucket;
use listing::Listing;
use past::Past;

/// The chat, naively.
#[derive(Clone, Debug)]
pub struct Model {
    limits: Limits,
    now: DateTime<Utc>,
    /// In the order in which they came.
    people: Vec<Person>,
    /// In the order in which they were opened; the lobby is the first.
    rooms: Vec<Room>,
    /// How many people ever came.
    came: u64,
    /// How many rooms were ever opened.
    opened: u64,
    /// The highest number that a closed room has used.
    highest: u64,
    /// What was said of a room's past just before.
    past: Option<Past>,
    told: Vec<Told>,
}

#[derive(Clone, Debug)]
struct Person {
    conn: ConnId,
    nick: Nickname,
    /// By use: what they type goes to the last.
    rooms: Vec<RoomName>,
    /// Whom they ignore; without a connection while that nickname is nobody's.
    ignored: Vec<(Nickname, Option<ConnId>)>,
    correspondent: Option<(ConnId, Nickname)>,
    bucket: Bucket,
    was_told_of_delay: bool,
    is_choked: bool,
    listing: Option<Listing>,
}

#[derive(Clone, Debug)]
struct Room {
    /// Which of all rooms that ever were.
    number: u64,
    name: RoomName,
    topic: Option<TopicInfo>,
    last: u64,
    untold: Option<Untold>,
}

#[derive(Clone, Debug)]
struct Untold {
    joined: u64,
    left: u64,
    renamed: u64,
    due: DateTime<Utc>,
}

/// Something that happened to somebody's membership or name.
#[derive(Clone, Copy, Debug)]
enum Change {
    Joined,
    Left,
    Renamed,
}

/// What comes of an event, one thing after the other; a broadcast is one of these
/// for each who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// A person is told something.
    Person {
        /// Who.
        to: ConnId,
        /// The label of the request, when it is an answer.
        tag: Option<Tag>,
        /// What.
        message: Message,
        /// A list goes on after this.
        more: bool,
    },
    /// Something said is kept.
    Recorded(RoomName, Seq, Message),
    /// A person is shown what was said before.
    Recalled(ConnId, Option<Tag>, RoomName, Seq),
    /// A room's topic is kept.
    TopicRecorded(RoomName, Option<TopicInfo>),
    /// A person is shown a part of what was said.
    Browsed(ConnId, Option<Tag>, RoomName, Span),
    /// A person is shown what was said with these words, in these rooms.
    Searched(ConnId, Option<Tag>, Vec<RoomName>, Text),
    /// Nothing is taken from a connection until then.
    Paused(ConnId, DateTime<Utc>),
    /// A connection is closed.
    Closed(ConnId),
}

/// Who asked, as their place among the people, and with which label.
#[derive(Clone, Debug)]
struct Ask {
    conn: ConnId,
    tag: Option<Tag>,
}

impl Model {
    /// A server with nobody in it.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let lobby = Room {
            number: 0,
            name: RoomName::lobby(),
            topic: None,
            last: 0,
            untold: None,
        };
        Self {
            limits,
            now: DateTime::UNIX_EPOCH,
            people: Vec::new(),
            rooms: vec![lobby],
            came: 0,
            opened: 0,
            highest: 0,
            past: None,
            told: Vec::new(),
        }
    }

    /// What comes of an event at a moment.
    pub fn handle(&mut self, now: DateTime<Utc>, event: Event) -> Vec<Told> {
        self.now = self.now.max(now);
        match event {
            Event::Connected { conn } => self.come(conn),
            Event::Requested { conn, tag, command } => {
                if self.charge(conn) {
                    self.answer(&Ask { conn, tag }, command);
                }
            }
            Event::Strayed { conn } => {
                self.charge(conn);
            }
            Event::Disconnected { conn, why } => self.lose(conn, why),
            Event::Ready { conn } => self.go_on(conn),
            Event::Choked { conn } => {
                if let Some(person) = self.person_mut(conn) {
                    person.is_choked = true;
                }
            }
            Event::Skipped { .. } => {}
            Event::Recalled { room, last, topic } => {
                self.recalled(&room, last, topic);
                return Vec::new();
            }
            Event::HistoryPaused { room } => self.tell_paused(&room),
            Event::HistoryResumed { room, first, last } => self.tell_resumed(&room, first, last),
            Event::RateChanged { burst, per_second } => self.change_rate(burst, per_second),
            Event::Tick => self.tell_summaries(),
        }
        self.past = None;
        std::mem::take(&mut self.told)
    }

    /// When a summary is due next, and in which room.
    #[must_use]
    pub fn deadline(&self) -> Option<(DateTime<Utc>, &RoomName)> {
        let due = |room: &Room| room.untold.as_ref().map(|untold| untold.due);
        let waiting = self.rooms.iter().filter(|room| room.untold.is_some());
        let first = waiting.min_by_key(|room| (due(room), room.number))?;
        Some((due(first)?, &first.name))
    }

    /// How many people there are.
    #[must_use]
    pub fn people(&self) -> usize {
        self.people.len()
    }

    /// How many rooms there are, the lobby among them.
    #[must_use]
    pub fn rooms(&self) -> usize {
        self.rooms.len()
    }

    fn answer(&mut self, ask: &Ask, command: Command) {
        let refused = match command {
            Command::Nick { nick } => self.rename(ask, &nick),
            Command::Join { room } => self.join(ask, &room),
            Command::Leave { room } => self.leave(ask, room),
            Command::Rooms => self.list_rooms(ask),
            Command::Who { room } => self.list_members(ask, room),
            Command::Say { room, text } => self.say(ask, room, text, false),
            Command::Act { room, text } => self.say(ask, room, text, true),
            Command::Whisper { to, text } => self.whisper(ask, &to, &text),
            Command::Reply { text } => self.reply(ask, &text),
            Command::ShowTopic { room } => self.show_topic(ask, room),
            Command::SetTopic { room, topic } => self.set_topic(ask, room, topic),
            Command::Ignore { nick } => self.ignore(ask, &nick),
            Command::Ignored => self.list_ignored(ask),
            Command::Unignore { nick } => self.unignore(ask, &nick),
            Command::History { room, span } => self.browse(ask, room, span),
            Command::Search { words } => self.search(ask, words),
            Command::Quit { reason } => self.quit(ask, reason),
        };
        if let Err(refusal) = refused {
            self.tell(ask, Message::Refused(refusal));
        }
    }

    /// Takes a token; false when the person has gone.
    fn charge(&mut self, conn: ConnId) -> bool {
        let (now, limits) = (self.now, self.limits.clone());
        let Some(person) = self.person_mut(conn) else {
            return false;
        };
        let (was_full, until) = person.bucket.take(now, &limits);
        if was_full {
            person.was_told_of_delay = false;
        }
        if let Some(until) = until {
            if until - now > TimeDelta::seconds(1) && !person.was_told_of_delay {
                person.was_told_of_delay = true;
                let per_second = limits.rate_per_second;
                self.tell_anyone(conn, Message::Delayed { per_second });
            }
            self.told.push(Told::Paused(conn, until));
        }
        true
    }

    fn change_rate(&mut self, burst: u32, per_second: u32) {
        let before = self.limits.clone();
        self.limits.rate_burst = burst;
        self.limits.rate_per_second = per_second;
        for person in &mut self.people {
            person.bucket.change(self.now, &before, &self.limits);
        }
    }

    fn tell(&mut self, ask: &Ask, message: Message) {
        self.told.push(Told::Person {
            to: ask.conn,
            tag: ask.tag.clone(),
            message,
            more: false,
        });
    }

    fn tell_anyone(&mut self, to: ConnId, message: Message) {
        self.told.push(Told::Person {
            to,
            tag: None,
            message,
            more: false,
        });
    }

    fn person(&self, conn: ConnId) -> Option<&Person> {
        self.people.iter().find(|person| person.conn == conn)
    }

    fn person_mut(&mut self, conn: ConnId) -> Option<&mut Person> {
        self.people.iter_mut().find(|person| person.conn == conn)
    }

    /// Somebody who asked is there.
    fn asking(&mut self, ask: &Ask) -> &mut Person {
        self.person_mut(ask.conn).expect("who asks is in")
    }

    fn nick_of(&self, conn: ConnId) -> Nickname {
        self.person(conn).expect("who asks is in").nick.clone()
    }

    fn room(&self, name: &RoomName) -> Option<&Room> {
        self.rooms.iter().find(|room| room.name == *name)
    }

    fn room_mut(&mut self, name: &RoomName) -> &mut Room {
        let found = self.rooms.iter_mut().find(|room| room.name == *name);
        found.expect("the room is open")
    }

    /// Who is in a room, in the order in which they came to the server.
    fn members(&self, name: &RoomName) -> Vec<ConnId> {
        let is_in = |person: &&Person| person.rooms.contains(name);
        self.people
            .iter()
            .filter(is_in)
            .map(|person| person.conn)
            .collect()
    }

    /// The first ten others, and how many more.
    fn company(&self, room: &RoomName, but: ConnId) -> Company {
        let others: Vec<ConnId> = self
            .members(room)
            .into_iter()
            .filter(|conn| *conn != but)
            .collect();
        let named = others
            .iter()
            .take(Company::NAMED_MAX)
            .map(|conn| self.nick_of(*conn));
        let nicks: Vec<Nickname> = named.collect();
        Company {
            more: (others.len() - nicks.len()) as u64,
            nicks,
        }
    }

    fn called(&self, nick: &Nickname) -> Option<ConnId> {
        let found = self.people.iter().find(|person| person.nick == *nick);
        found.map(|person| person.conn)
    }

    fn somebody_called(&self, nick: &Nickname) -> Result<ConnId, Refusal> {
        self.called(nick)
            .ok_or_else(|| Refusal::NobodyCalled { nick: nick.clone() })
    }

    /// The end of a connection, in whatever way.
    fn lose(&mut self, conn: ConnId, why: Ending) {
        let how = match why {
            Ending::InputEnded => Some(Departure::Plain),
            Ending::Reset | Ending::TimedOut | Ending::Stalled => Some(Departure::Lost),
            Ending::Shutdown => None,
        };
        if self.person(conn).is_some() {
            self.go(conn, how.as_ref());
        }
    }
}
