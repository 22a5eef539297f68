//! Sweeps that do not depend on a seed, and long histories of the engine.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sim::engine_world::{self, EngineScope};
use sim::{Plan, Tally, Times, World, check, sweep};
use tokio::time::Instant;

use super::{say, single};

/// Histories of a whole run, and how long each is.
const HISTORIES: u64 = 8_000;
const HISTORY_EVENTS: usize = 1_000;

/// Engine and model in every small script.
pub(super) fn exhaustive(jobs: u64) -> bool {
    let begun = Instant::now();
    let tried = AtomicU64::new(0);
    let threads = usize::try_from(jobs).unwrap_or(1);
    for scope in EngineScope::WHOLE {
        if let Err(violation) = engine_world::exhaustive(scope, threads, &tried) {
            say(&format!("FAILED  {violation}"));
            return false;
        }
    }
    say(&format!(
        "engine: {} scripts, every one of two people and of three in 4 steps, {:.1} s",
        tried.load(Ordering::Relaxed),
        begun.elapsed().as_secs_f64()
    ));
    true
}

/// Engine and model in long histories.
pub(super) fn histories(base: u64, jobs: u64) -> bool {
    let begun = Instant::now();
    let step = usize::try_from(jobs).unwrap_or(1);
    let share = |job: u64| (base + job..base + HISTORIES).step_by(step);
    let events = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs)
            .map(|job| scope.spawn(move || engine_world::histories(share(job), HISTORY_EVENTS)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("a history does not panic"))
            .sum::<Result<u64, _>>()
    });
    match events {
        Ok(events) => {
            let took = begun.elapsed();
            say(&format!(
                "engine: {HISTORIES} histories, {events} events in lockstep, {:.1} s",
                took.as_secs_f64()
            ));
            true
        }
        Err(violation) => {
            say(&format!("FAILED  {violation}"));
            false
        }
    }
}

/// Every fault at every event of the base scenarios.
pub(super) fn faults() -> bool {
    let begun = Instant::now();
    let mut shown = sweep::Shown::default();
    for base in sweep::BASES {
        if let Err(failure) = sweep::faults(base, &mut shown) {
            let again = "cargo sim sweep faults";
            single::explain(&failure.plan, World::Memory, &failure.violation, again);
            return false;
        }
    }
    for fault in shown.missing() {
        say(&format!(
            "FAILED  Coverage: {fault} never had an effect, in {} plans",
            shown.tally.plans
        ));
    }
    let tally = &shown.tally;
    let effective: u64 = tally.ledger.cells().map(|(.., cell)| cell.effective).sum();
    say(&format!(
        "faults: {} plans, each fault at each event of {} scenarios, {effective} effective, {:.1} s",
        tally.plans,
        sweep::BASES.len(),
        begun.elapsed().as_secs_f64()
    ));
    shown.missing().is_empty()
}

/// Every scenario by name.
pub(super) fn scenarios() -> bool {
    let begun = Instant::now();
    match sweep::scenarios(1, &mut Tally::default()) {
        Ok(plans) => {
            let took = begun.elapsed().as_secs_f64();
            say(&format!(
                "scenarios: {plans} plans, each by name in both worlds, {took:.1} s"
            ));
            true
        }
        Err((world, failure)) => {
            single::explain(
                &failure.plan,
                world,
                &failure.violation,
                "cargo sim sweep scenarios",
            );
            false
        }
    }
}

/// Every plan of the corpus, in every world.
pub(super) fn corpus() -> bool {
    let begun = Instant::now();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let plans = match sim::corpus::read(&folder) {
        Ok(plans) => plans,
        Err(error) => {
            say(&format!("The corpus cannot be read: {error}."));
            return false;
        }
    };
    for (path, plan) in &plans {
        if !holds(path, plan) {
            return false;
        }
    }
    let took: Duration = begun.elapsed();
    say(&format!(
        "corpus: {} plans, each in both worlds, {:.1} s",
        plans.len(),
        took.as_secs_f64()
    ));
    !plans.is_empty()
}

fn holds(path: &std::path::Path, plan: &Plan) -> bool {
    World::SIMULATED.into_iter().all(|world| {
        let judged = check(plan, world, Times::Twice, &mut Tally::default());
        if let Err(violation) = &judged {
            let again = format!("cargo sim plan {} --world {}", path.display(), world.name());
            single::explain(plan, world, violation, &again);
        }
        judged.is_ok()
    })
}

/// The table of what each network does, compared with the one that is kept.
pub(super) fn conformance() -> bool {
    let begun = Instant::now();
    let table = sim::conformance::table();
    if table == sim::conformance::golden() {
        let took = begun.elapsed();
        say(&format!(
            "conformance: the networks do what sim/conformance.txt says, {:.1} s",
            took.as_secs_f64()
        ));
        return true;
    }
    say(table.trim_end());
    say(
        "FAILED  a network does not do what sim/conformance.txt says (the table above is what it does)",
    );
    false
}

/// The scenarios over loopback, behind a faulty proxy, in real time and at once.
pub(super) fn kernel() -> bool {
    let begun = Instant::now();
    match sweep::kernel() {
        Ok(plans) => {
            let took = begun.elapsed().as_secs_f64();
            say(&format!(
                "kernel: {plans} scenarios over loopback, {took:.1} s"
            ));
            true
        }
        Err(failure) => {
            say(&format!(
                "FAILED  {}\n        \"{}\" over loopback\n\n{}",
                failure.violation, failure.plan.name, failure.plan
            ));
            false
        }
    }
}
