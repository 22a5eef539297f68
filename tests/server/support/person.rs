//! Somebody with `nc`.

use std::net::SocketAddr;

use tokio::io::{
    AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, ReadHalf, WriteHalf, split,
};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::{PATIENCE, Wire};

pub(crate) struct Person {
    pub(crate) read: BufReader<ReadHalf<Wire>>,
    pub(crate) write: WriteHalf<Wire>,
    /// The nickname that the welcome gave.
    pub(crate) nick: String,
}

impl Person {
    pub(crate) async fn connect(addr: SocketAddr) -> Self {
        let tcp = TcpStream::connect(addr).await.unwrap();
        Self::raw(tcp).greeted().await
    }

    /// A connection of somebody whose system takes little before they read.
    pub(super) async fn small_window(addr: SocketAddr) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        socket.connect(addr).await.unwrap()
    }

    pub(crate) async fn greeted(mut self) -> Self {
        let person = &mut self;
        let welcome = person.line().await;
        let nick = welcome
            .strip_prefix("-- Welcome to roomful. You are ")
            .and_then(|rest| rest.split(',').next());
        person.nick = nick
            .unwrap_or_else(|| panic!("no welcome: {welcome:?}"))
            .into();
        self
    }

    /// Somebody who was told nothing yet.
    pub(crate) fn raw(tcp: TcpStream) -> Self {
        Self::on(Wire::Plain(tcp))
    }

    pub(crate) fn on(wire: Wire) -> Self {
        let (read, write) = split(wire);
        Self {
            read: BufReader::new(read),
            write,
            nick: String::new(),
        }
    }

    pub(crate) async fn send(&mut self, line: &str) {
        self.send_bytes(format!("{line}\n").as_bytes()).await;
    }

    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) {
        let sent = timeout(PATIENCE, async {
            self.write.write_all(bytes).await?;
            self.write.flush().await // TLS keeps what the system did not take.
        });
        let sent = sent.await;
        sent.expect("the server takes input in time").unwrap();
    }

    /// The next line, without its end.
    pub(crate) async fn line(&mut self) -> String {
        let line = self.line_or_end().await;
        line.expect("the connection is open")
    }

    /// The next line, or `None` at the end of what the server sends.
    pub(crate) async fn line_or_end(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = timeout(PATIENCE, self.read.read_line(&mut line)).await;
        let count = read.expect("a line comes in time").unwrap();
        if count == 0 {
            return None;
        }
        assert_eq!(line.pop(), Some('\n'), "a line has an end");
        Some(line)
    }

    /// Lines up to and with this one; times of day are left out on both sides.
    pub(crate) async fn until(&mut self, last: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            lines.push(untimed(&self.line().await));
            if lines.last().map(String::as_str) == Some(last) {
                return lines;
            }
        }
    }

    /// Asserts that this is the very next line.
    pub(crate) async fn expect(&mut self, line: &str) {
        assert_eq!(untimed(&self.line().await), line);
    }

    /// Everything up to the end.
    pub(crate) async fn rest(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(line) = self.line_or_end().await {
            lines.push(untimed(&line));
        }
        lines
    }

    /// Ends the input, as `nc -N` does, and stays to read.
    pub(crate) async fn end_input(&mut self) {
        self.write.shutdown().await.unwrap();
    }

    /// Closes, and reads nothing more.
    pub(crate) async fn close(self) {
        self.read.into_inner().unsplit(self.write).close().await;
    }

    /// Vanishes with a reset, as a crash of the system's network would.
    pub(crate) fn reset(self) {
        let wire = self.read.into_inner().unsplit(self.write);
        socket2::SockRef::from(wire.tcp())
            .set_linger(Some(std::time::Duration::ZERO))
            .unwrap();
    }

    /// Reads at most so many bytes at once, and nothing of what it means.
    pub(crate) async fn read_some(&mut self, bytes: &mut [u8]) -> usize {
        let read = timeout(PATIENCE, self.read.read(bytes)).await;
        read.expect("something comes in time").unwrap()
    }
}

/// A line without its time of day (`14:05 `), if it has one.
pub(crate) fn untimed(line: &str) -> String {
    let bytes = line.as_bytes();
    let is_timed = bytes.len() > 6
        && bytes[2] == b':'
        && bytes[5] == b' '
        && [0, 1, 3, 4]
            .iter()
            .all(|place| bytes[*place].is_ascii_digit());
    if is_timed {
        line[6..].into()
    } else {
        line.into()
    }
}
