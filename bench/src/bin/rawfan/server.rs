//! The loop: read all that came, append it to those who get it, write each once.

use std::{io, net::TcpListener, os::fd::OwnedFd};

use rustix::{
    buffer::spare_capacity,
    event::epoll::{self, CreateFlags, Event, EventData, EventFlags},
    io::Errno,
    net::{RecvFlags, SocketFlags},
};
use slab::Slab;

use crate::{
    connection::{Connection, Flushed},
    rooms::{Rooms, index},
};

/// Bytes of one read.
const READ: usize = 64 * 1024;

/// Events of one turn at most.
const EVENTS: usize = 1024;

/// Connections that wait for `accept` at most; the system may lower it.
const BACKLOG: i32 = 4096;

/// What epoll says for the listener. No key is as large.
const LISTENER: u64 = u64::MAX;

/// One thread's whole world.
pub(crate) struct Server {
    epoll: OwnedFd,
    listener: TcpListener,
    connections: Slab<Connection>,
    rooms: Rooms,
    dirty: Vec<u32>,
    spare: Vec<Vec<u8>>,
}

impl Server {
    /// Serves those who connect to `listener`, whose settings they inherit.
    pub(crate) fn new(listener: TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        rustix::net::listen(&listener, BACKLOG)?;
        rustix::net::sockopt::set_tcp_nodelay(&listener, true)?;
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        epoll::add(
            &epoll,
            &listener,
            EventData::new_u64(LISTENER),
            EventFlags::IN,
        )?;
        Ok(Self {
            epoll,
            listener,
            connections: Slab::new(),
            rooms: Rooms::default(),
            dirty: Vec::new(),
            spare: Vec::new(),
        })
    }

    /// Serves until the process is ended.
    pub(crate) fn run(&mut self) -> io::Result<()> {
        let mut events = Vec::with_capacity(EVENTS);
        let mut buffer = vec![0; READ];
        loop {
            events.clear();
            match epoll::wait(&self.epoll, spare_capacity(&mut events), None) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            for event in &events {
                self.happened(*event, &mut buffer)?;
            }
            self.flush_dirty()?;
        }
    }

    fn happened(&mut self, event: Event, buffer: &mut [u8]) -> io::Result<()> {
        let data = event.data.u64();
        if data == LISTENER {
            return self.accept();
        }
        let Some(key) = self.alive(data) else {
            return Ok(());
        };
        let flags = event.flags;
        if flags.contains(EventFlags::OUT) {
            self.flush(key)?;
        }
        if flags.intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR) {
            self.read(key, buffer);
        }
        Ok(())
    }

    /// The key that an event is for, if it was not closed in this very turn.
    fn alive(&self, data: u64) -> Option<u32> {
        let key = u32::try_from(data).ok()?;
        self.connections.contains(key as usize).then_some(key)
    }

    fn accept(&mut self) -> io::Result<()> {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        loop {
            match rustix::net::accept_with(&self.listener, flags) {
                Ok(socket) => self.welcome(socket)?,
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::INTR | Errno::CONNABORTED) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn welcome(&mut self, socket: OwnedFd) -> io::Result<()> {
        let key = self.connections.insert(Connection::new(socket));
        epoll::add(
            &self.epoll,
            &self.connections[key].socket,
            EventData::new_u64(u64::from(index(key))),
            EventFlags::IN,
        )?;
        Ok(())
    }

    fn read(&mut self, key: u32, buffer: &mut [u8]) {
        while let Some(connection) = self.connections.get(key as usize) {
            match rustix::net::recv(&connection.socket, &mut *buffer, RecvFlags::empty()) {
                Ok((0, _)) => return self.end(key),
                Ok((read, _)) => {
                    self.received(key, &buffer[..read]);
                    if read < buffer.len() {
                        return;
                    }
                }
                Err(Errno::AGAIN) => return,
                Err(Errno::INTR) => {}
                Err(_) => return self.close(key),
            }
        }
    }

    fn received(&mut self, key: u32, bytes: &[u8]) {
        let unfinished = std::mem::take(&mut self.connections[key as usize].unfinished);
        if unfinished.is_empty() {
            return self.lines(key, bytes);
        }
        let mut joined = unfinished;
        joined.extend_from_slice(bytes);
        self.lines(key, &joined);
    }

    fn lines(&mut self, key: u32, bytes: &[u8]) {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', bytes) {
            self.line(key, &bytes[start..=end]);
            start = end + 1;
        }
        if start < bytes.len() {
            self.connections[key as usize]
                .unfinished
                .extend_from_slice(&bytes[start..]);
        }
    }

    /// One line, its end included.
    fn line(&mut self, key: u32, line: &[u8]) {
        let Some(name) = line.strip_prefix(b"/join ") else {
            return self.relay(key, line);
        };
        self.rooms
            .join(&mut self.connections, key, name.trim_ascii_end());
        self.append(key, b"ok\n");
    }

    fn relay(&mut self, from: u32, line: &[u8]) {
        let room = self.connections[from as usize].room;
        for &key in self.rooms.members(room) {
            if key != from {
                append(
                    &mut self.connections,
                    &mut self.dirty,
                    &mut self.spare,
                    key,
                    line,
                );
            }
        }
    }

    fn append(&mut self, key: u32, bytes: &[u8]) {
        append(
            &mut self.connections,
            &mut self.dirty,
            &mut self.spare,
            key,
            bytes,
        );
    }

    /// The peer has said all it will: what it is owed is written, once.
    fn end(&mut self, key: u32) {
        let connection = &mut self.connections[key as usize];
        let mut last = std::mem::take(&mut connection.unfinished);
        if !last.is_empty() {
            last.push(b'\n');
            self.line(key, &last);
        }
        let connection = &mut self.connections[key as usize];
        if !connection.waiting.is_empty() {
            connection.flush(&mut self.spare);
        }
        self.close(key);
    }

    fn close(&mut self, key: u32) {
        self.rooms.leave(&mut self.connections, key);
        self.connections.remove(key as usize);
    }

    fn flush_dirty(&mut self) -> io::Result<()> {
        let mut dirty = std::mem::take(&mut self.dirty);
        for key in dirty.drain(..) {
            if let Some(connection) = self.connections.get_mut(key as usize) {
                connection.dirty = false;
                match connection.armed {
                    true => self.shed(key),
                    false => self.flush(key)?,
                }
            }
        }
        self.dirty = dirty;
        Ok(())
    }

    /// Closes a connection whose socket is full and who is too far behind.
    fn shed(&mut self, key: u32) {
        if self.connections[key as usize].bounded() == Flushed::Lost {
            self.close(key);
        }
    }

    fn flush(&mut self, key: u32) -> io::Result<()> {
        let connection = &mut self.connections[key as usize];
        let flushed = match connection.waiting.is_empty() {
            true => Flushed::All,
            false => connection.flush(&mut self.spare),
        };
        match flushed {
            Flushed::All => self.arm(key, false),
            Flushed::Some => self.arm(key, true),
            Flushed::Lost => {
                self.close(key);
                Ok(())
            }
        }
    }

    fn arm(&mut self, key: u32, armed: bool) -> io::Result<()> {
        let connection = &mut self.connections[key as usize];
        if connection.armed == armed {
            return Ok(());
        }
        connection.armed = armed;
        let flags = match armed {
            true => EventFlags::IN | EventFlags::OUT,
            false => EventFlags::IN,
        };
        epoll::modify(
            &self.epoll,
            &connection.socket,
            EventData::new_u64(u64::from(key)),
            flags,
        )?;
        Ok(())
    }
}

/// What one delivery costs here: a copy of the line, and for the first of a turn
/// a place in the list.
fn append(
    connections: &mut Slab<Connection>,
    dirty: &mut Vec<u32>,
    spare: &mut Vec<Vec<u8>>,
    key: u32,
    bytes: &[u8],
) {
    let connection = &mut connections[key as usize];
    if !connection.dirty {
        connection.dirty = true;
        dirty.push(key);
        if connection.waiting.capacity() == 0 {
            connection.waiting = spare.pop().unwrap_or_default();
        }
    }
    connection.waiting.extend_from_slice(bytes);
}
