//! What the hub wants written, in the order in which it became true.

mod amend;

use std::ops::Range;
use std::sync::Arc;

use tokio::time::Instant;

use crate::chat::{ConnId, Message, RoomName, Seq, Traffic};
use crate::dialect::{Flavor, encode};

/// The bytes of a turn. Outboxes that could not be written to refer to them.
pub(super) type Chunk = Arc<Vec<u8>>;

/// Everything that a bounded number of events made the hub say: orders, in the
/// order in which they became true, with two arenas for bytes and recipients.
///
/// Append-only while the hub fills it; then every worker reads the same one, and
/// carries out the orders that concern its own connections. A message is encoded
/// once, and each of its recipients costs eight bytes copied, nothing else.
///
/// Positions are 32 bits wide: the hub ends a turn, by [`Turn::bytes`], far
/// below 4 GiB.
///
/// ```
/// use roomful::chat::{ConnId, Message};
/// use roomful::dialect::Flavor;
/// use roomful::shell::fanout::Turn;
/// let mut turn = Turn::default();
/// turn.deliver(Flavor::Text, &[ConnId(1), ConnId(2)], &Message::ShuttingDown);
/// turn.finish(ConnId(1));
/// assert!(!turn.is_empty());
/// ```
#[derive(Debug, Default)]
pub struct Turn {
    orders: Vec<Order>,
    recipients: Vec<ConnId>,
    chunk: Chunk,
    /// When the oldest of the lines that it came of was read.
    read_at: Option<Instant>,
}

/// Something to do to one connection or many. The methods of [`Turn`] say what.
#[derive(Debug)]
pub(super) enum Order {
    Deliver {
        flavor: Flavor,
        class: Class,
        to: Range<u32>,
        bytes: Range<u32>,
    },
    Reply {
        flavor: Flavor,
        to: ConnId,
        bytes: Range<u32>,
    },
    Answer {
        to: ConnId,
        bytes: Range<u32>,
    },
    Settle {
        to: ConnId,
        room: RoomName,
    },
    SettleAll {
        to: ConnId,
    },
    WakeWhenReady {
        to: ConnId,
    },
    /// A place that was held and is not needed.
    Nothing,
    Finish {
        conn: ConnId,
    },
    Cut {
        conn: ConnId,
    },
}

/// What may happen to bytes on their way to a slow reader: [`Traffic`] without
/// the message.
#[derive(Debug)]
pub(super) enum Class {
    /// Skipped past the bound.
    Room { room: RoomName, seq: Option<Seq> },
    /// Never skipped.
    Personal,
}

impl Turn {
    /// Sends a message to all of these connections that have this flavor; the
    /// others ignore it.
    ///
    /// Whether a slow reader may miss it is what [`Message::traffic`] says.
    pub fn deliver(&mut self, flavor: Flavor, to: &[ConnId], message: &Message) {
        if to.is_empty() {
            return;
        }
        let class = match message.traffic() {
            Traffic::Room { room, seq } => Class::Room {
                room: room.clone(),
                seq,
            },
            Traffic::Personal => Class::Personal,
        };
        let start = position(self.recipients.len());
        self.recipients.extend_from_slice(to);
        let to = start..position(self.recipients.len());
        let bytes = self.append(|bytes| encode(flavor, message, bytes));
        self.orders.push(Order::Deliver {
            flavor,
            class,
            to,
            bytes,
        });
    }

    /// Sends a message to one connection, if it has this flavor. Never skipped.
    pub fn reply(&mut self, flavor: Flavor, to: ConnId, message: &Message) {
        let bytes = self.append(|bytes| encode(flavor, message, bytes));
        self.orders.push(Order::Reply { flavor, to, bytes });
    }

    /// Sends bytes to one connection, whatever its flavor. Never skipped.
    pub fn answer(&mut self, to: ConnId, bytes: &[u8]) {
        let bytes = self.append(|chunk| chunk.extend_from_slice(bytes));
        self.orders.push(Order::Answer { to, bytes });
    }

    /// Tells a slow reader now what they missed in this room, if anything: they
    /// are about to leave it.
    pub fn settle(&mut self, to: ConnId, room: &RoomName) {
        let room = room.clone();
        self.orders.push(Order::Settle { to, room });
    }

    /// Tells a slow reader now what they missed in any room, if anything: they are about
    /// to be told goodbye.
    pub fn settle_all(&mut self, to: ConnId) {
        self.orders.push(Order::SettleAll { to });
    }

    /// Asks for one [`Report::Ready`](super::Report::Ready) as soon as the outbox
    /// is under half: at the end of this turn's writes, if it is by then.
    pub fn wake_when_ready(&mut self, to: ConnId) {
        self.orders.push(Order::WakeWhenReady { to });
    }

    /// Tells what was missed in any room, writes all that waits, shuts the write
    /// half down and drops it, then [`Report::Closed`](super::Report::Closed).
    /// Later orders for this connection are ignored, but for [`Turn::cut`].
    ///
    /// Ends without the rest when the connection breaks, or takes nothing for
    /// the stall timeout.
    pub fn finish(&mut self, conn: ConnId) {
        self.orders.push(Order::Finish { conn });
    }

    /// Drops the outbox and the write half at once, then
    /// [`Report::Closed`](super::Report::Closed). Later orders for this
    /// connection are ignored.
    pub fn cut(&mut self, conn: ConnId) {
        self.orders.push(Order::Cut { conn });
    }

    /// Notes that it comes of a line, too, that was read at this moment.
    pub fn note_read(&mut self, at: Instant) {
        let oldest = self.read_at.get_or_insert(at);
        *oldest = at.min(*oldest);
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty()
    }

    /// How many bytes the messages have, each counted once.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.chunk.len()
    }

    /// How many connections the messages go to, each message's counted.
    #[must_use]
    pub fn deliveries(&self) -> usize {
        self.recipients.len()
    }

    /// Empties it to be filled again, and keeps the memory, but for bytes that a
    /// slow reader's outbox still refers to.
    pub fn clear(&mut self) {
        self.orders.clear();
        self.recipients.clear();
        self.read_at = None;
        match Arc::get_mut(&mut self.chunk) {
            Some(bytes) => bytes.clear(),
            None => self.chunk = Chunk::default(),
        }
    }

    pub(super) fn orders(&self) -> &[Order] {
        &self.orders
    }

    pub(super) fn recipients(&self, to: &Range<u32>) -> &[ConnId] {
        &self.recipients[to.start as usize..to.end as usize]
    }

    pub(super) fn read_at(&self) -> Option<Instant> {
        self.read_at
    }

    pub(super) fn chunk(&self) -> &Chunk {
        &self.chunk
    }

    fn append(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Range<u32> {
        let bytes =
            Arc::get_mut(&mut self.chunk).expect("nobody reads a turn that is being filled");
        let start = position(bytes.len());
        write(bytes);
        start..position(bytes.len())
    }
}

fn position(len: usize) -> u32 {
    u32::try_from(len).expect("a turn ends far below 4 GiB")
}
