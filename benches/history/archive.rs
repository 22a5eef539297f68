//! A directory full of what was said, as a server would have left it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use roomful::chat::{Nickname, RoomName, Seq, Text};
use roomful::shell::Clock;
use roomful::shell::store::{Record, SqliteStore, Store};
use tokio::time::Instant;

use crate::Result;
use crate::words::Talk;

/// How much was said.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) rooms: u32,
    /// In each room.
    pub(crate) lines: u32,
}

/// People who said it.
const PEOPLE: u32 = 50;
/// All of it was said within so many days: nothing of it has expired.
const DAYS: i64 = 60;
/// Lines of each room in one transaction. Rooms take turns, as they do in life, so that
/// the lines of a room lie where they came to lie.
const LINES_AT_ONCE: u32 = 10;
/// So often the search index follows what is said.
const STAGES: u32 = 10;

/// Says so much, indexes it, and leaves it as a server that was stopped does. How long
/// that took.
pub(crate) async fn fill(dir: &Path, size: Size) -> Result<Duration> {
    let start = Instant::now();
    let mut store = SqliteStore::open(dir)?;
    store.begin().await?;
    let mut talk = Talk::new();
    let now = Clock::system().now();
    let stage = (size.lines / STAGES).max(1);
    for first in (1..=size.lines).step_by(LINES_AT_ONCE as usize) {
        let last = (first + LINES_AT_ONCE - 1).min(size.lines);
        let records: Vec<Record> = (0..size.rooms)
            .flat_map(|room| (first..=last).map(move |line| (room, line)))
            .map(|(room, line)| said(room, line, size, now, &mut talk))
            .collect();
        store.write(&records).await?;
        if last.is_multiple_of(stage) || last == size.lines {
            while store.tidy(None).await? {}
        }
    }
    store.end().await?;
    Ok(start.elapsed())
}

/// The name of a room, from 0 on.
pub(crate) fn room(index: u32) -> RoomName {
    let name = format!("room-{index}").parse();
    name.expect("letters and a number are a room's name")
}

/// What the directory takes, in bytes.
pub(crate) fn bytes(dir: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(dir)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}

/// Has the system forget what it has read or written of the directory, so that it comes
/// from the disk again, by a trick of GNU's `dd`. Where there is none, it stays.
pub(crate) fn forget_cached(dir: &Path) -> Result<()> {
    for entry in fs::read_dir(dir)? {
        let mut file = std::ffi::OsString::from("of=");
        file.push(entry?.path());
        let _ = Command::new("dd")
            .arg(file)
            .args(["oflag=nocache", "conv=notrunc,fdatasync", "count=0"])
            .stderr(Stdio::null())
            .status();
    }
    Ok(())
}

fn said(room_index: u32, line: u32, size: Size, now: DateTime<Utc>, talk: &mut Talk) -> Record {
    let ago = TimeDelta::days(DAYS) * i32::try_from(size.lines - line).unwrap_or(0)
        / i32::try_from(size.lines).unwrap_or(1);
    let text = talk.line(line, size.lines);
    Record::Line {
        room: room(room_index),
        seq: Seq(u64::from(line)),
        at: now - ago,
        from: person(room_index + line),
        is_action: false,
        text: Text::clean(&text).expect("words are a text"),
    }
}

fn person(index: u32) -> Nickname {
    let name = format!("person-{}", index % PEOPLE).parse();
    name.expect("letters and a number are a nickname")
}
