//! What arrives at the hub: connections, batches of requests, reports of workers,
//! ends of readers.

use std::sync::Arc;

use tokio::task;
use tracing::{error, info};

use super::link::{Link, Requests, Why};
use super::{Hub, Inspection, Inspector};
use crate::chat::{ConnId, Message, Refusal, RoomName};
use crate::dialect::{Decoded, Decoder, Flavor};
use crate::engine::{Ending, Event};
use crate::shell::Listener;
use crate::shell::accept::Accepted;
use crate::shell::connection::{Batch, Closing, End, Gate, Reader, ReaderDone};
use crate::shell::fanout::{Opened, Report, worker_of};
use crate::shell::tls::Incoming;

impl<L: Listener> Hub<L> {
    pub(super) fn take_accepted(&mut self, accepted: Accepted<L::Read, L::Write>) {
        let Accepted {
            read,
            first,
            write,
            peer,
            mut permit,
        } = accepted;
        let is_tls = matches!(read, Incoming::Tls(_));
        let Some(conn) = self.slots.mint() else {
            return; // More than any configuration allows.
        };
        permit.greet();
        let flavor = Flavor::Text;
        let gate = Arc::new(Gate::default());
        let decoder = Decoder::new(flavor, self.config.line_bytes_max);
        let batches = self.batches_in.clone();
        let after_end = self.config.input_after_end;
        let mut reader = Reader::new(conn, read, Arc::clone(&gate), batches, decoder, after_end);
        reader.has_read(first);
        let reader = self.readers.spawn(async move { reader.run().await }).id();
        info!(conn = conn.0, %peer, tls = is_tls.then_some(true), "connection opened");
        self.links
            .insert(Link::new((conn, peer), flavor, gate, reader, permit));
        *self.flavors.entry(flavor).or_default() += 1;
        let worker = worker_of(conn, self.workers.len());
        self.opened[worker].push(Opened {
            conn,
            flavor,
            write,
        });
        if self.archive.is_some() {
            self.tell_past(&RoomName::lobby());
        }
        self.step(Event::Connected { conn });
    }

    pub(super) fn take_batch(&mut self, batch: Batch) {
        let Batch {
            conn,
            items,
            end,
            read_at,
            bytes_in,
        } = batch;
        if let Some(link) = self.links.get_mut(conn) {
            self.counts.bytes_in += link.note_bytes_in(bytes_in);
            self.turn.note_read(read_at);
        }
        let Some(link) = self.open_link(conn) else {
            return; // It was closed while this was on its way.
        };
        link.owes_credit = end.is_none();
        match end {
            // Nobody is there any more to ask for what waits.
            Some(end) if end.why != Ending::InputEnded => self.lose(conn, end.why),
            Some(_) | None => {
                let mut requests = link.take_parked();
                requests.add(items);
                requests.end = end;
                self.go_through(conn, requests);
            }
        }
    }

    /// Handles what a connection has handed over, until it is held.
    fn go_through(&mut self, conn: ConnId, mut requests: Requests) {
        while let Some(link) = self.open_link(conn) {
            if link.awaits_history || (link.is_held && !link.is_broken) {
                link.parked = (!requests.is_empty()).then(|| Box::new(requests));
                return;
            }
            if let Some(item) = requests.items.pop_front() {
                if self.is_prepared(conn, &item) {
                    self.take_item(conn, item);
                } else {
                    requests.items.push_front(item);
                    self.await_history(conn);
                }
                continue;
            }
            if let Some(end) = requests.end {
                self.take_end(conn, end);
            } else {
                self.handled.push(conn);
            }
            return;
        }
    }

    /// Handles what waits, if it is not held any more.
    pub(super) fn go_on(&mut self, conn: ConnId) {
        if let Some(link) = self.open_link(conn) {
            let requests = link.take_parked();
            self.go_through(conn, requests);
        }
    }

    fn take_item(&mut self, conn: ConnId, item: Decoded) {
        match item {
            Decoded::Command { tag, command } => {
                self.counts.requests += 1;
                self.step(Event::Requested { conn, tag, command });
            }
            Decoded::Answer(bytes) => {
                self.step(Event::Strayed { conn });
                if !bytes.is_empty() {
                    self.turn.answer(conn, &bytes);
                    self.count_reply(conn, bytes.len());
                }
            }
        }
    }

    fn await_history(&mut self, conn: ConnId) {
        if let Some(link) = self.open_link(conn) {
            link.awaits_history = true;
        }
    }

    fn take_end(&mut self, conn: ConnId, end: End) {
        let is_broken = self.links.get(conn).is_some_and(|link| link.is_broken);
        if is_broken {
            // The end of input of what cannot be written to is a lost connection.
            self.lose(conn, Ending::Reset);
            return;
        }
        if end.is_cut {
            let seconds = u32::try_from(self.config.input_after_end.as_secs()).unwrap_or(u32::MAX);
            self.reply(conn, &Message::Refused(Refusal::InputCut { seconds }));
        }
        self.leave_the_engine(conn, end.why, Closing::Drain);
        self.turn.finish(conn);
    }

    /// A connection that nothing more can be done for.
    fn lose(&mut self, conn: ConnId, why: Ending) {
        self.leave_the_engine(conn, why, Closing::Cut);
        self.turn.cut(conn);
    }

    /// The one place where the engine learns that a connection has ended; at
    /// most once for each, since what is closing is not looked at again.
    pub(super) fn leave_the_engine(&mut self, conn: ConnId, why: Ending, closing: Closing) {
        if let Some(link) = self.open_link(conn) {
            link.begin_closing(Why::Ended(why), closing);
            self.step(Event::Disconnected { conn, why });
        }
    }

    pub(super) fn take_report(&mut self, report: Report) {
        match report {
            Report::Ready { conn } => self.take_ready(conn),
            Report::Choked { conn } => {
                if let Some(link) = self.open_link(conn) {
                    link.wants_ready = true;
                    link.is_held = true;
                    self.step(Event::Choked { conn });
                }
            }
            Report::Skipped { conn, room, missed } => {
                if self.open_link(conn).is_some() {
                    self.step(Event::Skipped { conn, room, missed });
                }
            }
            Report::Broken { conn } => self.take_broken(conn),
            Report::Stalled { conn } => self.take_stalled(conn),
            Report::Closed { conn, bytes_out } => {
                if let Some(link) = self.links.get_mut(conn) {
                    (link.is_written, link.bytes_out) = (true, bytes_out);
                    self.forget_if_done(conn);
                }
            }
        }
    }

    fn take_ready(&mut self, conn: ConnId) {
        let Some(link) = self.open_link(conn) else {
            return; // It is being closed.
        };
        link.is_held = false;
        link.replied_bytes = 0;
        if std::mem::take(&mut link.wants_ready) {
            self.step(Event::Ready { conn });
        }
        self.browse_on(conn);
        self.go_on(conn);
    }

    /// What was sent before still counts, so its reader ends by itself.
    fn take_broken(&mut self, conn: ConnId) {
        let Some(link) = self.links.get_mut(conn) else {
            return;
        };
        link.is_broken = true;
        link.gate.set_broken();
        if self.browsing.remove(&conn).is_some() {
            link.awaits_history = false; // It would never have room for the next page.
        }
        if link.closing.is_some() {
            link.gate.close(Closing::Cut);
            self.turn.cut(conn);
        } else {
            self.go_on(conn);
        }
    }

    fn take_stalled(&mut self, conn: ConnId) {
        if self.open_link(conn).is_some() {
            self.lose(conn, Ending::Stalled);
        } else if let Some(link) = self.links.get(conn) {
            link.gate.close(Closing::Cut);
            self.turn.cut(conn);
        }
    }

    pub(super) fn take_reader_done(&mut self, done: ReaderDone) {
        if let Some(link) = self.links.get_mut(done.conn) {
            link.is_read = true;
            self.counts.bytes_in += link.note_bytes_in(done.bytes_in);
            self.forget_if_done(done.conn);
        }
    }

    pub(super) fn take_reader_panicked(&mut self, task: task::Id) {
        let found = self.links.iter().find(|link| link.reader == task);
        let Some(conn) = found.map(|link| link.conn) else {
            return;
        };
        error!(
            conn = conn.0,
            "the reader of this connection failed; the connection is closed"
        );
        self.lose(conn, Ending::Reset);
        self.take_reader_done(ReaderDone { conn, bytes_in: 0 });
    }

    fn forget_if_done(&mut self, conn: ConnId) {
        let Some(link) = self.links.get(conn).filter(|link| link.is_done()) else {
            return;
        };
        if let Some(why) = link.closing {
            why.figure(&self.figures.closed).add(1);
        }
        info!(
            conn = conn.0,
            peer = %link.peer(),
            why = link.closing.map_or("unknown", Why::name),
            bytes_in = link.bytes_in,
            bytes_out = link.bytes_out,
            "connection closed"
        );
        if let Some(count) = self.flavors.get_mut(&link.flavor) {
            *count -= 1;
        }
        self.links.remove(conn);
        self.browsing.remove(&conn);
        self.slots.free(conn);
    }

    pub(super) fn take_inspector(&mut self, inspector: Inspector) {
        let inspection = Inspection {
            stats: self.engine.stats(),
            audit: self.engine.audit(),
            equals_new: self.engine.equals_new(),
            connections: self.links.len(),
        };
        let _ = inspector.send(inspection); // They may have lost patience.
    }

    /// A connection that the engine still knows.
    pub(super) fn open_link(&mut self, conn: ConnId) -> Option<&mut Link> {
        self.links
            .get_mut(conn)
            .filter(|link| link.closing.is_none())
    }
}
