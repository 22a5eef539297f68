//! Somebody with `nc`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};

use socket2::{Domain, Socket, Type};

use crate::process::PATIENCE;

/// A connection, and what came over it so far but for what was read.
pub(crate) struct Person(BufReader<TcpStream>);

impl Person {
    pub(crate) fn connect(addr: SocketAddr) -> Self {
        Self::on(TcpStream::connect(addr).unwrap())
    }

    /// Somebody whose system takes little before they read.
    pub(crate) fn connect_with_small_window(addr: SocketAddr) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        socket.connect(&addr.into()).unwrap();
        Self::on(socket.into())
    }

    fn on(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        let mut person = Self(BufReader::new(stream));
        let welcome = person.line().expect("a welcome");
        assert!(welcome.starts_with("-- Welcome to roomful."), "{welcome}");
        person
    }

    pub(crate) fn send(&mut self, lines: &str) {
        let mut stream = self.0.get_ref();
        stream.write_all(lines.as_bytes()).unwrap();
    }

    /// The next line; `None` at the end.
    pub(crate) fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let count = self.0.read_line(&mut line).expect("a line comes in time");
        if count == 0 {
            return None;
        }
        assert_eq!(line.pop(), Some('\n'), "a line has an end");
        Some(line)
    }

    /// Lines up to and with the one that ends so.
    pub(crate) fn until(&mut self, end: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.line();
            lines.push(line.unwrap_or_else(|| panic!("it ended before {end:?}: {lines:?}")));
            if lines.last().is_some_and(|line| line.ends_with(end)) {
                return lines;
            }
        }
    }

    /// Everything up to the end.
    pub(crate) fn rest(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.line()).collect()
    }
}
