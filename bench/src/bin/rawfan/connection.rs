//! One connection: its socket, and the bytes that wait on either side of it.

use std::os::fd::OwnedFd;

use rustix::{io::Errno, net::SendFlags};

/// A connection with more bytes than this waiting after a write is closed.
const WAITING_MAX: usize = 1024 * 1024;

/// A buffer that grew larger than this is given back to the system, not reused.
const REUSED_MAX: usize = 64 * 1024;

/// The room of somebody who has not joined one.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// One client. Idle, it holds no buffer.
pub(crate) struct Connection {
    /// Non-blocking, without Nagle.
    pub(crate) socket: OwnedFd,
    /// What is still to be written.
    pub(crate) waiting: Vec<u8>,
    /// The beginning of a line whose end has not come.
    pub(crate) unfinished: Vec<u8>,
    /// The index of its room, or `NOWHERE`.
    pub(crate) room: u32,
    /// Its index among the room's members.
    pub(crate) place: u32,
    /// It has bytes of this turn, and is in the list of those to be written.
    pub(crate) dirty: bool,
    /// The socket was full: it waits for `EPOLLOUT`.
    pub(crate) armed: bool,
}

/// What a write led to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Flushed {
    /// Nothing is left.
    All,
    /// The socket is full.
    Some,
    /// The peer is gone, or too far behind.
    Lost,
}

impl Connection {
    /// A connection that is in no room.
    pub(crate) fn new(socket: OwnedFd) -> Self {
        Self {
            socket,
            waiting: Vec::new(),
            unfinished: Vec::new(),
            room: NOWHERE,
            place: 0,
            dirty: false,
            armed: false,
        }
    }

    /// Writes what waits, once. An emptied buffer goes to `spare`.
    pub(crate) fn flush(&mut self, spare: &mut Vec<Vec<u8>>) -> Flushed {
        match rustix::net::send(&self.socket, &self.waiting, SendFlags::NOSIGNAL) {
            Ok(sent) if sent == self.waiting.len() => {
                self.give_back(spare);
                Flushed::All
            }
            Ok(sent) => {
                self.waiting.drain(..sent);
                self.bounded()
            }
            Err(Errno::AGAIN | Errno::INTR) => self.bounded(),
            Err(_) => Flushed::Lost,
        }
    }

    /// Whether what waits is within its bound.
    pub(crate) fn bounded(&self) -> Flushed {
        if self.waiting.len() > WAITING_MAX {
            Flushed::Lost
        } else {
            Flushed::Some
        }
    }

    fn give_back(&mut self, spare: &mut Vec<Vec<u8>>) {
        let mut buffer = std::mem::take(&mut self.waiting);
        if buffer.capacity() <= REUSED_MAX {
            buffer.clear();
            spare.push(buffer);
        }
    }
}
