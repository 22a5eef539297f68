//! The store on a disk.

mod equality;
mod files;
pub(crate) mod gone;
mod opening;
mod searching;
mod trouble;

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use chrono::{DateTime, TimeDelta, Utc};

use super::SqliteStore;
use crate::chat::{Nickname, RoomName, Seq, Text};
use crate::shell::store::{Record, Store, StoreError};

/// What a store answers, which never waits for anything but its disk.
pub(crate) fn now<T>(answer: impl Future<Output = T>) -> T {
    match pin!(answer).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("a store blocks"),
    }
}

pub(crate) fn room(name: &str) -> RoomName {
    name.parse().unwrap()
}

pub(crate) fn text(words: &str) -> Text {
    Text::clean(words).unwrap()
}

/// So many seconds after a moment of the year 2026.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_nanos(1_790_000_000_123_456_789) + TimeDelta::seconds(seconds)
}

/// `ada` says something, as many seconds in as its number.
pub(crate) fn line(name: &str, seq: u64, words: &str) -> Record {
    said_by("ada", name, seq, words)
}

pub(crate) fn said_by(nick: &str, name: &str, seq: u64, words: &str) -> Record {
    let from: Nickname = nick.parse().unwrap();
    Record::Line {
        room: room(name),
        seq: Seq(seq),
        at: at(seq as i64),
        from,
        is_action: false,
        text: text(words),
    }
}

pub(crate) fn mark(name: &str, seq: u64) -> Record {
    Record::Mark {
        room: room(name),
        seq: Seq(seq),
    }
}

/// Everything that can be tidied is.
pub(crate) fn tidy_all(
    store: &mut impl Store,
    expired_before: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    while now(store.tidy(expired_before))? {}
    Ok(())
}

/// A store in a directory, begun.
pub(crate) fn begun(dir: &std::path::Path) -> SqliteStore {
    let mut store = SqliteStore::open(dir).unwrap();
    now(store.begin()).unwrap();
    store
}
