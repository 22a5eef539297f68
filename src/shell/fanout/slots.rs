//! Identities of connections that lead straight to an outbox.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::chat::ConnId;

/// How many low bits of a [`ConnId`] are its slot; the rest count who had it before.
const SLOT_BITS: u32 = 24;
const SLOT_MASK: u64 = (1 << SLOT_BITS) - 1;

/// Mints [`ConnId`]s: a slot in the low 24 bits, and how often it was taken
/// before in the high 40.
///
/// A slot is taken again only after [`Slots::free`], the lowest first, so that
/// tables by slot stay dense; an id is never minted twice. The first ids are 1,
/// 2, 3. Holds 16 bytes a slot, for as many slots as were ever taken at once.
///
/// ```
/// use roomful::chat::ConnId;
/// use roomful::shell::fanout::Slots;
/// let mut slots = Slots::default();
/// let first = slots.mint().unwrap();
/// assert_eq!((first, slots.mint()), (ConnId(1), Some(ConnId(2))));
/// slots.free(first);
/// assert_eq!(slots.mint(), Some(ConnId((1 << 24) + 1)));
/// ```
#[derive(Debug, Default)]
pub struct Slots {
    /// The id that each slot has now, or will have next. Slot 1 comes first.
    ids: Vec<ConnId>,
    free: BinaryHeap<Reverse<u32>>,
}

impl Slots {
    /// The most connections at once.
    pub const MAX: usize = SLOT_MASK as usize;

    /// An id that never was before. `None` when [`Slots::MAX`] are in use.
    pub fn mint(&mut self) -> Option<ConnId> {
        if let Some(Reverse(slot)) = self.free.pop() {
            return Some(self.ids[row_of(slot)]);
        }
        if self.ids.len() == Self::MAX {
            return None;
        }
        let conn = ConnId(self.ids.len() as u64 + 1);
        self.ids.push(conn);
        Some(conn)
    }

    /// Gives the slot back. To be called once nothing refers to the id any more:
    /// after [`Report::Closed`](super::Report::Closed).
    ///
    /// # Panics
    /// When this id is not in use.
    pub fn free(&mut self, conn: ConnId) {
        let slot = slot_of(conn);
        let id = self.ids.get_mut(row_of(slot));
        let id = id.expect("only what was minted is freed");
        assert_eq!(*id, conn, "a connection is freed once");
        id.0 += SLOT_MASK + 1;
        self.free.push(Reverse(slot));
    }
}

/// The place of a slot in a table of all of them: slot 1 comes first.
fn row_of(slot: u32) -> usize {
    slot as usize - 1
}

/// The slot of a connection, for tables by slot. 1 to [`Slots::MAX`].
#[must_use]
#[inline]
pub fn slot_of(conn: ConnId) -> u32 {
    (conn.0 & SLOT_MASK) as u32
}

/// Which of so many workers serves a connection, counted from 0.
///
/// # Panics
/// When there are no workers.
#[must_use]
pub fn worker_of(conn: ConnId, workers: usize) -> usize {
    place_of(conn, workers).0
}

/// Which of so many workers serves a connection, and in which row of its table.
#[inline]
pub(super) fn place_of(conn: ConnId, workers: usize) -> (usize, usize) {
    // Narrow, since that divides faster; more workers than slots would be idle.
    let (slot, workers) = (slot_of(conn), workers as u32);
    ((slot % workers) as usize, (slot / workers) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ids_are_small_and_in_order() {
        let mut slots = Slots::default();
        let ids: Vec<u64> = (0..5).map(|_| slots.mint().unwrap().0).collect();
        assert_eq!(ids, [1, 2, 3, 4, 5]);
    }

    #[test]
    fn the_lowest_free_slot_is_taken_first_under_a_new_id() {
        let mut slots = Slots::default();
        let ids: Vec<ConnId> = (0..4).map(|_| slots.mint().unwrap()).collect();
        slots.free(ids[2]);
        slots.free(ids[0]);
        let again: Vec<ConnId> = (0..3).map(|_| slots.mint().unwrap()).collect();
        let taken: Vec<u32> = again.iter().map(|conn| slot_of(*conn)).collect();
        assert_eq!(taken, [1, 3, 5]);
        assert!(again.iter().all(|id| !ids.contains(id)));
    }

    #[test]
    fn an_id_never_comes_back() {
        let mut slots = Slots::default();
        let mut seen = Vec::new();
        for _ in 0..1000 {
            let conn = slots.mint().unwrap();
            assert!(!seen.contains(&conn));
            seen.push(conn);
            slots.free(conn);
        }
    }

    #[test]
    fn all_slots_can_be_taken_and_not_one_more() {
        let mut slots = Slots::default();
        for _ in 0..Slots::MAX {
            assert!(slots.mint().is_some());
        }
        assert_eq!(slots.mint(), None);
        slots.free(ConnId(7));
        assert_eq!(slots.mint(), Some(ConnId((1 << 24) + 7)));
        assert_eq!(slots.mint(), None);
    }

    #[test]
    #[should_panic(expected = "a connection is freed once")]
    fn freeing_twice_is_our_bug() {
        let mut slots = Slots::default();
        let conn = slots.mint().unwrap();
        slots.free(conn);
        slots.free(conn);
    }
}
