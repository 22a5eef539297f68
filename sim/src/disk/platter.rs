//! What is durable, and what goes wrong with it and when.

use std::time::Duration;

use proptests::dice::mix;
use roomful::shell::store::MemoryStore;

use crate::atlas::FaultKind;
use crate::plan::Fault;
use crate::settings::{Key, Settings};
use crate::trace::{Disk, Trace, What};

/// The disk itself.
pub(super) struct Platter {
    pub(super) kept: MemoryStore,
    seed: u64,
    settings: Settings,
    trace: Trace,
    /// How often something was done.
    count: u64,
    /// There is no space until then, in milliseconds of the run.
    full_until: Option<u64>,
    /// Until then everything takes so much longer.
    slow_until: Option<(u64, Duration)>,
    /// How many of the next commits fail, are torn, or refuse a line.
    errors: u32,
    torn: u32,
    refusals: u32,
    /// How many of the next reads fail.
    unreadable: u32,
    pub(super) is_writing: bool,
    /// The most that was handed over at once, in bytes.
    pub(super) batch_peak: usize,
}

/// What becomes of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is durable, and answered so.
    Kept,
    /// It is durable, and answered as if it were not.
    Torn,
    /// Nothing is written.
    Failed,
    /// Nothing is written: there is no space.
    Full,
}

/// For how long something takes, up to the moment of its effect and after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Takes {
    pub(super) before: Duration,
    pub(super) after: Duration,
}

/// What chance decides at one operation: each its own.
#[derive(Clone, Copy)]
enum Chance {
    Latency = 1,
    Moment,
    Fails,
    Tears,
    ReadFails,
}

impl Takes {
    /// Both, in milliseconds.
    pub(super) fn whole(self) -> u64 {
        millis(self.before + self.after)
    }
}

impl Platter {
    pub(super) fn new(seed: u64, settings: Settings, trace: Trace) -> Self {
        Self {
            kept: MemoryStore::default(),
            seed,
            settings,
            trace,
            count: 0,
            full_until: None,
            slow_until: None,
            errors: 0,
            torn: 0,
            refusals: 0,
            unreadable: 0,
            is_writing: false,
            batch_peak: 0,
        }
    }

    pub(super) fn strike(&mut self, fault: &Fault) {
        let until = |long: &Duration| self.now() + millis(*long);
        match fault {
            Fault::DiskFull(long) => self.full_until = Some(until(long)),
            Fault::DiskSlow(long, by) => self.slow_until = Some((until(long), *by)),
            Fault::DiskErrors(count) => self.errors += count,
            Fault::DiskTorn(count) => self.torn += count,
            Fault::DiskRefuses(count) => self.refusals += count,
            Fault::DiskUnreadable(count) => self.unreadable += count,
            Fault::Hold(..)
            | Fault::Release(..)
            | Fault::Crash(_)
            | Fault::PowerLoss(_)
            | Fault::Cut(_)
            | Fault::Silence(_)
            | Fault::AcceptErrors(_)
            | Fault::Pause(_)
            | Fault::Kill
            | Fault::Restart
            | Fault::Stop => {}
        }
    }

    /// The next operation begins: for how long it takes.
    pub(super) fn begin(&mut self) -> Takes {
        self.count += 1;
        self.lift();
        let (least, most) = (
            self.settings.get(Key::DiskLatencyMin),
            self.settings.get(Key::DiskLatencyMax),
        );
        let span = most.saturating_sub(least) + 1;
        let usual = Duration::from_millis(least + self.chance(Chance::Latency) % span);
        let slow = self.slow_until.map_or(Duration::ZERO, |(_, by)| by);
        let whole = millis(usual + slow);
        let before = self.chance(Chance::Moment) % (whole + 1);
        Takes {
            before: Duration::from_millis(before),
            after: Duration::from_millis(whole - before),
        }
    }

    /// What becomes of the commit whose moment this is.
    pub(super) fn fate(&mut self) -> Fate {
        self.lift();
        if self.full_until.is_some() {
            return Fate::Full;
        }
        if takes_one(&mut self.errors) || self.once_in(Key::DiskFails, Chance::Fails) {
            return Fate::Failed;
        }
        if takes_one(&mut self.torn) || self.once_in(Key::DiskTears, Chance::Tears) {
            return Fate::Torn;
        }
        Fate::Kept
    }

    /// Whether this commit, which has a line, cannot ever keep its first.
    pub(super) fn refuses_one(&mut self) -> bool {
        takes_one(&mut self.refusals)
    }

    /// Whether this read fails.
    pub(super) fn is_unreadable(&mut self) -> bool {
        takes_one(&mut self.unreadable) || self.once_in(Key::DiskReadFails, Chance::ReadFails)
    }

    pub(super) fn note(&self, what: Disk) {
        self.trace.record(What::Disk(what));
    }

    /// Milliseconds since the run began.
    pub(super) fn now(&self) -> u64 {
        self.trace.now()
    }

    /// What lasted and is over: noted with the first operation after it.
    fn lift(&mut self) {
        let now = self.now();
        if self.full_until.is_some_and(|until| until <= now) {
            self.full_until = None;
            self.trace.record(What::Lifted(FaultKind::DiskFull, None));
        }
        if self.slow_until.is_some_and(|(until, _)| until <= now) {
            self.slow_until = None;
            self.trace.record(What::Lifted(FaultKind::DiskSlow, None));
        }
    }

    fn once_in(&self, key: Key, chance: Chance) -> bool {
        let times = self.settings.get(key);
        times > 0 && self.chance(chance).is_multiple_of(times)
    }

    /// A function of the seed and of how often something was done, and of nothing else.
    fn chance(&self, chance: Chance) -> u64 {
        mix(mix(self.seed ^ 0xd15c).wrapping_add(self.count * 8 + chance as u64))
    }
}

fn takes_one(count: &mut u32) -> bool {
    let takes = *count > 0;
    *count = count.saturating_sub(1);
    takes
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
