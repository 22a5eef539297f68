//! A disk for the server's history: what is durable on it outlives the server, and
//! it fails as a plan and its seed say.
//!
//! ```text
//! keeper ──▶ DiskStore ──(latency, faults)──▶ Disk: a MemoryStore that the driver holds
//! ```
//!
//! A commit takes effect at a moment within the time that it takes. A server that is
//! killed before that moment has written nothing, and one that is killed after it
//! everything, though it never hears of it.

mod platter;
mod store;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use roomful::chat::Kept;
use roomful::shell::store::MemoryStore;

use crate::heap;
use crate::plan::Fault;
use crate::settings::Settings;
use crate::trace::Trace;
use platter::Platter;

pub(crate) use store::DiskStore;

/// What is durable at the end of a run: the rows of each room, by its name in small
/// letters, in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    /// By room.
    pub rooms: BTreeMap<String, Vec<Kept>>,
}

/// The disk. Cheap to clone; whoever drives the run holds it through every kill.
#[derive(Clone)]
pub(crate) struct Disk(Arc<Mutex<Platter>>);

impl Disk {
    /// An empty one.
    pub(crate) fn new(seed: u64, settings: &Settings, trace: &Trace) -> Self {
        let platter = Platter::new(seed, settings.clone(), trace.clone());
        Self(Arc::new(Mutex::new(platter)))
    }

    /// The store of one server.
    pub(crate) fn store(&self) -> DiskStore {
        DiskStore::new(self.clone())
    }

    /// A fault of the plan strikes, if it is one of a disk's.
    pub(crate) fn strike(&self, fault: &Fault) {
        self.lock().strike(fault);
    }

    /// Whether a commit is under way.
    pub(crate) fn is_writing(&self) -> bool {
        self.lock().is_writing
    }

    /// The most that was handed over at once, in bytes.
    pub(crate) fn batch_peak(&self) -> usize {
        self.lock().batch_peak
    }

    /// What is durable, as the next server would find it.
    pub(crate) fn archive(&self) -> Archive {
        let mut kept = self.lock().kept.clone();
        kept.close_gaps();
        Archive::of(&kept)
    }

    fn lock(&self) -> MutexGuard<'_, Platter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on the disk; what that allocates is the simulation's.
    fn work<T>(&self, work: impl FnOnce(&mut Platter) -> T) -> T {
        heap::apart(|| work(&mut self.lock()))
    }
}

impl Archive {
    fn of(kept: &MemoryStore) -> Self {
        let rooms = kept.rooms().map(|(room, rows)| {
            let rows = rows.cloned().collect();
            (room.as_str().to_lowercase(), rows)
        });
        Self {
            rooms: rooms.collect(),
        }
    }
}
