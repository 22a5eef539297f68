//! Delta debugging: the shortest plan that still breaks the same promise.

use std::time::Duration;

use tokio::time::Instant;

use crate::check::{Tally, Times, check};
use crate::oracle::{Oracle, Violation};
use crate::plan::{Fault, Plan, Step};
use crate::world::World;

/// A plan that fails, made small.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The small plan.
    pub plan: Plan,
    /// What it breaks.
    pub violation: Violation,
    /// How many plans were tried.
    pub tried: u32,
    /// Faults that it needs: taken away, the failure vanishes.
    pub necessary: Vec<String>,
}

/// Makes a plan that fails small, for at most this long.
#[must_use]
pub fn shrink(plan: &Plan, world: World, violation: &Violation, patience: Duration) -> Shrunk {
    let mut shrinker = Shrinker {
        world,
        oracle: violation.oracle,
        best: plan.clone(),
        violation: violation.clone(),
        tried: 0,
        give_up: Instant::now() + patience,
    };
    let mut size = usize::MAX;
    while shrinker.weight() < size && !shrinker.is_late() {
        size = shrinker.weight();
        shrinker.without_people();
        shrinker.without_faults();
        shrinker.without_steps();
        shrinker.without_settings();
        shrinker.with_shorter_words();
    }
    let necessary = shrinker.necessary();
    Shrunk {
        plan: shrinker.best,
        violation: shrinker.violation,
        tried: shrinker.tried,
        necessary,
    }
}

struct Shrinker {
    world: World,
    oracle: Oracle,
    best: Plan,
    violation: Violation,
    tried: u32,
    give_up: Instant,
}

/// What is done at a moment: the unit that is taken away.
type Unit = Vec<Step>;

impl Shrinker {
    fn is_late(&self) -> bool {
        Instant::now() > self.give_up
    }

    fn weight(&self) -> usize {
        let words: usize = self.best.to_string().len();
        self.best.size() * 1000 + words
    }

    /// Whether a plan breaks the same promise; if so it is the best from now on.
    fn takes(&mut self, plan: Plan) -> bool {
        if self.is_late() || plan == self.best {
            return false;
        }
        let Some(violation) = self.fails(&plan) else {
            return false;
        };
        self.best = plan;
        self.violation = violation;
        true
    }

    fn fails(&mut self, plan: &Plan) -> Option<Violation> {
        self.tried += 1;
        let times = match self.oracle {
            Oracle::Determinism => Times::Twice,
            _ => Times::Once,
        };
        let judged = check(plan, self.world, times, &mut Tally::default());
        judged
            .err()
            .filter(|violation| violation.is_like(&self.violation))
    }

    /// People keep their numbers: who goes has an empty script.
    fn without_people(&mut self) {
        for number in (0..self.best.people.len()).rev() {
            let mut plan = self.best.clone();
            if !plan.people[number].script.is_empty() {
                plan.people[number].script.clear();
                self.takes(plan);
            }
        }
        while self
            .best
            .people
            .last()
            .is_some_and(|last| last.script.is_empty())
        {
            let mut plan = self.best.clone();
            plan.people.pop();
            if !self.takes(plan) {
                return;
            }
        }
    }

    fn without_faults(&mut self) {
        let mut chunk = self.best.faults.len();
        while chunk > 0 {
            let mut from = 0;
            while from < self.best.faults.len() {
                let mut plan = self.best.clone();
                let to = (from + chunk).min(plan.faults.len());
                plan.faults.drain(from..to);
                if !self.takes(plan) {
                    from += chunk;
                }
            }
            chunk /= 2;
        }
    }

    fn without_steps(&mut self) {
        for number in 0..self.best.people.len() {
            let mut chunk = units(&self.best.people[number].script).len();
            while chunk > 0 {
                self.without_chunks(number, chunk);
                chunk /= 2;
            }
        }
    }

    fn without_chunks(&mut self, number: usize, chunk: usize) {
        let mut from = 0;
        loop {
            let mut units = units(&self.best.people[number].script);
            if from >= units.len() || self.is_late() {
                return;
            }
            let to = (from + chunk).min(units.len());
            units.drain(from..to);
            let mut plan = self.best.clone();
            plan.people[number].script = units.concat();
            if !self.takes(plan) {
                from += chunk;
            }
        }
    }

    fn without_settings(&mut self) {
        let changed: Vec<&str> = self.best.settings.changed().map(|(name, _)| name).collect();
        for name in changed {
            let mut plan = self.best.clone();
            plan.settings.reset(name);
            self.takes(plan);
        }
    }

    /// Pastes lose lines, and long words their tails.
    fn with_shorter_words(&mut self) {
        for number in 0..self.best.people.len() {
            for place in 0..self.best.people[number].script.len() {
                for shorter in shorter(&self.best.people[number].script[place]) {
                    let mut plan = self.best.clone();
                    plan.people[number].script[place] = shorter;
                    if self.takes(plan) {
                        break;
                    }
                }
            }
        }
    }

    fn necessary(&mut self) -> Vec<String> {
        let mut necessary = Vec::new();
        for place in 0..self.best.faults.len() {
            let (at, fault) = self.best.faults[place].clone();
            let mut plan = self.best.clone();
            plan.faults.remove(place);
            // A release is no fault, but the end of one.
            if !matches!(fault, Fault::Release(..)) && self.fails(&plan).is_none() {
                necessary.push(format!("{fault} at {} ms", at.as_millis()));
            }
        }
        for number in 0..self.best.people.len() {
            for place in 0..self.best.people[number].script.len() {
                let step = self.best.people[number].script[place].clone();
                let mut plan = self.best.clone();
                plan.people[number].script.remove(place);
                if is_fault(&step) && self.fails(&plan).is_none() {
                    necessary.push(format!("{step} of person {number}"));
                }
            }
        }
        necessary
    }
}

fn is_fault(step: &Step) -> bool {
    match step {
        Step::StopReading
        | Step::ReadSlowly(_)
        | Step::EndInput
        | Step::Close
        | Step::Reset
        | Step::Vanish
        | Step::Reboot
        | Step::Send(_)
        | Step::Dribble(_) => true,
        Step::At(_)
        | Step::Wait(_)
        | Step::Connect
        | Step::Say(_)
        | Step::Hear(_)
        | Step::ReadOn
        | Step::HearOut
        | Step::FetchSkipped => false,
    }
}

/// A script in pieces: moments go with what is done at them.
fn units(script: &[Step]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut unit = Unit::new();
    for step in script {
        let is_moment = matches!(step, Step::At(_) | Step::Wait(_));
        unit.push(step.clone());
        if !is_moment {
            units.push(std::mem::take(&mut unit));
        }
    }
    if !unit.is_empty() {
        units.push(unit);
    }
    units
}

fn shorter(step: &Step) -> Vec<Step> {
    match step {
        Step::Say(line) if line.chars().count() > 30 => {
            vec![Step::Say(line.chars().take(20).collect())]
        }
        Step::Send(bytes) => {
            let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
            let half = lines.len() / 2;
            let mut shorter = vec![lines[..half].concat(), lines[half..].concat()];
            shorter.extend((0..lines.len()).map(|gone| {
                let kept = lines
                    .iter()
                    .enumerate()
                    .filter(|(number, _)| *number != gone);
                kept.flat_map(|(_, line)| line.iter().copied()).collect()
            }));
            shorter.retain(|bytes| !bytes.is_empty());
            shorter.into_iter().map(Step::Send).collect()
        }
        _ => Vec::new(),
    }
}
