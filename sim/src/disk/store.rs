//! The disk as the server's keeper has it.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chrono::{DateTime, Utc};
use roomful::chat::{GapCause, Kept, RoomName, Seq, Text};
use roomful::shell::store::{
    Beginning, End, MemoryStore, Past, Record, Store, StoreError, Written,
};
use tokio::time::sleep;

use super::Disk;
use super::platter::{Fate, Platter};
use crate::trace::Disk as Noted;

/// One server's way to the disk.
pub(crate) struct DiskStore(Disk);

/// A commit is under way until this is dropped: by its end, or with its server.
struct Writing<'a>(&'a Disk);

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.0.lock().is_writing = false;
    }
}

impl DiskStore {
    pub(super) fn new(disk: Disk) -> Self {
        Self(disk)
    }

    async fn read<T: Clone>(
        &self,
        read: impl FnOnce(&mut MemoryStore) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let takes = self.0.work(Platter::begin);
        pass(takes.before).await;
        let found = self.0.work(|platter| match platter.is_unreadable() {
            true => Err(fault("it cannot be read")),
            false => read(&mut platter.kept),
        });
        pass(takes.after).await;
        self.0.work(|platter| {
            platter.note(match &found {
                Ok(_) => Noted::Read {
                    took: takes.whole(),
                },
                Err(_) => Noted::Unreadable,
            });
        });
        // What the server is given is its own.
        found.clone()
    }
}

impl Store for DiskStore {
    async fn begin(&mut self) -> Result<Beginning, StoreError> {
        self.0.work(|platter| {
            let beginning = at_once(platter.kept.begin());
            platter.note(Noted::Began);
            beginning
        })
    }

    async fn write(&mut self, records: &[Record]) -> Result<Written, StoreError> {
        let writing = Writing(&self.0);
        let bytes = records.iter().map(Record::cost).sum();
        let takes = self.0.work(|platter| {
            platter.is_writing = true;
            platter.batch_peak = platter.batch_peak.max(bytes);
            platter.begin()
        });
        pass(takes.before).await;
        let (fate, written) = self.0.work(|platter| commit(platter, records));
        pass(takes.after).await;
        drop(writing);
        let noted = match fate {
            Fate::Kept => Noted::Wrote {
                records: records.len(),
                bytes,
                took: takes.whole(),
            },
            Fate::Torn => Noted::Tore,
            Fate::Failed => Noted::Failed,
            Fate::Full => Noted::WasFull,
        };
        self.0.work(|platter| {
            if !written.refused.is_empty() {
                platter.note(Noted::Refused);
            }
            platter.note(noted);
        });
        match fate {
            Fate::Kept => Ok(written.clone()),
            Fate::Torn | Fate::Failed => Err(fault("it cannot be written to")),
            Fate::Full => Err(fault("there is no space on it")),
        }
    }

    async fn recall(&mut self, room: &RoomName, lines: u32) -> Result<Option<Past>, StoreError> {
        self.read(|kept| at_once(kept.recall(room, lines))).await
    }

    async fn browse(
        &mut self,
        room: &RoomName,
        numbers: (Seq, Seq),
        rows: u32,
        end: End,
    ) -> Result<Vec<Kept>, StoreError> {
        self.read(|kept| at_once(kept.browse(room, numbers, rows, end)))
            .await
    }

    async fn search(
        &mut self,
        rooms: &[RoomName],
        words: &Text,
    ) -> Result<(Vec<(RoomName, Kept)>, bool), StoreError> {
        self.read(|kept| at_once(kept.search(rooms, words))).await
    }

    async fn tidy(&mut self, expired_before: Option<DateTime<Utc>>) -> Result<bool, StoreError> {
        self.0
            .work(|platter| at_once(platter.kept.tidy(expired_before)))
    }

    async fn end(&mut self) -> Result<(), StoreError> {
        self.0.work(|platter| {
            platter.note(Noted::Ended);
            at_once(platter.kept.end())
        })
    }
}

/// The moment of a commit: what is durable from now on, and what is answered.
fn commit(platter: &mut Platter, records: &[Record]) -> (Fate, Written) {
    let fate = platter.fate();
    let mut written = Written::default();
    match fate {
        Fate::Failed | Fate::Full => {}
        Fate::Torn => keep(platter, records),
        Fate::Kept => {
            let line = records.iter().position(is_line);
            match line.filter(|_| platter.refuses_one()) {
                None => keep(platter, records),
                Some(place) => {
                    let (refused, gap) = refuse(&records[place]).expect("it is a line");
                    written.refused.push(refused);
                    // It takes the place of the line, as it would have been.
                    let (before, after) = records.split_at(place + 1);
                    keep(platter, &[before, &[gap], after].concat());
                }
            }
        }
    }
    (fate, written)
}

fn keep(platter: &mut Platter, records: &[Record]) {
    at_once(platter.kept.write(records)).expect("memory takes everything");
}

fn is_line(record: &Record) -> bool {
    matches!(record, Record::Line { .. })
}

/// Which line a record is, and the gap that it becomes.
fn refuse(record: &Record) -> Option<((RoomName, Seq), Record)> {
    let Record::Line { room, seq, .. } = record else {
        return None;
    };
    let gap = Record::Gap {
        room: room.clone(),
        first: *seq,
        last: *seq,
        why: GapCause::Unkept,
    };
    Some(((room.clone(), *seq), gap))
}

fn fault(why: &str) -> StoreError {
    StoreError(format!(
        "The disk of this simulation has a fault: {why}. Wait."
    ))
}

async fn pass(time: Duration) {
    if !time.is_zero() {
        sleep(time).await;
    }
}

/// What memory does, which never waits.
fn at_once<T>(work: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(work).poll(&mut context) {
        Poll::Ready(done) => done,
        Poll::Pending => unreachable!("memory does not wait"),
    }
}
