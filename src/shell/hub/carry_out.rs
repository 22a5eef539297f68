//! Effects into the turn: what the engine wants done, on its way to the workers.

use tracing::debug;

use super::Hub;
use super::link::Why;
use crate::chat::{ConnId, Message};
use crate::engine::Effect;
use crate::shell::Listener;
use crate::shell::connection::Closing;

/// What may be replied to one connection before its outbox has shown that it has
/// room. A quarter of the default reserve: replies to a whole batch of requests
/// cannot overflow it.
const REPLIED_BYTES_MAX: u32 = 8 * 1024;

impl<L: Listener> Hub<L> {
    pub(super) fn carry_out(&mut self) {
        let effects = std::mem::take(&mut self.effects);
        for effect in effects.iter() {
            self.carry_out_one(effect);
        }
        self.effects = effects;
    }

    fn carry_out_one(&mut self, effect: Effect<'_>) {
        match effect {
            Effect::Reply {
                to,
                message,
                more,
                tag: _,
            } => {
                self.reply(to, message);
                if more {
                    self.hold(to);
                    if let Some(link) = self.links.get_mut(to) {
                        link.wants_ready = true;
                    }
                }
            }
            Effect::Deliver { to, message } => self.deliver(to, message),
            Effect::Record { room, seq, message } => self.record(room, seq, message),
            Effect::RecordTopic { room, topic } => self.record_topic(room, topic),
            Effect::Recall { to, room, .. } => self.show_tail(to, room),
            Effect::Browse { to, room, span, .. } => self.browse(to, room, span),
            Effect::Search {
                to, rooms, words, ..
            } => self.search(to, rooms, words),
            Effect::Pause { conn, until } => {
                self.counts.rate_delays += 1;
                let until = self.clock.instant_of(until);
                if let Some(link) = self.links.get_mut(conn) {
                    link.not_before = Some(until);
                }
            }
            Effect::Close { conn } => {
                if let Some(link) = self.open_link(conn) {
                    link.begin_closing(Why::Quit, Closing::Drain);
                    debug!(kind = "quit", conn = conn.0, "engine event");
                    self.turn.finish(conn);
                }
            }
        }
    }

    pub(super) fn reply(&mut self, to: ConnId, message: &Message) {
        let Some(link) = self.links.get(to) else {
            return; // It is gone: nobody is there to read this.
        };
        if let Message::RoomLeft { room, .. } = message {
            self.turn.settle(to, room);
        }
        if let Message::Farewelled { .. } | Message::ShuttingDown | Message::ServerFailed = message
        {
            self.turn.settle_all(to);
        }
        let before = self.turn.bytes();
        self.turn.reply(link.flavor, to, message);
        let count = self.turn.bytes() - before;
        self.count_reply(to, count);
    }

    /// Holds back the requests of somebody who is sent much and may not read it.
    pub(super) fn count_reply(&mut self, to: ConnId, bytes: usize) {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        if let Some(link) = self.open_link(to) {
            link.replied_bytes = link.replied_bytes.saturating_add(bytes);
            if link.replied_bytes > REPLIED_BYTES_MAX {
                self.hold(to);
            }
        }
    }

    pub(super) fn hold(&mut self, conn: ConnId) {
        if let Some(link) = self.open_link(conn)
            && !link.is_held
        {
            link.is_held = true;
            self.turn.wake_when_ready(conn);
        }
    }

    /// Once for each flavor in use, never once for each recipient.
    fn deliver(&mut self, to: &[ConnId], message: &Message) {
        self.counts.deliveries += to.len() as u64;
        for (flavor, count) in &self.flavors {
            if *count > 0 {
                self.turn.deliver(*flavor, to, message);
            }
        }
    }
}
