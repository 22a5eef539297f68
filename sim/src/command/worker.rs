//! One process of a campaign: runs its share of the seeds, and tells the parent
//! line by line. A process of its own for each share, because tokio counts its
//! tasks per process, and turmoil's runs depend on that count.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use clap::Args;
use sim::{ATLAS, PHASES, Tally, Times, World, check, swarm};
use tokio::time::Instant;

use super::{say, world};

/// How long one plan may take on this machine, whatever its load.
const STUCK_AFTER: Duration = Duration::from_secs(120);

/// How many failures a share tells of.
const FAILURES_MAX: usize = 5;

/// What a process of a campaign is told to do.
#[derive(Args, Clone)]
pub(crate) struct Order {
    /// memory or turmoil
    #[arg(long, value_parser = world)]
    pub(crate) world: World,
    /// The first seed
    #[arg(long)]
    pub(crate) first: u64,
    /// The last seed
    #[arg(long)]
    pub(crate) last: u64,
    /// From each seed to the next
    #[arg(long)]
    pub(crate) stride: u64,
    /// Stop after so many milliseconds
    #[arg(long)]
    pub(crate) millis: Option<u64>,
    /// But not before so many plans
    #[arg(long, default_value_t = 0)]
    pub(crate) least: u64,
    /// Tell the hash of each
    #[arg(long)]
    pub(crate) hashes: bool,
}

impl Order {
    /// As arguments of a command line.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["worker".into(), "--world".into(), self.world.name().into()];
        let numbers = [
            ("--first", self.first),
            ("--last", self.last),
            ("--stride", self.stride),
            ("--least", self.least),
        ];
        for (name, number) in numbers {
            arguments.extend([name.into(), number.to_string()]);
        }
        if let Some(millis) = self.millis {
            arguments.extend(["--millis".into(), millis.to_string()]);
        }
        if self.hashes {
            arguments.push("--hashes".into());
        }
        arguments
    }
}

/// Runs a share of the seeds.
pub(super) fn work(order: &Order) -> bool {
    let current = Arc::new(AtomicU64::new(order.first));
    watch(Arc::clone(&current));
    let begun = Instant::now();
    let mut tally = Tally::default();
    let mut failures = 0;
    let (mut told, mut told_at) = (0, begun);
    let step = usize::try_from(order.stride).unwrap_or(usize::MAX);
    for seed in (order.first..=order.last).step_by(step) {
        let is_late = order
            .millis
            .is_some_and(|millis| begun.elapsed() > Duration::from_millis(millis));
        if is_late && tally.plans >= order.least {
            break;
        }
        current.store(seed, Ordering::Relaxed);
        let plan = swarm::draw(seed, order.world);
        match check(&plan, order.world, Times::Twice, &mut tally) {
            Ok(hash) if order.hashes => say(&format!("hash {seed} {hash:032x}")),
            Ok(_) => {}
            Err(violation) => {
                say(&format!(
                    "fail {seed} {:?} {}",
                    violation.oracle,
                    violation.what.replace('\n', " ")
                ));
                failures += 1;
            }
        }
        if told_at.elapsed() > Duration::from_millis(100) {
            say(&format!("done {} {}", tally.plans - told, tally.simulated));
            (told, told_at) = (tally.plans, Instant::now());
        }
        if failures >= FAILURES_MAX {
            break;
        }
    }
    say(&format!("done {} {}", tally.plans - told, tally.simulated));
    tell(&tally);
    true
}

fn tell(tally: &Tally) {
    say(&format!(
        "sum {} {} {} {} {}",
        tally.plans, tally.runs, tally.simulated, tally.events, tally.seams
    ));
    for (kind, phase, cell) in tally.ledger.cells() {
        say(&format!(
            "cell {} {} {} {} {}",
            kind as usize, phase as usize, cell.injected, cell.effective, cell.survived
        ));
    }
    for (number, (_, count)) in tally.sometimes.counts().enumerate() {
        say(&format!("often {number} {count}"));
    }
}

/// A run that hangs (a busy loop that no network sees) ends the process.
fn watch(current: Arc<AtomicU64>) {
    let watching = move || {
        let mut seen: VecDeque<u64> = VecDeque::new();
        let steps = usize::try_from(STUCK_AFTER.as_secs()).unwrap_or(usize::MAX);
        loop {
            std::thread::park_timeout(Duration::from_secs(1));
            let seed = current.load(Ordering::Relaxed);
            seen.push_back(seed);
            if seen.len() > steps {
                seen.pop_front();
                if seen.iter().all(|other| *other == seed) {
                    say(&format!(
                        "fail {seed} Progress a busy loop: the run does not end"
                    ));
                    std::process::exit(1);
                }
            }
        }
    };
    std::thread::spawn(watching);
}

/// What the parent has heard from one process.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) tally: Tally,
    pub(crate) failures: Vec<(u64, String)>,
    pub(crate) hashes: Vec<(u64, String)>,
    has_ended: bool,
}

impl Heard {
    /// Takes a line; how many plans are done since the last, if it says so.
    pub(crate) fn take(&mut self, line: &str) -> Option<(u64, u64)> {
        let mut words = line.split(' ');
        let word = words.next()?;
        let rest: Vec<&str> = words.collect();
        let number = |at: usize| {
            rest.get(at)
                .and_then(|word| word.parse::<u64>().ok())
                .unwrap_or(0)
        };
        match word {
            "done" => return Some((number(0), number(1))),
            "hash" => self
                .hashes
                .push((number(0), rest.get(1).copied().unwrap_or("").into())),
            "fail" => self.failures.push((number(0), rest[1..].join(" "))),
            "sum" => {
                self.has_ended = true;
                let tally = &mut self.tally;
                (tally.plans, tally.runs) = (number(0), number(1));
                (tally.simulated, tally.events) = (number(2), number(3));
                tally.seams = number(4);
            }
            "cell" => self.take_cell(&[number(0), number(1), number(2), number(3), number(4)]),
            "often" => self.tally.sometimes.put(index(number(0)), number(1)),
            _ => {}
        }
        None
    }

    fn take_cell(&mut self, numbers: &[u64; 5]) {
        let [kind, phase, injected, effective, survived] = *numbers;
        let (Some((kind, ..)), Some((phase, _))) =
            (ATLAS.get(index(kind)), PHASES.get(index(phase)))
        else {
            return;
        };
        let cell = sim::Cell {
            injected,
            effective,
            survived,
        };
        self.tally.ledger.put(*kind, *phase, cell);
    }

    /// Whether it told of everything: a process that died has not.
    pub(crate) fn is_whole(&self) -> bool {
        self.has_ended || !self.failures.is_empty()
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
