//! Runs plans and judges them: one, or as many as there are seeds.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::ledger::Ledger;
use crate::logs;
use crate::oracle::{self, Oracle, Violation};
use crate::plan::Plan;
use crate::sometimes::{Seen, Sometimes};
use crate::trace::{Event, fingerprint};
use crate::world::{Run, World, run};

/// What many runs show together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Plans that were judged.
    pub plans: u64,
    /// Runs, of which each plan may have had two.
    pub runs: u64,
    /// Time in the worlds, in milliseconds.
    pub simulated: u64,
    /// Events in all runs.
    pub events: u64,
    /// Joins looked at with what was said last and what came live after it.
    pub seams: u64,
    /// Faults, and what they did.
    pub ledger: Ledger,
    /// Rare situations.
    pub sometimes: Sometimes,
}

impl Tally {
    /// Adds another tally.
    pub fn merge(&mut self, other: &Self) {
        self.plans += other.plans;
        self.runs += other.runs;
        self.simulated += other.simulated;
        self.events += other.events;
        self.seams += other.seams;
        self.ledger.merge(&other.ledger);
        self.sometimes.merge(&other.sometimes);
    }
}

/// How often a plan is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// Once.
    Once,
    /// Twice, and both runs have to be equal.
    Twice,
}

/// Runs a plan, judges it, and adds what it shows; the fingerprint of its trace.
///
/// # Errors
/// The first promise that does not hold.
pub fn check(
    plan: &Plan,
    world: World,
    times: Times,
    tally: &mut Tally,
) -> Result<u128, Violation> {
    let first = run_safely(plan, world)?;
    tally.plans += 1;
    tally.runs += 1;
    tally.simulated += first.ended_at;
    tally.events += first.events.len() as u64;
    let (views, judged) = oracle::look(plan, &first);
    tally.seams += oracle::history::seams(plan, &first, &views);
    tally
        .ledger
        .add(plan, &first.events, &views, judged.is_ok());
    tally.sometimes.add(&Seen {
        plan,
        events: &first.events,
        views: &views,
    });
    judged?;
    if times == Times::Twice {
        let second = run_safely(plan, world)?;
        tally.runs += 1;
        is_equal(&first.events, &second.events)?;
    }
    Ok(fingerprint(&first.events))
}

/// Runs a plan; a panic of the simulation itself is a failure like any other.
///
/// # Errors
/// When it panics.
pub fn run_safely(plan: &Plan, world: World) -> Result<Run, Violation> {
    logs::hear_panics();
    catch_unwind(AssertUnwindSafe(|| run(plan, world))).map_err(|_| {
        let said = logs::last_panic().unwrap_or_else(|| "nothing".into());
        Violation::new(Oracle::Progress, format!("the run panicked: {said}"))
    })
}

fn is_equal(first: &[Event], second: &[Event]) -> Result<(), Violation> {
    let mut pairs = first.iter().zip(second).enumerate();
    let differing = pairs.find(|(_, (one, other))| one != other);
    let what = match differing {
        Some((place, (one, other))) => format!(
            "two runs of one plan differ, first in event {place}: {:?} at {} ms, and {:?} at {} ms",
            one.what, one.at, other.what, other.at
        ),
        None if first.len() != second.len() => {
            format!(
                "two runs of one plan have {} and {} events",
                first.len(),
                second.len()
            )
        }
        None => return Ok(()),
    };
    Err(Violation::new(Oracle::Determinism, what))
}
