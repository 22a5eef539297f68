//! The real server in a simulated network: every scenario, for some seeds.
//!
//! `ROOMFUL_SIM_SEED=42` runs that seed alone; `ROOMFUL_SIM_SEEDS=1..=100` a range.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use sim::{Plan, Run, fingerprint, oracle, scenarios};

/// The seeds that the environment asks for, or a few.
fn seeds() -> Vec<u64> {
    if let Ok(seed) = std::env::var("ROOMFUL_SIM_SEED") {
        return vec![seed.parse().unwrap()];
    }
    if let Ok(range) = std::env::var("ROOMFUL_SIM_SEEDS") {
        let (first, last) = range
            .split_once("..=")
            .expect("ROOMFUL_SIM_SEEDS=FIRST..=LAST");
        return (first.parse().unwrap()..=last.parse().unwrap()).collect();
    }
    (1..=3).collect()
}

/// Runs a plan; a failure says which seed shows it again.
fn run(plan: &Plan) -> Run {
    let judged = catch_unwind(AssertUnwindSafe(|| {
        let run = sim::run(plan);
        oracle::judge(plan, &run).map(|()| run)
    }));
    let (name, seed) = (plan.name, plan.seed);
    let again = format!("again: ROOMFUL_SIM_SEED={seed} cargo test --test simulation");
    match judged {
        Ok(Ok(run)) => run,
        Ok(Err(what)) => panic!("scenario \"{name}\", seed {seed}: {what}\n{again}"),
        Err(_) => panic!("scenario \"{name}\", seed {seed} panicked (see above)\n{again}"),
    }
}

#[test]
fn every_scenario_keeps_the_promises() {
    for seed in seeds() {
        for (_, scenario) in scenarios::ALL {
            let run = run(&scenario(seed));
            assert!(run.steps > 1_000);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in seeds() {
        for plan in [
            scenarios::chatter(seed),
            scenarios::cleanup(seed),
            scenarios::disconnect_by_crash(seed),
        ] {
            let (one, other) = (run(&plan), run(&plan));
            let first = one
                .heard
                .iter()
                .zip(&other.heard)
                .find(|(one, other)| one != other);
            assert_eq!(
                first, None,
                "the first difference of \"{}\", seed {seed}",
                plan.name
            );
            assert_eq!(fingerprint(&one.heard), fingerprint(&other.heard));
        }
    }
}

#[test]
fn another_seed_gives_another_run() {
    let fingerprints = [1, 2].map(|seed| fingerprint(&run(&scenarios::chatter(seed)).heard));
    assert_ne!(fingerprints[0], fingerprints[1]);
}

#[test]
fn new_connections_of_one_address_wait_for_their_turn() {
    let plan = scenarios::connect_rate(1);
    let run = run(&plan);
    let is_welcome = |line: &str| line.starts_with("-- Welcome");
    let welcomed: Vec<u64> = run
        .heard
        .iter()
        .filter(|heard| heard.line.as_deref().is_some_and(is_welcome))
        .map(|heard| heard.step)
        .collect();
    assert_eq!(welcomed.len(), 24);
    assert!(welcomed[19] < 200, "twenty at once: {welcomed:?}");
    for (late, number) in welcomed[20..].iter().zip(1..) {
        let due = 500 * number;
        assert!(
            (due..due + 200).contains(late),
            "then two a second: {welcomed:?}"
        );
    }
}
