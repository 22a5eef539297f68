//! What happens when something is due: segments arrive, patience ends.

use std::io::ErrorKind;
use std::time::Duration;

use tokio::time::Instant;

use super::{Client, Conn, Due, Inner, KEEPALIVE};
use crate::memory::pipe::Segment;
use crate::settings::Key;
use crate::trace::{Life, What, Wire};

impl Inner {
    pub(super) fn knock(&mut self, conn: usize, now: Instant) {
        if self.held(conn).inward {
            // Asked again, as TCP does.
            self.schedule(now + Duration::from_secs(1), Due::Knock(conn));
            return;
        }
        match &mut self.listener {
            Some(backlog) => {
                backlog.waiting.push_back(conn);
                if let Some(waker) = backlog.waker.take() {
                    waker.wake();
                }
            }
            None => self.close_server_end(conn),
        }
    }

    pub(super) fn arrive_inward(&mut self, conn: usize, now: Instant) {
        if self.held(conn).inward {
            return;
        }
        while let Some(segment) = self.conns[conn].inward.arrive(now) {
            let Conn {
                inward, outward, ..
            } = &mut self.conns[conn];
            match segment {
                Segment::Data(_) if inward.is_deaf => {
                    inward.wake_writer();
                    self.send_outward(conn, Segment::Reset);
                }
                Segment::Data(bytes) => {
                    inward.keep(&bytes);
                    inward.wake_reader();
                }
                Segment::End => {
                    inward.has_ended = true;
                    inward.wake_reader();
                }
                Segment::Reset => {
                    inward.fail(ErrorKind::ConnectionReset, ErrorKind::BrokenPipe);
                    outward.fail(ErrorKind::ConnectionReset, ErrorKind::BrokenPipe);
                    outward.forget_flying();
                }
            }
        }
    }

    pub(super) fn arrive_outward(&mut self, conn: usize, now: Instant) {
        if self.held(conn).outward || self.conns[conn].client == Client::Silent {
            return;
        }
        while let Some(segment) = self.conns[conn].outward.arrive(now) {
            let is_gone = matches!(self.conns[conn].client, Client::Closed | Client::Forgotten);
            let Conn {
                inward, outward, ..
            } = &mut self.conns[conn];
            match segment {
                Segment::Data(_) if is_gone || outward.is_deaf => {
                    self.send_reset_to_server(conn);
                }
                Segment::Data(bytes) => {
                    outward.keep(&bytes);
                    outward.wake_reader();
                }
                Segment::End => {
                    outward.has_ended = true;
                    outward.wake_reader();
                }
                Segment::Reset => {
                    outward.fail(ErrorKind::ConnectionReset, ErrorKind::BrokenPipe);
                    inward.fail(ErrorKind::ConnectionReset, ErrorKind::BrokenPipe);
                    inward.forget_flying();
                }
            }
        }
    }

    /// The path is open again: what was held back goes on after its latency.
    pub(super) fn go_on(&mut self, conn: usize, now: Instant) {
        let held = self.held(conn);
        let life = self.conns[conn].life;
        if !held.inward
            && let Some(late) = self.conns[conn].inward.late(now)
        {
            self.note_delay(life, late);
            let due = now + self.latency(conn, Due::Inward(0), u64::MAX);
            self.conns[conn].inward.put_off(due);
            self.schedule(due, Due::Inward(conn));
        }
        if !held.outward
            && self.conns[conn].client != Client::Silent
            && let Some(late) = self.conns[conn].outward.late(now)
        {
            self.note_delay(life, late);
            let due = now + self.latency(conn, Due::Outward(0), u64::MAX);
            self.conns[conn].outward.put_off(due);
            self.schedule(due, Due::Outward(conn));
        }
        self.reschedule(conn);
    }

    pub(super) fn reschedule(&mut self, conn: usize) {
        if let Some(due) = self.conns[conn].inward.next_due() {
            self.schedule(due, Due::Inward(conn));
        }
        if let Some(due) = self.conns[conn].outward.next_due() {
            self.schedule(due, Due::Outward(conn));
        }
    }

    pub(super) fn note_delay(&self, life: Life, late: Duration) {
        let millis = u64::try_from(late.as_millis()).unwrap_or(u64::MAX);
        self.trace.record(What::Wire(life, Wire::Delayed(millis)));
    }

    pub(super) fn send_reset_to_server(&mut self, conn: usize) {
        let Conn {
            inward, outward, ..
        } = &mut self.conns[conn];
        inward.is_shut = true;
        outward.is_deaf = true;
        outward.forget_flying();
        outward.wake_writer();
        self.send_inward(conn, Segment::Reset);
    }

    /// The peer has been silent since some moment: TCP gives up, in the time of
    /// keepalive, or of unacknowledged data when there is some.
    pub(super) fn lose_patience(&mut self, conn: usize, now: Instant) {
        let user_timeout = KEEPALIVE.max(self.settings.millis(Key::StallTimeout));
        let client = self.conns[conn].client;
        let since = match client {
            Client::Silent => self.conns[conn].silent_since,
            Client::There | Client::Closed => self.held(conn).since,
            Client::Forgotten => {
                // The question is answered by a reset.
                self.send_reset_to_server(conn);
                return;
            }
        };
        let Some(since) = since else {
            return; // Everything is well again.
        };
        let until = match self.conns[conn].outward.unacknowledged_since {
            Some(sent) => sent.max(since) + user_timeout,
            None => since + KEEPALIVE,
        };
        if until > now {
            self.schedule(until, Due::Patience(conn));
            return;
        }
        let Conn {
            inward, outward, ..
        } = &mut self.conns[conn];
        inward.fail(ErrorKind::TimedOut, ErrorKind::TimedOut);
        outward.fail(ErrorKind::TimedOut, ErrorKind::TimedOut);
        outward.forget_flying();
    }
}
