//! What belongs to a connection rather than to a person: its rate, the list it
//! is being sent, whom it answers with `/reply`, whether it reads.

use alloc::boxed::Box;

use chrono::{DateTime, TimeDelta, Utc};

use super::listing::Listing;
use super::rate::Bucket;
use super::{Effects, Engine};
use crate::chat::{ConnId, Limits, Message, Nickname, UserId};

/// The engine's side of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) user: UserId,
    /// The last person who sent a private message, under the nickname of then.
    pub(super) correspondent: Option<(UserId, Nickname)>,
    /// The list that waits for room in the outbox.
    pub(super) listing: Option<Box<Listing>>,
    /// It does not read: private messages for it are refused.
    pub(super) choked: bool,
    bucket: Bucket,
    /// It was told that it is slowed down, and has not stopped since.
    told_delayed: bool,
}

/// A delay that is worth a notice.
const NOTABLE_DELAY: TimeDelta = TimeDelta::seconds(1);

impl Session {
    pub(super) fn new(user: UserId, now: DateTime<Utc>, limits: &Limits) -> Self {
        Self {
            user,
            correspondent: None,
            listing: None,
            choked: false,
            bucket: Bucket::full(now, limits),
            told_delayed: false,
        }
    }
}

impl Engine {
    /// Takes the token that every line costs. `None` when the connection is gone.
    pub(super) fn charge(
        &mut self,
        now: DateTime<Utc>,
        conn: ConnId,
        effects: &mut Effects,
    ) -> Option<UserId> {
        // Without one, it was closed while this request was on its way.
        let session = self.sessions.get_mut(&conn)?;
        let taken = session.bucket.take(now, &self.limits);
        session.told_delayed &= !taken.was_full;
        if let Some(until) = taken.over_until {
            if until - now > NOTABLE_DELAY && !session.told_delayed {
                session.told_delayed = true;
                let per_second = self.limits.rate_per_second;
                effects.reply(conn, None, Message::Delayed { per_second });
            }
            effects.pause(conn, until);
        }
        Some(session.user)
    }

    /// What came before counts at the old rate, what comes from now on at the new one.
    pub(super) fn change_rate(&mut self, now: DateTime<Utc>, burst: u32, per_second: u32) {
        let before = self.limits.clone();
        self.limits.rate_burst = burst;
        self.limits.rate_per_second = per_second;
        for session in self.sessions.values_mut() {
            session.bucket.change(now, &before, &self.limits);
        }
    }

    pub(super) fn choke(&mut self, conn: ConnId) {
        if let Some(session) = self.sessions.get_mut(&conn) {
            session.choked = true;
        }
    }

    /// The outbox has room again.
    pub(super) fn go_on(&mut self, conn: ConnId, effects: &mut Effects) {
        let Some(session) = self.sessions.get_mut(&conn) else {
            return; // It was closed while this was on its way.
        };
        session.choked = false;
        if let Some(listing) = session.listing.take() {
            self.list_page(conn, *listing, effects);
        }
    }

    pub(super) fn session_of(&mut self, user: UserId) -> &mut Session {
        let conn = self.users[user].conn;
        self.sessions
            .get_mut(&conn)
            .expect("everybody who is in has a session")
    }
}
