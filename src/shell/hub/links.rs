//! The hub's connections, found by slot.

use super::link::Link;
use crate::chat::ConnId;
use crate::shell::fanout::slot_of;

/// All connections that are not wholly closed yet: a row for each slot, so that
/// finding one costs no search and its memory is the row alone.
#[derive(Default)]
pub(super) struct Links {
    rows: Vec<Option<Link>>,
    count: usize,
}

impl Links {
    /// Adds a connection whose slot must be free.
    pub(super) fn insert(&mut self, link: Link) {
        let row = slot_of(link.conn) as usize;
        if row >= self.rows.len() {
            self.rows.resize_with(row + 1, || None);
        }
        assert!(
            self.rows[row].is_none(),
            "a slot is free once its connection is closed"
        );
        self.rows[row] = Some(link);
        self.count += 1;
    }

    pub(super) fn get(&self, conn: ConnId) -> Option<&Link> {
        let link = self.rows.get(slot_of(conn) as usize)?.as_ref();
        link.filter(|link| link.conn == conn)
    }

    pub(super) fn get_mut(&mut self, conn: ConnId) -> Option<&mut Link> {
        let link = self.rows.get_mut(slot_of(conn) as usize)?.as_mut();
        link.filter(|link| link.conn == conn)
    }

    pub(super) fn remove(&mut self, conn: ConnId) {
        if self.get(conn).is_some() {
            self.rows[slot_of(conn) as usize] = None;
            self.count -= 1;
        }
    }

    /// In the order of their slots.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Link> {
        self.rows.iter().flatten()
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }
}
