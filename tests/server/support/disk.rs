//! A disk that does what a test says.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use roomful::chat::{Kept, RoomName, Seq, Text};
use roomful::shell::store::{
    Beginning, End, MemoryStore, Past, Record, Store, StoreError, Written,
};
use tokio::sync::watch;

/// What is kept on it outlives every server.
#[derive(Clone)]
pub(crate) struct TestDisk {
    kept: Arc<Mutex<MemoryStore>>,
    state: Arc<watch::Sender<State>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Works,
    Fails,
    /// It can be read.
    IsFull,
    Hangs,
}

impl TestDisk {
    pub(crate) fn new() -> Self {
        Self {
            kept: Arc::default(),
            state: Arc::new(watch::Sender::new(State::Works)),
        }
    }

    /// Nothing can be written from now on.
    pub(crate) fn fail(&self) {
        self.state.send_replace(State::Fails);
    }

    /// Nothing can be written from now on, and everything read.
    pub(crate) fn fill(&self) {
        self.state.send_replace(State::IsFull);
    }

    /// Nothing comes to an end from now on.
    pub(crate) fn hang(&self) {
        self.state.send_replace(State::Hangs);
    }

    /// Everything works from now on; what hung comes to its end.
    pub(crate) fn work(&self) {
        self.state.send_replace(State::Works);
    }

    /// Everything that is kept of a room.
    pub(crate) async fn rows(&self, room: &str) -> Vec<Kept> {
        let room = room.parse().unwrap();
        let mut kept = self.kept.lock().unwrap().clone();
        let all = (Seq(0), Seq(u64::MAX));
        kept.browse(&room, all, u32::MAX, End::Lowest)
            .await
            .unwrap()
    }

    /// How many numbers of a room a crash at this moment would leave in a gap.
    pub(crate) async fn gap_after_crash(&self, room: &str) -> u64 {
        let room = room.parse().unwrap();
        let mut kept = self.copy();
        kept.begin().await.unwrap();
        let all = (Seq(0), Seq(u64::MAX));
        let rows = kept
            .browse(&room, all, u32::MAX, End::Lowest)
            .await
            .unwrap();
        match rows.last() {
            Some(Kept::Gap { first, last, .. }) => last.0 - first.0 + 1,
            Some(Kept::Line { .. } | Kept::Erased { .. }) | None => 0,
        }
    }

    async fn can_write(&self) -> Result<(), StoreError> {
        self.can_read().await?;
        match *self.state.borrow() {
            State::IsFull => Err(StoreError("the disk is full".into())),
            State::Works | State::Fails | State::Hangs => Ok(()),
        }
    }

    async fn can_read(&self) -> Result<(), StoreError> {
        let mut state = self.state.subscribe();
        let state = state.wait_for(|state| *state != State::Hangs).await;
        match *state.unwrap() {
            State::Fails => Err(StoreError("the disk fails".into())),
            State::Works | State::Hangs | State::IsFull => Ok(()),
        }
    }

    fn copy(&self) -> MemoryStore {
        self.kept.lock().unwrap().clone()
    }

    fn put(&self, kept: MemoryStore) {
        *self.kept.lock().unwrap() = kept;
    }
}

impl Store for TestDisk {
    async fn begin(&mut self) -> Result<Beginning, StoreError> {
        let mut kept = self.copy();
        let beginning = kept.begin().await;
        self.put(kept);
        beginning
    }

    async fn write(&mut self, records: &[Record]) -> Result<Written, StoreError> {
        self.can_write().await?;
        let mut kept = self.copy();
        let written = kept.write(records).await;
        self.put(kept);
        written
    }

    async fn recall(&mut self, room: &RoomName, lines: u32) -> Result<Option<Past>, StoreError> {
        self.can_read().await?;
        self.copy().recall(room, lines).await
    }

    async fn browse(
        &mut self,
        room: &RoomName,
        numbers: (Seq, Seq),
        rows: u32,
        end: End,
    ) -> Result<Vec<Kept>, StoreError> {
        self.can_read().await?;
        self.copy().browse(room, numbers, rows, end).await
    }

    async fn search(
        &mut self,
        rooms: &[RoomName],
        words: &Text,
    ) -> Result<(Vec<(RoomName, Kept)>, bool), StoreError> {
        self.can_read().await?;
        self.copy().search(rooms, words).await
    }

    async fn tidy(&mut self, before: Option<DateTime<Utc>>) -> Result<bool, StoreError> {
        self.can_write().await?;
        let mut kept = self.copy();
        let tidied = kept.tidy(before).await;
        self.put(kept);
        tidied
    }

    async fn end(&mut self) -> Result<(), StoreError> {
        let mut kept = self.copy();
        let ended = kept.end().await;
        self.put(kept);
        ended
    }
}
