//! Somebody at a terminal, with a stopwatch.

use std::net::SocketAddr;
use std::time::Duration;

use roomful::chat::RoomName;
use roomful::shell::HistoryConfig;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::Result;

/// A line has this long to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection that was greeted.
pub(crate) struct Person {
    stream: BufReader<TcpStream>,
    line: String,
}

impl Person {
    pub(crate) async fn arrive(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut person = Self {
            stream: BufReader::new(stream),
            line: String::new(),
        };
        person
            .hear_until(|line| line.starts_with("-- Welcome to roomful."))
            .await?;
        Ok(person)
    }

    /// Joins a room with a history, and waits until all of its last lines are here.
    pub(crate) async fn join(&mut self, room: &RoomName) -> Result<Duration> {
        let start = Instant::now();
        let end = |line: &str| line == "-- you are live --";
        let lines = self.ask(&format!("/join {room}"), end).await?;
        let time = start.elapsed();
        if lines < HistoryConfig::default().lines_on_join {
            return Err(format!("#{room} shows only {lines} lines").into());
        }
        Ok(time)
    }

    pub(crate) async fn leave(&mut self, room: &RoomName) -> Result<()> {
        let end = |line: &str| line.starts_with("-- You left #");
        self.ask(&format!("/leave {room}"), end).await?;
        Ok(())
    }

    /// Looks for a word, and waits until all that was found is here.
    pub(crate) async fn search(&mut self, word: &str) -> Result<Duration> {
        let start = Instant::now();
        let is_end = |line: &str| {
            line.ends_with(" found.")
                || line.ends_with(" More words find fewer.")
                || line.starts_with("-- Nothing in your rooms ")
        };
        let lines = self.ask(&format!("/search {word}"), is_end).await?;
        if lines < 2 {
            return Err(format!("{word} was not found").into());
        }
        Ok(start.elapsed())
    }

    /// Has so many lines of the room shown.
    pub(crate) async fn history(&mut self, lines: u32) -> Result<Duration> {
        let start = Instant::now();
        let is_end = |line: &str| line.contains(" messages in #");
        let shown = self.ask(&format!("/history {lines}"), is_end).await?;
        if shown < lines {
            return Err(format!("{shown} of {lines} lines were shown").into());
        }
        Ok(start.elapsed())
    }

    /// How many lines came.
    async fn ask(&mut self, command: &str, is_end: impl Fn(&str) -> bool) -> Result<u32> {
        let stream = self.stream.get_mut();
        stream.write_all(format!("{command}\n").as_bytes()).await?;
        self.hear_until(is_end).await
    }

    async fn hear_until(&mut self, is_end: impl Fn(&str) -> bool) -> Result<u32> {
        for lines in 1.. {
            self.line.clear();
            let read = timeout(PATIENCE, self.stream.read_line(&mut self.line)).await;
            let bytes = read.map_err(|_| "the server says nothing more")??;
            let line = self.line.trim_end();
            if bytes == 0 || line.starts_with("!! ") {
                return Err(format!("the server ends the talk: {line}").into());
            }
            if is_end(line) {
                return Ok(lines);
            }
        }
        Err("the server does not stop talking".into())
    }
}
