//! Each fault at each event of the base scenarios.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::oracle::Violation;
use crate::plan::{Fault, Plan, Step, Way};
use crate::scenarios;
use crate::trace::What;
use crate::world::{World, run};
use crate::{Tally, Times, check};

/// How long what lasts lasts.
const LASTS: Duration = Duration::from_secs(2);

/// How many moments of one scenario are struck; of more, every so many-eth.
const MOMENTS_MAX: usize = 60;

/// The base scenarios, by name: join, leave, every disconnect, cleanup, holds, a
/// stop, a race for a nickname, private words, and what was said before.
pub const BASES: [scenarios::Scenario; 11] = [
    scenarios::join,
    scenarios::leave,
    scenarios::disconnect_by_close,
    scenarios::history,
    scenarios::disconnect_by_reset,
    scenarios::disconnect_by_end_of_input,
    scenarios::disconnect_by_crash,
    scenarios::cleanup,
    scenarios::hold_and_release,
    scenarios::nick_race,
    scenarios::private_words,
];

/// A plan of the sweep that breaks a promise.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The plan.
    pub plan: Plan,
    /// What it breaks.
    pub violation: Violation,
}

/// What the sweep of faults has shown so far.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// Everything that was run.
    pub tally: Tally,
    /// In how many plans each fault, by its name in plans, had an effect that the
    /// scenario without it has not.
    effects: BTreeMap<String, u64>,
}

impl Shown {
    /// The faults that never had an effect.
    #[must_use]
    pub fn missing(&self) -> Vec<&str> {
        let none = self.effects.iter().filter(|(_, effects)| **effects == 0);
        none.map(|(name, _)| name.as_str()).collect()
    }

    fn add(&mut self, fault: &Fault, plain: &Tally, struck: &Tally) {
        let kind = fault.kind();
        let has_effect = struck.ledger.effective(kind) > plain.ledger.effective(kind);
        let name = fault.to_string();
        let name = name.split(' ').next().unwrap_or_default();
        *self.effects.entry(name.into()).or_default() += u64::from(has_effect);
        self.tally.merge(struck);
    }
}

/// Runs a base scenario with every fault at every event, in the memory world; how
/// many plans there were.
///
/// # Errors
/// The first plan that breaks a promise.
pub fn faults(base: scenarios::Scenario, shown: &mut Shown) -> Result<u64, Box<Failure>> {
    let plan = unhurried(&base(1));
    let mut plain = Tally::default();
    if let Err(violation) = check(&plan, World::Memory, Times::Once, &mut plain) {
        return Err(Box::new(Failure { plan, violation }));
    }
    let moments = moments(&plan);
    let mut plans = 0;
    for at in moments {
        for faults in strikes(&plan, at) {
            let mut struck = plan.clone();
            struck.name = format!(
                "{} with {} at {} ms",
                plan.name,
                faults[0].1,
                at.as_millis()
            );
            for (at, fault) in &faults {
                struck.fault(*at, fault.clone());
            }
            plans += 1;
            let mut tally = Tally::default();
            if let Err(violation) = check(&struck, World::Memory, Times::Once, &mut tally) {
                let plan = struck;
                return Err(Box::new(Failure { plan, violation }));
            }
            shown.add(&faults[0].1, &plain, &tally);
        }
    }
    Ok(plans)
}

/// Runs every scenario in each simulated world; how many plans there were.
///
/// # Errors
/// One that breaks a promise.
pub fn scenarios(seed: u64, tally: &mut Tally) -> Result<u64, (World, Box<Failure>)> {
    let mut plans = 0;
    for scenario in scenarios::ALL {
        for world in World::SIMULATED {
            let plan = scenario(seed);
            plans += 1;
            if let Err(violation) = check(&plan, world, Times::Twice, tally) {
                return Err((world, Box::new(Failure { plan, violation })));
            }
        }
    }
    Ok(plans)
}

/// Runs the scenarios of the kernel world, all at once, since each takes its real
/// time; how many there were.
///
/// # Errors
/// One that breaks a promise.
pub fn kernel() -> Result<usize, Box<Failure>> {
    let one = |scenario: scenarios::Scenario| {
        let plan = scenario(1);
        match check(&plan, World::Kernel, Times::Once, &mut Tally::default()) {
            Ok(_) => Ok(()),
            Err(violation) => Err(Box::new(Failure { plan, violation })),
        }
    };
    std::thread::scope(|scope| {
        let running = scenarios::KERNEL
            .iter()
            .map(|scenario| scope.spawn(move || one(*scenario)));
        let running: Vec<_> = running.collect();
        for thread in running {
            thread.join().expect("a run does not panic")?;
        }
        Ok(scenarios::KERNEL.len())
    })
}

/// Who waits for words that a fault may silence waits for some time instead.
fn unhurried(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    for person in &mut plan.people {
        for step in &mut person.script {
            if matches!(step, Step::Hear(_) | Step::HearOut) {
                *step = Step::Wait(Duration::from_secs(1));
            }
        }
    }
    plan
}

/// When something happens in a plan as it is, and the millisecond after.
fn moments(plan: &Plan) -> Vec<Duration> {
    let events = run(plan, World::Memory).events;
    let ends = u64::try_from(plan.ends_at.as_millis()).unwrap_or(u64::MAX);
    let mut moments = BTreeSet::new();
    for event in events
        .iter()
        .filter(|event| event.at < ends && !matches!(event.what, What::Log(_)))
    {
        moments.extend([event.at, event.at + 1]);
    }
    let every = moments.len().div_ceil(MOMENTS_MAX).max(1);
    moments
        .into_iter()
        .step_by(every)
        .map(Duration::from_millis)
        .collect()
}

/// Every fault that can strike at a moment, with its end if it has one.
fn strikes(plan: &Plan, at: Duration) -> Vec<Vec<(Duration, Fault)>> {
    let mut strikes = vec![
        vec![(at, Fault::AcceptErrors(2))],
        vec![(at, Fault::Pause(LASTS))],
        vec![(at, Fault::Kill), (at + LASTS, Fault::Restart)],
        vec![(at, Fault::Stop)],
    ];
    if plan.settings.history().is_some() {
        strikes.extend([
            vec![(at, Fault::DiskFull(LASTS))],
            vec![(at, Fault::DiskSlow(LASTS, LASTS / 4))],
            vec![(at, Fault::DiskErrors(2))],
            vec![(at, Fault::DiskTorn(2))],
            vec![(at, Fault::DiskUnreadable(2))],
            vec![(at, Fault::DiskRefuses(2))],
        ]);
    }
    for host in 0..plan.hosts() {
        for way in [Way::Both, Way::In, Way::Out] {
            strikes.push(vec![
                (at, Fault::Hold(host, way)),
                (at + LASTS, Fault::Release(host, way)),
            ]);
        }
        strikes.push(vec![(at, Fault::Crash(host))]);
        strikes.push(vec![(at, Fault::PowerLoss(host))]);
    }
    for person in 0..plan.people.len().min(4) {
        strikes.push(vec![(at, Fault::Cut(person))]);
        strikes.push(vec![(at, Fault::Silence(person))]);
    }
    strikes
}
