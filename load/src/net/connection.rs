//! One connection: its socket, and the bytes that wait on either side of it.

use std::io::{self, ErrorKind};

use super::link::Link;

/// How far a connection is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// The system is making it.
    Connecting,
    /// It stands.
    Open,
    /// It is over.
    Closed,
}

/// One connection. While nothing waits it holds no buffer.
pub(super) struct Connection {
    pub(super) link: Option<Link>,
    pub(super) state: State,
    /// What is still to be sent.
    pub(super) output: Vec<u8>,
    /// Once that is sent, the input of the server ends.
    ends: bool,
    /// The beginning of a line whose end has not come.
    pub(super) unfinished: Vec<u8>,
}

impl Connection {
    pub(super) fn new(link: Link, output: Vec<u8>, ends: bool) -> Self {
        Self {
            link: Some(link),
            state: State::Connecting,
            output,
            ends,
            unfinished: Vec::new(),
        }
    }

    /// Whether it stands by now.
    pub(super) fn establish(&mut self) -> io::Result<bool> {
        let Some(Link { socket, .. }) = &self.link else {
            return Ok(false);
        };
        if let Some(error) = socket.take_error()? {
            return Err(error);
        }
        match socket.peer_addr() {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotConnected => return Ok(false),
            Err(error) => return Err(error),
        }
        self.state = State::Open;
        self.flush();
        Ok(true)
    }

    pub(super) fn send(&mut self, bytes: &[u8]) {
        if self.state == State::Closed {
            return;
        }
        if self.state == State::Connecting || !self.output.is_empty() {
            self.output.extend_from_slice(bytes);
            return;
        }
        let sent = self.write(bytes);
        self.output.extend_from_slice(&bytes[sent..]);
    }

    pub(super) fn flush(&mut self) {
        if let Some(link) = &mut self.link {
            // An error is left to the next read.
            drop(link.flush());
        }
        if self.output.is_empty() && !self.ends {
            return;
        }
        let output = std::mem::take(&mut self.output);
        let sent = self.write(&output);
        if sent < output.len() {
            self.output = output;
            self.output.drain(..sent);
        } else {
            self.end_if_due();
        }
    }

    /// Ends the input of the server once everything is sent, if it is to end then.
    pub(super) fn end_if_due(&mut self) {
        let stands = self.link.as_ref().is_some_and(Link::stands);
        if self.ends && stands && self.output.is_empty() {
            self.shut();
        }
    }

    pub(super) fn keep(&mut self, rest: &[u8]) {
        if rest.is_empty() {
            self.unfinished = Vec::new();
        } else {
            self.unfinished.clear();
            self.unfinished.extend_from_slice(rest);
        }
    }

    pub(super) fn close(&mut self) {
        self.link = None;
        self.state = State::Closed;
        self.output = Vec::new();
        self.unfinished = Vec::new();
    }

    /// Writes what the system takes at once. An error is left to the next read,
    /// which first gets what came before it.
    fn write(&mut self, bytes: &[u8]) -> usize {
        let Some(link) = &mut self.link else {
            return bytes.len();
        };
        let mut sent = 0;
        while sent < bytes.len() {
            match link.write(&bytes[sent..]) {
                Ok(0) => return sent,
                Ok(count) => sent += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return sent,
                Err(_) => return bytes.len(),
            }
        }
        sent
    }

    fn shut(&mut self) {
        self.ends = false;
        if let Some(link) = &mut self.link {
            // It fails only where the connection is over, which the next read tells.
            drop(link.shut());
        }
    }
}
