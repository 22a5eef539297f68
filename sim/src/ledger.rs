//! The fault ledger: for each kind of fault and each phase of a connection's life,
//! how often it was injected, how often it had an effect (by a witness in the
//! trace), and how often every promise held all the same.
//!
//! A fault that is injected and has no effect shows nothing. A sweep fails when a
//! cell that it must fill has stayed without effect.

mod witness;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::atlas::{ATLAS, FaultKind, PHASES, Phase};
use crate::oracle::Views;
use crate::plan::Plan;
use crate::settings::Key;
use crate::trace::{Event, What};
use witness::{Strike, Witnesses};

/// What is counted of one kind in one phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// How often it struck.
    pub injected: u64,
    /// How often that could be seen to have an effect.
    pub effective: u64,
    /// How often every promise held under it.
    pub survived: u64,
}

/// The cells of a sweep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger(BTreeMap<(FaultKind, Phase), Cell>);

/// Cells that a sweep in the memory world must fill: faults of one connection, in
/// each phase in which they can strike, and every other kind somewhere.
const REQUIRED_PHASES: [(FaultKind, &[Phase]); 8] = {
    use Phase::{Closing, Handshake, Idle, MidBroadcast, MidLine};
    [
        (
            FaultKind::CleanClose,
            &[Handshake, Idle, MidLine, MidBroadcast],
        ),
        (FaultKind::Reset, &[Handshake, Idle, MidLine, MidBroadcast]),
        (
            FaultKind::HalfClose,
            &[Handshake, Idle, MidLine, MidBroadcast],
        ),
        (
            FaultKind::PowerLoss,
            &[Handshake, Idle, MidLine, MidBroadcast],
        ),
        (FaultKind::Reboot, &[Handshake, Idle, MidBroadcast]),
        (FaultKind::Hold, &[Handshake, Idle, MidBroadcast, Closing]),
        (FaultKind::OneWayHold, &[Handshake, Idle, MidBroadcast]),
        (FaultKind::Crash, &[Handshake, Idle, MidLine, MidBroadcast]),
    ]
};

impl Ledger {
    /// Adds what one run shows; `held` is whether every promise held.
    pub(crate) fn add(&mut self, plan: &Plan, events: &[Event], views: &Views, held: bool) {
        let witnesses = Witnesses::of(plan, events, views);
        for strike in struck(plan, events, views) {
            let cell = self.0.entry((strike.kind, strike.phase)).or_default();
            cell.injected += 1;
            if witnesses.saw(&strike) {
                cell.effective += 1;
                cell.survived += u64::from(held);
            }
        }
    }

    /// Adds another ledger.
    pub fn merge(&mut self, other: &Self) {
        for (key, cell) in &other.0 {
            let sum = self.0.entry(*key).or_default();
            sum.injected += cell.injected;
            sum.effective += cell.effective;
            sum.survived += cell.survived;
        }
    }

    /// All cells.
    pub fn cells(&self) -> impl Iterator<Item = (FaultKind, Phase, Cell)> {
        self.0
            .iter()
            .map(|((kind, phase), cell)| (*kind, *phase, *cell))
    }

    /// Puts a cell in its place, adding to what is there.
    pub fn put(&mut self, kind: FaultKind, phase: Phase, cell: Cell) {
        self.merge(&Self(BTreeMap::from([((kind, phase), cell)])));
    }

    /// What a kind had in effects, in all phases.
    #[must_use]
    pub fn effective(&self, kind: FaultKind) -> u64 {
        self.cells()
            .filter(|(other, ..)| *other == kind)
            .map(|(.., cell)| cell.effective)
            .sum()
    }

    /// The cells that must be filled and are not.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for (kind, ..) in ATLAS {
            if self.effective(kind) == 0 {
                missing.push(format!("{} never had an effect", kind.name()));
            }
        }
        for (kind, phases) in REQUIRED_PHASES {
            for phase in phases {
                let cell = self.0.get(&(kind, *phase)).copied().unwrap_or_default();
                if cell.effective == 0 && self.effective(kind) > 0 {
                    missing.push(format!(
                        "{} never had an effect while {}",
                        kind.name(),
                        phase.name()
                    ));
                }
            }
        }
        missing
    }
}

/// A table of kinds and phases: effective of injected.
impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<20}", "effective/injected")?;
        for (_, name) in PHASES {
            write!(f, " {name:>15}")?;
        }
        writeln!(f)?;
        for (kind, number, name, _) in ATLAS {
            write!(f, "{number:<4}{name:<16}")?;
            for (phase, _) in PHASES {
                let cell = self.0.get(&(kind, phase)).copied().unwrap_or_default();
                let shown = match cell.injected {
                    0 => "-".into(),
                    injected => format!("{}/{injected}", cell.effective),
                };
                write!(f, " {shown:>15}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// What struck: noted by those who did it, or seen in the plan's settings.
fn struck(plan: &Plan, events: &[Event], views: &Views) -> Vec<Strike> {
    let noted = events
        .iter()
        .enumerate()
        .filter_map(|(place, event)| match &event.what {
            What::Struck(kind, phase, life) => Some(Strike {
                kind: *kind,
                phase: *phase,
                place,
                life: *life,
            }),
            _ => None,
        });
    let mut struck: Vec<_> = noted.collect();
    let mut whole = |kind| {
        struck.push(Strike {
            kind,
            phase: Phase::Server,
            place: 0,
            life: None,
        });
    };
    let settings = &plan.settings;
    if settings.get(Key::Split) > 0 {
        whole(FaultKind::Splits);
    }
    if settings.get(Key::Capacity) <= 64 {
        whole(FaultKind::TinyBuffers);
    }
    if settings.get(Key::Yields) > 0 {
        whole(FaultKind::Yields);
    }
    let of_disk = [
        (Key::DiskFails, FaultKind::DiskError),
        (Key::DiskTears, FaultKind::DiskTorn),
        (Key::DiskReadFails, FaultKind::DiskUnreadable),
    ];
    for (key, kind) in of_disk {
        if settings.get(key) > 0 {
            whole(kind);
        }
    }
    if has_limits(plan) {
        whole(FaultKind::Limit);
    }
    if views
        .all
        .values()
        .filter(|view| view.nicks.len() > 1)
        .count()
        > 1
    {
        whole(FaultKind::NickRace);
    }
    if storm(events) {
        whole(FaultKind::Storm);
    }
    if swizzle(events) {
        whole(FaultKind::Swizzle);
    }
    struck
}

fn has_limits(plan: &Plan) -> bool {
    plan.settings
        .changed()
        .any(|(name, _)| name.ends_with("_max") && !name.contains("latency"))
}

/// Whether at least five people came within a second.
fn storm(events: &[Event]) -> bool {
    let came = events
        .iter()
        .filter(|event| matches!(event.what, What::Connected(_)));
    let came: Vec<u64> = came.map(|event| event.at).collect();
    came.windows(5).any(|five| five[4] - five[0] < 1000)
}

/// Whether at least three hosts were cut off at once.
fn swizzle(events: &[Event]) -> bool {
    let mut held = BTreeSet::new();
    for event in events {
        match &event.what {
            What::Struck(FaultKind::Hold, _, Some(life)) => {
                held.insert(*life);
            }
            What::Lifted(FaultKind::Hold, Some(life)) => {
                held.remove(life);
            }
            _ => {}
        }
        if held.len() >= 3 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_had_no_effect_is_missing() {
        let mut ledger = Ledger::default();
        let cell = Cell {
            injected: 3,
            effective: 3,
            survived: 3,
        };
        for (kind, ..) in ATLAS {
            ledger.put(kind, Phase::Server, cell);
        }
        for (kind, phases) in REQUIRED_PHASES {
            for phase in phases {
                ledger.put(kind, *phase, cell);
            }
        }
        assert_eq!(ledger.missing(), Vec::<String>::new());
        let without = |kind, phase| {
            let mut cells = ledger.clone();
            cells.0.insert(
                (kind, phase),
                Cell {
                    injected: 3,
                    ..Cell::default()
                },
            );
            cells.missing()
        };
        assert_eq!(
            without(FaultKind::Pause, Phase::Server),
            ["pause of the server never had an effect"]
        );
        assert_eq!(
            without(FaultKind::Reset, Phase::MidLine),
            ["reset never had an effect while mid-line"]
        );
    }
}
