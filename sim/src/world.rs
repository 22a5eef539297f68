//! Worlds: where a plan can be run, and what comes of it.

use std::sync::{PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use roomful::shell::{Inspection, Outcome};
use tokio::task::JoinSet;

use crate::disk::{Archive, Disk};
use crate::heap;
use crate::plan::Plan;
use crate::trace::Event;
use crate::{kernel, memory, turmoil_world};

/// 2026-01-01 00:00 UTC, in seconds: the moment at which every run begins.
pub(crate) const EPOCH_SECONDS: u32 = 1_767_225_600;

/// Where a plan is run: the real shell and engine, unmodified, in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum World {
    /// On an in-memory TCP of our own, thousands of plans a second.
    Memory,
    /// On hosts of turmoil.
    Turmoil,
    /// On loopback, in real time.
    Kernel,
}

/// What came of a plan.
#[derive(Clone, Debug)]
pub struct Run {
    /// Where it ran.
    pub world: World,
    /// Everything that happened, in order.
    pub events: Vec<Event>,
    /// The server when everybody should have gone; `None` when it did not run.
    pub inspection: Option<Inspection>,
    /// How the server ended; `None` when it was killed and not started again.
    pub outcome: Option<Outcome>,
    /// What the server held; nothing is known of it in some worlds.
    pub held: Held,
    /// The most that waited in one outbox, in bytes and costs of ranges.
    pub outbox_peak: u64,
    /// What is durable on the server's disk; nothing when it keeps no history.
    pub archive: Option<Archive>,
    /// The most that was handed to the disk at once, in bytes.
    pub batch_peak: usize,
    /// How long it took, in milliseconds of its own time.
    pub ended_at: u64,
}

/// What a server held beyond what it holds with nobody in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Held {
    /// Tasks and bytes before anybody came.
    tasks_before: usize,
    bytes_before: isize,
    /// Tasks that were left when all had gone; `None` when that is not known.
    pub tasks_left: Option<isize>,
    /// Bytes on the heap that were left when all had gone.
    pub bytes_left: Option<isize>,
    /// The most bytes on the heap.
    pub bytes_peak: Option<isize>,
}

impl Held {
    pub(crate) fn begin(&mut self) {
        self.tasks_before = alive_tasks();
        self.bytes_before = heap::held();
        heap::begin();
    }

    /// Once everybody has gone; nothing is known when the server has gone too.
    pub(crate) fn end(&mut self, is_known: bool) {
        self.bytes_peak = Some(heap::peak() - self.bytes_before);
        if is_known {
            let tasks = |count: usize| isize::try_from(count).unwrap_or(isize::MAX);
            self.tasks_left = Some(tasks(alive_tasks()) - tasks(self.tasks_before));
            self.bytes_left = Some(heap::held() - self.bytes_before);
        }
    }
}

fn alive_tasks() -> usize {
    tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks()
}

impl World {
    /// All of them, by name.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Memory, "memory"),
        (Self::Turmoil, "turmoil"),
        (Self::Kernel, "kernel"),
    ];
    /// Those in which a plan gives the same run each time.
    pub const SIMULATED: [Self; 2] = [Self::Memory, Self::Turmoil];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(world, _)| *world == self);
        found.map_or("", |(_, name)| name)
    }
}

/// Runs a plan. In a simulated world the same plan gives the same run, in any process.
#[must_use]
pub fn run(plan: &Plan, world: World) -> Run {
    // tokio counts its tasks per process, and turmoil's crashes depend on the count:
    // while it runs, nobody else does.
    static RUNS: RwLock<()> = RwLock::new(());
    let _alone;
    let _together;
    match world {
        World::Turmoil => _alone = RUNS.write().unwrap_or_else(PoisonError::into_inner),
        World::Memory | World::Kernel => {
            _together = RUNS.read().unwrap_or_else(PoisonError::into_inner);
        }
    }
    match world {
        World::Memory => memory::run(plan),
        World::Turmoil => turmoil_world::run(plan),
        World::Kernel => kernel::run(plan),
    }
}

/// What is durable on the disk of a run that keeps history.
pub(crate) fn archive(plan: &Plan, disk: &Disk) -> Option<Archive> {
    plan.settings.history().map(|_| disk.archive())
}

/// The wall time after so many milliseconds of a run.
pub(crate) fn epoch_after(millis: u64) -> DateTime<Utc> {
    let begun = DateTime::from_timestamp(i64::from(EPOCH_SECONDS), 0).expect("a time in range");
    begun + TimeDelta::milliseconds(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// tokio drops tasks in an order that depends on ids that are counted per process:
/// begin each run at a multiple of four, so that it is the same each time.
pub(crate) fn align_task_ids() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        loop {
            let id = tasks.spawn(async {}).id().to_string();
            if id.parse::<u64>().is_ok_and(|id| id % 4 == 3) {
                break;
            }
        }
        while tasks.join_next().await.is_some() {}
    });
}
