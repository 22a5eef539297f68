//! The real server in simulated worlds: a short sweep of each, every scenario, and
//! the oracles themselves. `cargo sim` does the same at length.

mod corrupted_past;
mod corruptions;

use sim::{Key, Plan, Tally, Times, What, World, check, scenarios, swarm};

/// Runs a plan twice and judges it; a failure says how to see it again.
fn holds(plan: &Plan, world: World) -> u128 {
    check(plan, world, Times::Twice, &mut Tally::default()).unwrap_or_else(|violation| {
        panic!(
            "\"{}\" in the {} world: {violation}\n\n{plan}",
            plan.name,
            world.name()
        )
    })
}

fn sweep(world: World, seeds: impl Iterator<Item = u64>) {
    for seed in seeds {
        let plan = swarm::draw(seed, world);
        if let Err(violation) = check(&plan, world, Times::Twice, &mut Tally::default()) {
            let again = format!("cargo sim --seed {seed} --world {}", world.name());
            panic!("{violation}\nexplained by: {again}");
        }
    }
}

/// The base of the seeds: fresh ones each day, so that time finds more.
fn base() -> u64 {
    let today = std::time::UNIX_EPOCH
        .elapsed()
        .map_or(0, |elapsed| elapsed.as_secs() / 86_400);
    today * 1000
}

#[test]
fn a_short_sweep_of_the_memory_world() {
    sweep(World::Memory, (1..=400).chain(base()..base() + 100));
}

#[test]
fn a_short_sweep_of_the_turmoil_world() {
    sweep(World::Turmoil, (1..=10).chain(base()..base() + 5));
}

#[test]
fn every_scenario_keeps_the_promises_in_memory() {
    for scenario in scenarios::ALL {
        for seed in 1..=3 {
            holds(&scenario(seed), World::Memory);
        }
    }
}

#[test]
fn every_scenario_keeps_the_promises_in_turmoil() {
    for scenario in scenarios::ALL {
        holds(&scenario(1), World::Turmoil);
    }
}

#[test]
fn another_seed_gives_another_run() {
    for world in World::SIMULATED {
        let hashes = [1, 2].map(|seed| holds(&scenarios::chatter(seed), world));
        assert_ne!(hashes[0], hashes[1]);
    }
}

#[test]
fn new_connections_of_one_address_wait_for_their_turn() {
    for world in World::SIMULATED {
        let plan = scenarios::connect_rate(1);
        assert_eq!(plan.settings.get(Key::ConnectBurst), 20);
        let run = sim::run(&plan, world);
        let welcomed: Vec<u64> = run
            .events
            .iter()
            .filter(|event| matches!(&event.what, What::Heard(_, line) if line.starts_with("-- Welcome")))
            .map(|event| event.at)
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
}

#[test]
fn the_networks_do_what_the_table_says() {
    assert_eq!(sim::conformance::table(), sim::conformance::golden());
}

#[test]
fn every_plan_of_the_corpus_holds() {
    let plans = sim::corpus::read("corpus".as_ref()).expect("the corpus can be read");
    assert!(plans.len() >= 5, "the corpus is there");
    for (path, plan) in &plans {
        for world in World::SIMULATED {
            if let Err(violation) = check(plan, world, Times::Twice, &mut Tally::default()) {
                panic!(
                    "{violation}\nexplained by: cargo sim plan {} --world {}",
                    path.display(),
                    world.name()
                );
            }
        }
    }
}

#[test]
fn each_fault_at_each_event_of_a_scenario() {
    let mut shown = sim::sweep::Shown::default();
    for base in &sim::sweep::BASES[..4] {
        if let Err(failure) = sim::sweep::faults(*base, &mut shown) {
            panic!("{}\n\n{}", failure.violation, failure.plan);
        }
    }
    assert!(shown.tally.plans > 500, "{} plans", shown.tally.plans);
    assert_eq!(shown.missing(), Vec::<&str>::new());
}

#[test]
fn scenarios_keep_the_promises_over_loopback() {
    if let Err(failure) = sim::sweep::kernel() {
        panic!(
            "\"{}\" over loopback: {}",
            failure.plan.name, failure.violation
        );
    }
}
