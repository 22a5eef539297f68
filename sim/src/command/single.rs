//! One plan: run, judged, shown; and made small when it fails.

use std::path::Path;
use std::time::Duration;

use sim::{
    Plan, Tally, Times, Violation, World, check, fingerprint, report, run_safely, shrink, swarm,
};

use super::{files, say};

/// How long a failure is made smaller at most.
const PATIENCE: Duration = Duration::from_secs(60);

/// One seed.
pub(super) fn seed(seed: u64, world: World, trace: bool) -> bool {
    let again = format!("cargo sim --seed {seed} --world {}", world.name());
    show(&swarm::draw(seed, world), world, trace, &again)
}

/// A plan from a file.
pub(super) fn plan(file: &Path, world: World, trace: bool) -> bool {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            say(&format!("{} cannot be read: {error}.", file.display()));
            return false;
        }
    };
    match text.parse::<Plan>() {
        Ok(plan) => {
            let again = format!("cargo sim plan {} --world {}", file.display(), world.name());
            show(&plan, world, trace, &again)
        }
        Err(error) => {
            say(&format!("{} is no plan: {error}.", file.display()));
            false
        }
    }
}

fn show(plan: &Plan, world: World, trace: bool, again: &str) -> bool {
    say(&report::configuration(plan, world));
    if trace {
        show_trace(plan, world);
    }
    let times = match world {
        World::Kernel => Times::Once,
        World::Memory | World::Turmoil => Times::Twice,
    };
    match check(plan, world, times, &mut Tally::default()) {
        Ok(hash) => {
            say("every promise held");
            say(&format!("{hash:032x}"));
            true
        }
        Err(violation) => {
            explain(plan, world, &violation, again);
            // The hash of the run as it is, so that a repetition can be compared.
            if let Ok(run) = run_safely(plan, world) {
                say(&format!("{:032x}", fingerprint(&run.events)));
            }
            false
        }
    }
}

fn show_trace(plan: &Plan, world: World) {
    match run_safely(plan, world) {
        Ok(run) => {
            for event in &run.events {
                say(&format!("{:>9}  {:?}", event.at, event.what));
            }
        }
        Err(violation) => say(&violation.to_string()),
    }
}

/// Makes a failing plan small, keeps it, and tells what it shows.
pub(super) fn explain(plan: &Plan, world: World, violation: &Violation, again: &str) {
    let shrunk = shrink(plan, world, violation, PATIENCE);
    let name = format!("{}-{}-{:?}", world.name(), plan.seed, violation.oracle).to_lowercase();
    match run_safely(&shrunk.plan, world) {
        Ok(run) => say(&report::failure(plan, world, &shrunk, &run, again)),
        Err(violation) => say(&format!(
            "FAILED  {violation}\nagain   {again}\n\n{}",
            shrunk.plan
        )),
    }
    match files::keep_failure(&name, &shrunk.plan) {
        Ok(path) => say(&format!(
            "kept    cargo sim plan {} --world {}",
            path.display(),
            world.name()
        )),
        Err(error) => say(&format!("The plan could not be written: {error}.")),
    }
}

/// The smallest plan that fails as a seed does, into a file.
pub(super) fn shrink_seed(seed: u64, world: World, output: &Path) -> bool {
    let plan = swarm::draw(seed, world);
    let Err(violation) = check(&plan, world, Times::Twice, &mut Tally::default()) else {
        say(&format!(
            "Seed {seed} breaks no promise in the {} world.",
            world.name()
        ));
        return false;
    };
    let mut shrunk = shrink(&plan, world, &violation, PATIENCE);
    shrunk.plan.name = format!("{:?} of seed {seed}", violation.oracle).to_lowercase();
    if let Err(error) = std::fs::write(output, shrunk.plan.to_string()) {
        say(&format!("{} cannot be written: {error}.", output.display()));
        return false;
    }
    say(&format!(
        "{}\n{} steps and faults instead of {}, in {}",
        shrunk.violation,
        shrunk.plan.size(),
        plan.size(),
        output.display()
    ));
    true
}
