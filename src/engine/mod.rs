//! The machine: events in, effects out, and nothing else.
//!
//! A function of its events: no clock, no chance, no I/O, no hash order; it logs
//! nothing. Imports `chat` alone.
//!
//! ```text
//! handle ─▶ session (who asks, at what rate, what list runs)
//!        ─▶ membership · speech · nick · ignore · listing · history   (what a command does)
//!             ask policy: may_…            (reads only)
//!             change users · rooms         (the two registries)
//!             tell through effects         (in the order in which it became true)
//! ```

mod audit;
mod directory;
mod effect;
mod event;
mod history;
mod ignore;
mod listing;
mod membership;
mod nick;
mod policy;
mod rate;
mod rooms;
mod session;
mod speech;
mod timers;
mod users;

#[cfg(test)]
mod tests;

pub use audit::Violation;
pub use effect::{Effect, Effects};
pub use event::{Ending, Event};
pub use timers::Reason;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::chat::{Command, ConnId, Departure, Limits, Message, Refusal, Tag, UserId};
use ignore::AbsentIgnored;
use rooms::Rooms;
use session::Session;
use timers::Timers;
use users::Users;

/// The whole state of a server, and the only code that changes it.
///
/// ```
/// use roomful::chat::{Command, ConnId, Limits, Text};
/// use roomful::engine::{Effect, Effects, Engine, Event};
///
/// let mut engine = Engine::new(Limits::default());
/// let mut effects = Effects::default();
/// let now = chrono::DateTime::UNIX_EPOCH;
/// for conn in [ConnId(1), ConnId(2)] {
///     effects.clear();
///     engine.handle(now, Event::Connected { conn }, &mut effects);
/// }
/// let command = Command::Say { room: None, text: Text::clean("hi all").unwrap() };
/// effects.clear();
/// engine.handle(now, Event::Requested { conn: ConnId(1), tag: None, command }, &mut effects);
/// assert!(effects.iter().any(|e| matches!(e, Effect::Deliver { to: [ConnId(2)], .. })));
/// engine.audit().unwrap();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    limits: Limits,
    /// The latest moment that an event came with: time never goes back.
    now: DateTime<Utc>,
    /// Boxed, since nodes of maps that only grow at their end stay half empty.
    sessions: BTreeMap<ConnId, Box<Session>>,
    users: Users,
    rooms: Rooms,
    absent_ignored: AbsentIgnored,
    timers: Timers,
    stats: Stats,
}

/// What can be read from outside: gauges, and counters since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// People who are in, now.
    pub people: usize,
    /// Rooms that are open, now; the lobby always is.
    pub rooms: usize,
    /// Texts and actions accepted into rooms, ever.
    pub said: u64,
    /// Private messages accepted, ever.
    pub whispered: u64,
    /// Lines that slow readers were told they missed, ever.
    pub skipped: u64,
}

/// A request that is being handled: who asks, and when.
struct Ask {
    now: DateTime<Utc>,
    conn: ConnId,
    user: UserId,
    tag: Option<Tag>,
}

impl Engine {
    /// A server with nobody in it: an empty lobby.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            now: DateTime::UNIX_EPOCH,
            sessions: BTreeMap::new(),
            users: Users::default(),
            rooms: Rooms::new(),
            absent_ignored: AbsentIgnored::default(),
            timers: Timers::default(),
            stats: Stats::default(),
        }
    }

    /// Takes one event at a moment, and appends what is to be done.
    ///
    /// Cannot fail: what a person may not do is answered with a
    /// [`Message::Refused`]. A moment before the latest one counts as the latest.
    /// An event for a connection that is gone changes nothing: it was on its way.
    pub fn handle(&mut self, now: DateTime<Utc>, event: Event, effects: &mut Effects) {
        self.now = self.now.max(now);
        let now = self.now;
        match event {
            Event::Connected { conn } => self.welcome(now, conn, effects),
            Event::Requested { conn, tag, command } => {
                if let Some(user) = self.charge(now, conn, effects) {
                    let ask = Ask {
                        now,
                        conn,
                        user,
                        tag,
                    };
                    self.answer(&ask, command, effects);
                }
            }
            Event::Strayed { conn } => {
                self.charge(now, conn, effects);
            }
            Event::Disconnected { conn, why } => self.disconnect(now, conn, why, effects),
            Event::Ready { conn } => self.go_on(conn, effects),
            Event::Choked { conn } => self.choke(conn),
            Event::Skipped { missed, .. } => self.stats.skipped += missed.lines,
            Event::Recalled { room, last, topic } => {
                self.take_past(room, last, topic);
                return; // It holds for the next event.
            }
            Event::HistoryPaused { room } => {
                let paused = |room| Message::HistoryPaused { room };
                self.tell_of_history(&room, paused, effects);
            }
            Event::HistoryResumed { room, first, last } => {
                let resumed = |room| Message::HistoryResumed { room, first, last };
                self.tell_of_history(&room, resumed, effects);
            }
            Event::RateChanged { burst, per_second } => self.change_rate(now, burst, per_second),
            Event::Tick => self.tell_summaries(now, effects),
        }
        self.rooms.forget_past();
    }

    /// The moment at which to send [`Event::Tick`], and why; `None` when nothing
    /// waits for time. After a `Tick` at that moment, the next one is later.
    #[must_use]
    pub fn deadline(&self) -> Option<(DateTime<Utc>, Reason)> {
        let (due, room) = self.timers.first()?;
        let name = self.rooms[room].name.clone();
        Some((due, Reason::SummaryDue { room: name }))
    }

    /// Gauges and counters.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            people: self.users.len(),
            rooms: self.rooms.len(),
            ..self.stats
        }
    }

    /// Whether nothing but counters tells this engine from a new one, as must be
    /// when all have left (promise P3).
    #[must_use]
    pub fn equals_new(&self) -> bool {
        let fresh = Self {
            now: self.now,
            users: self.users.counters_only(),
            rooms: self.rooms.counters_only(),
            stats: self.stats,
            ..Self::new(self.limits.clone())
        };
        fresh == *self
    }

    fn welcome(&mut self, now: DateTime<Utc>, conn: ConnId, effects: &mut Effects) {
        assert!(
            !self.sessions.contains_key(&conn),
            "a connection's id is never used again"
        );
        let user = self.users.admit(conn);
        let nick = self.users[user].nick.clone();
        let session = Session::new(user, now, &self.limits);
        self.sessions.insert(conn, Box::new(session));
        let ask = Ask {
            now,
            conn,
            user,
            tag: None,
        };
        let lobby = self.rooms.lobby();
        self.enter(&ask, lobby, effects);
        let room = &self.rooms[lobby];
        let message = Message::Welcomed {
            nick,
            room: room.name.clone(),
            company: self.company(lobby, user),
        };
        effects.reply(conn, None, message);
        if room.topic.is_some() {
            let (room, topic) = (room.name.clone(), room.topic.clone());
            effects.reply(conn, None, Message::TopicShown { room, topic });
        }
        self.recall(&ask, lobby, effects);
    }

    fn answer(&mut self, ask: &Ask, command: Command, effects: &mut Effects) {
        let done = match command {
            Command::Nick { nick } => self.change_nick(ask, nick, effects),
            Command::Join { room } => self.join(ask, room, effects),
            Command::Leave { room } => self.leave(ask, room, effects),
            Command::Rooms => {
                self.list_rooms(ask, effects);
                Ok(())
            }
            Command::Who { room } => self.list_members(ask, room, effects),
            Command::Say { room, text } => self.say(ask, room, text, effects),
            Command::Act { room, text } => self.act(ask, room, text, effects),
            Command::Whisper { to, text } => self.whisper(ask, &to, text, effects),
            Command::Reply { text } => self.reply_to_whisper(ask, text, effects),
            Command::ShowTopic { room } => self.show_topic(ask, room, effects),
            Command::SetTopic { room, topic } => self.set_topic(ask, room, topic, effects),
            Command::Ignore { nick } => self.ignore(ask, &nick, effects),
            Command::Ignored => {
                self.list_ignored(ask, effects);
                Ok(())
            }
            Command::Unignore { nick } => self.unignore(ask, &nick, effects),
            Command::History { room, span } => self.browse(ask, room, span, effects),
            Command::Search { words } => self.search(ask, words, effects),
            Command::Quit { reason } => self.quit(ask, reason, effects),
        };
        if let Err(refusal) = done {
            ask.refuse(refusal, effects);
        }
    }

    fn disconnect(&mut self, now: DateTime<Utc>, conn: ConnId, why: Ending, effects: &mut Effects) {
        let Some(session) = self.sessions.get(&conn) else {
            return; // The engine closed it, and knew before.
        };
        let user = session.user;
        match why {
            Ending::InputEnded => self.depart(now, user, Some(&Departure::Plain), effects),
            Ending::Reset | Ending::TimedOut | Ending::Stalled => {
                self.depart(now, user, Some(&Departure::Lost), effects);
            }
            // Everybody goes at once: to tell each of each would help nobody.
            Ending::Shutdown => self.depart(now, user, None, effects),
        }
    }
}

impl Ask {
    fn reply(&self, message: Message, effects: &mut Effects) {
        effects.reply(self.conn, self.tag.clone(), message);
    }

    fn refuse(&self, refusal: Refusal, effects: &mut Effects) {
        self.reply(Message::Refused(refusal), effects);
    }
}
