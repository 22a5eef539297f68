//! What the engine wants done, in the order in which it became true.

use alloc::vec::Vec;
use core::ops::Range;

use chrono::{DateTime, Utc};

use crate::chat::{ConnId, Message, RoomName, Seq, Span, Tag, Text, TopicInfo};

/// Something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect<'a> {
    /// Answer a connection.
    Reply {
        /// Which.
        to: ConnId,
        /// The label of the request that this answers.
        tag: Option<&'a Tag>,
        /// What to tell.
        message: &'a Message,
        /// A listing goes on after this page: send
        /// [`Event::Ready`](super::Event::Ready) as soon as the outbox is under
        /// half, and hold this connection's requests back until then.
        more: bool,
    },
    /// Tell something to connections, each of them once.
    Deliver {
        /// Which.
        to: &'a [ConnId],
        /// What to tell.
        message: &'a Message,
    },
    /// Something was said in a room: keep it.
    Record {
        /// Where.
        room: &'a RoomName,
        /// Its number.
        seq: Seq,
        /// What.
        message: &'a Message,
    },
    /// A person has joined a room: show them what was said before.
    Recall {
        /// To whom.
        to: ConnId,
        /// The label of the request that asked for it.
        tag: Option<&'a Tag>,
        /// Which room.
        room: &'a RoomName,
        /// The highest number that is history to them; what is above comes live.
        up_to: Seq,
    },
    /// A room's topic was set or cleared: keep it.
    RecordTopic {
        /// Which room.
        room: &'a RoomName,
        /// The topic; `None` when it was cleared.
        topic: Option<&'a TopicInfo>,
    },
    /// A person wants to see what was said in a room: show it, and hold this
    /// connection's requests back until it is shown.
    Browse {
        /// To whom.
        to: ConnId,
        /// The label of the request that asked for it.
        tag: Option<&'a Tag>,
        /// Which room; they are in it.
        room: &'a RoomName,
        /// Which part.
        span: Span,
    },
    /// A person looks for words: show the lines that hold them, and hold this
    /// connection's requests back until they are shown.
    Search {
        /// To whom.
        to: ConnId,
        /// The label of the request that asked for it.
        tag: Option<&'a Tag>,
        /// Where; they are in these rooms.
        rooms: &'a [RoomName],
        /// What for.
        words: &'a Text,
    },
    /// A person is over their rate: take nothing from them until then.
    Pause {
        /// Whose connection.
        conn: ConnId,
        /// The moment from which one command may come again.
        until: DateTime<Utc>,
    },
    /// Flush and close. The person is gone already.
    Close {
        /// Which connection.
        conn: ConnId,
    },
}

/// The effects of one event. Owned by the caller, cleared and used again: once
/// it has grown, a broadcast allocates nothing per recipient.
///
/// ```
/// use roomful::chat::{ConnId, Limits};
/// use roomful::engine::{Effect, Effects, Engine, Event};
/// let mut engine = Engine::new(Limits::default());
/// let mut effects = Effects::default();
/// let now = chrono::DateTime::UNIX_EPOCH;
/// engine.handle(now, Event::Connected { conn: ConnId(1) }, &mut effects);
/// assert!(effects.iter().any(|e| matches!(e, Effect::Reply { to: ConnId(1), .. })));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    entries: Vec<Entry>,
    messages: Vec<Message>,
    recipients: Vec<ConnId>,
}

/// An effect, with places in the two arenas instead of references.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    Reply {
        to: ConnId,
        tag: Option<Tag>,
        message: usize,
        more: bool,
    },
    Deliver {
        to: Range<usize>,
        message: usize,
    },
    Record {
        room: RoomName,
        seq: Seq,
        message: usize,
    },
    Recall {
        to: ConnId,
        tag: Option<Tag>,
        room: RoomName,
        up_to: Seq,
    },
    RecordTopic {
        room: RoomName,
        topic: Option<TopicInfo>,
    },
    Browse {
        to: ConnId,
        tag: Option<Tag>,
        room: RoomName,
        span: Span,
    },
    Search {
        to: ConnId,
        tag: Option<Tag>,
        rooms: Vec<RoomName>,
        words: Text,
    },
    Pause {
        conn: ConnId,
        until: DateTime<Utc>,
    },
    Close {
        conn: ConnId,
    },
}

impl Effects {
    /// Forgets all effects and keeps the memory.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.messages.clear();
        self.recipients.clear();
    }

    /// The effects, in the order in which they became true.
    pub fn iter(&self) -> impl Iterator<Item = Effect<'_>> {
        self.entries.iter().map(|entry| self.resolve(entry))
    }

    fn resolve<'a>(&'a self, entry: &'a Entry) -> Effect<'a> {
        match entry {
            Entry::Reply {
                to,
                tag,
                message,
                more,
            } => Effect::Reply {
                to: *to,
                tag: tag.as_ref(),
                message: &self.messages[*message],
                more: *more,
            },
            Entry::Deliver { to, message } => Effect::Deliver {
                to: &self.recipients[to.clone()],
                message: &self.messages[*message],
            },
            Entry::Record { room, seq, message } => Effect::Record {
                room,
                seq: *seq,
                message: &self.messages[*message],
            },
            Entry::Recall {
                to,
                tag,
                room,
                up_to,
            } => Effect::Recall {
                to: *to,
                tag: tag.as_ref(),
                room,
                up_to: *up_to,
            },
            Entry::RecordTopic { room, topic } => Effect::RecordTopic {
                room,
                topic: topic.as_ref(),
            },
            Entry::Browse {
                to,
                tag,
                room,
                span,
            } => Effect::Browse {
                to: *to,
                tag: tag.as_ref(),
                room,
                span: *span,
            },
            Entry::Search {
                to,
                tag,
                rooms,
                words,
            } => Effect::Search {
                to: *to,
                tag: tag.as_ref(),
                rooms,
                words,
            },
            Entry::Pause { conn, until } => Effect::Pause {
                conn: *conn,
                until: *until,
            },
            Entry::Close { conn } => Effect::Close { conn: *conn },
        }
    }

    pub(super) fn reply(&mut self, to: ConnId, tag: Option<Tag>, message: Message) {
        self.push_reply(to, tag, message, false);
    }

    /// A page of a listing that goes on.
    pub(super) fn reply_more(&mut self, to: ConnId, tag: Option<Tag>, message: Message) {
        self.push_reply(to, tag, message, true);
    }

    fn push_reply(&mut self, to: ConnId, tag: Option<Tag>, message: Message, more: bool) {
        let message = self.keep(message);
        self.entries.push(Entry::Reply {
            to,
            tag,
            message,
            more,
        });
    }

    /// Tells nobody when there is nobody to tell.
    pub(super) fn deliver(&mut self, to: impl Iterator<Item = ConnId>, message: Message) {
        let start = self.recipients.len();
        self.recipients.extend(to);
        let to = start..self.recipients.len();
        if !to.is_empty() {
            let message = self.keep(message);
            self.entries.push(Entry::Deliver { to, message });
        }
    }

    /// What was said in a room: kept, then told, as one message.
    pub(super) fn record_and_deliver(
        &mut self,
        (room, seq): (RoomName, Seq),
        to: impl Iterator<Item = ConnId>,
        message: Message,
    ) {
        let message = self.keep(message);
        self.entries.push(Entry::Record { room, seq, message });
        let start = self.recipients.len();
        self.recipients.extend(to);
        let to = start..self.recipients.len();
        if !to.is_empty() {
            self.entries.push(Entry::Deliver { to, message });
        }
    }

    pub(super) fn recall(&mut self, to: ConnId, tag: Option<Tag>, room: RoomName, up_to: Seq) {
        self.entries.push(Entry::Recall {
            to,
            tag,
            room,
            up_to,
        });
    }

    pub(super) fn record_topic(&mut self, room: RoomName, topic: Option<TopicInfo>) {
        self.entries.push(Entry::RecordTopic { room, topic });
    }

    pub(super) fn browse(&mut self, to: ConnId, tag: Option<Tag>, room: RoomName, span: Span) {
        self.entries.push(Entry::Browse {
            to,
            tag,
            room,
            span,
        });
    }

    pub(super) fn search(
        &mut self,
        to: ConnId,
        tag: Option<Tag>,
        rooms: Vec<RoomName>,
        words: Text,
    ) {
        self.entries.push(Entry::Search {
            to,
            tag,
            rooms,
            words,
        });
    }

    pub(super) fn pause(&mut self, conn: ConnId, until: DateTime<Utc>) {
        self.entries.push(Entry::Pause { conn, until });
    }

    pub(super) fn close(&mut self, conn: ConnId) {
        self.entries.push(Entry::Close { conn });
    }

    fn keep(&mut self, message: Message) -> usize {
        self.messages.push(message);
        self.messages.len() - 1
    }
}
