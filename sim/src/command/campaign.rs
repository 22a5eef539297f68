//! Many seeds in several processes, with a progress bar, one summary line, and
//! the first failure explained.

use std::io::{BufRead as _, BufReader};
use std::ops::RangeInclusive;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use sim::{Tally, Times, World, check as check_plan, swarm};
use tokio::time::Instant;

use super::worker::{Heard, Order};
use super::{Range, files, say, single, sweeps};

/// Sweeps of at least so many seeds must fill the ledger and reach every rare
/// situation.
const LEAST_MEMORY: u64 = 10_000;
const LEAST_TURMOIL: u64 = 300;

/// What a whole run does in each world, within its time; of a slow machine it takes
/// the time that the least it must do takes.
const WHOLE: [(World, u64, u64, Duration); 2] = [
    (World::Memory, 100_000, 20_000, Duration::from_secs(100)),
    (World::Turmoil, 500, LEAST_TURMOIL, Duration::from_secs(70)),
];

/// Several seeds, in one world or both.
pub(super) fn run(range: &Range) -> bool {
    let mut held = true;
    for world in worlds(range) {
        let sweep = Sweep::new(world, range.seeds.clone(), range.time, range.jobs);
        held &= sweep.run().1;
    }
    held
}

/// The budget of a CI run.
pub(super) fn whole(base: u64, jobs: u64) -> bool {
    say(&format!(
        "base {base}: `cargo sim --base {base}` repeats this run"
    ));
    let mut held = sweeps::exhaustive(jobs);
    held &= sweeps::histories(base, jobs);
    held &= sweeps::conformance();
    held &= sweeps::kernel();
    held &= sweeps::scenarios();
    held &= sweeps::corpus();
    held &= sweeps::faults();
    for (world, seeds, least, time) in WHOLE {
        let mut sweep = Sweep::new(world, base..=base + seeds - 1, Some(time), jobs);
        sweep.least = least;
        held &= sweep.run().1;
    }
    held
}

fn worlds(range: &Range) -> Vec<World> {
    range
        .world
        .map_or_else(|| World::SIMULATED.to_vec(), |world| vec![world])
}

/// Every seed twice in each of two processes; all four hashes equal.
pub(super) fn check(range: &Range) -> bool {
    worlds(range)
        .into_iter()
        .all(|world| check_world(range, world))
}

fn check_world(range: &Range, world: World) -> bool {
    let mut sweep = Sweep::new(world, range.seeds.clone(), range.time, 2);
    sweep.is_doubled = true;
    let (heard, held) = sweep.run();
    let [one, other] = &heard[..] else {
        return false;
    };
    let pairs = one.hashes.iter().zip(&other.hashes);
    let differing: Vec<u64> = pairs
        .clone()
        .filter(|(one, other)| one != other)
        .map(|((seed, _), _)| *seed)
        .collect();
    let count = pairs.count();
    let is_whole = one.hashes.len() == other.hashes.len() && count > 0;
    let equal = count - differing.len();
    say(&format!(
        "{}: {equal} of {count} seeds with equal hashes, in two runs each of two processes",
        world.name()
    ));
    if let Some(seed) = differing.first() {
        say(&format!(
            "the first that differs: cargo sim --seed {seed} --world {}",
            world.name()
        ));
    }
    held && is_whole && differing.is_empty()
}

struct Sweep {
    world: World,
    seeds: RangeInclusive<u64>,
    time: Option<Duration>,
    jobs: u64,
    /// Plans that are run however long they take.
    least: u64,
    /// Every process runs all seeds, instead of its share.
    is_doubled: bool,
}

impl Sweep {
    fn new(world: World, seeds: RangeInclusive<u64>, time: Option<Duration>, jobs: u64) -> Self {
        Self {
            world,
            seeds,
            time,
            jobs: jobs.max(1),
            least: 0,
            is_doubled: false,
        }
    }

    /// Runs everything; what each process told, and whether every promise held.
    fn run(&self) -> (Vec<Heard>, bool) {
        let begun = Instant::now();
        let heard = self.listen();
        let mut tally = Tally::default();
        for one in &heard {
            tally.merge(&one.tally);
        }
        self.summarise(&tally, begun.elapsed());
        let mut failures: Vec<&(u64, String)> =
            heard.iter().flat_map(|one| &one.failures).collect();
        failures.sort();
        for (seed, what) in &failures {
            say(&format!("  seed {seed}: {what}"));
        }
        if let Some((seed, _)) = failures.first() {
            self.explain(*seed);
        }
        let is_whole = heard.iter().all(Heard::is_whole);
        if !is_whole {
            say("A process of the sweep died: run it again with --jobs 1 to see why.");
        }
        let is_covered = self.is_covered(&tally);
        let held = failures.is_empty() && is_whole && is_covered;
        (heard, held)
    }

    fn orders(&self) -> Vec<Order> {
        let order = |share: u64| Order {
            world: self.world,
            first: self.seeds.start() + if self.is_doubled { 0 } else { share },
            last: *self.seeds.end(),
            stride: if self.is_doubled { 1 } else { self.jobs },
            millis: self
                .time
                .map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
            least: self.least.div_ceil(self.jobs),
            hashes: self.is_doubled,
        };
        (0..self.jobs).map(order).collect()
    }

    /// Starts the processes and takes what they tell, to their ends.
    fn listen(&self) -> Vec<Heard> {
        let orders = self.orders();
        let (lines_in, lines) = sync_channel(1024);
        let mut readers = Vec::new();
        for (number, order) in orders.iter().enumerate() {
            let lines_in = lines_in.clone();
            let order = order.clone();
            readers.push(std::thread::spawn(move || {
                let told = tell_parent(&order, |line| {
                    let _ = lines_in.send((number, line));
                });
                if let Err(error) = told {
                    say(&format!(
                        "A process of the sweep could not be started: {error}."
                    ));
                }
            }));
        }
        drop(lines_in);
        let heard = self.take_lines(&lines, orders.len());
        for reader in readers {
            let _ = reader.join();
        }
        heard
    }

    fn take_lines(&self, lines: &Receiver<(usize, String)>, processes: usize) -> Vec<Heard> {
        let mut heard: Vec<Heard> = (0..processes).map(|_| Heard::default()).collect();
        let each = if self.is_doubled { self.jobs } else { 1 };
        let total = (self.seeds.end() - self.seeds.start() + 1) * each;
        let bar = ProgressBar::new(total);
        let style = ProgressStyle::with_template(
            "{prefix:>8} [{bar:32}] {pos}/{len} seeds  {per_sec}  {msg}  {elapsed}",
        );
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(self.world.name());
        let mut simulated = vec![0; processes];
        for (process, line) in lines {
            if let Some((done, so_far)) = heard[process].take(&line) {
                simulated[process] = so_far;
                bar.inc(done);
                let hours = simulated.iter().sum::<u64>() / 3_600_000;
                bar.set_message(format!("{hours} simulated hours"));
            }
        }
        bar.finish_and_clear();
        heard
    }

    /// The one line that says what was done.
    fn summarise(&self, tally: &Tally, took: Duration) {
        let (reached, reachable) = tally.sometimes.coverage(self.world);
        let effective: u64 = tally.ledger.cells().map(|(.., cell)| cell.effective).sum();
        let hours = tally.simulated / 3_600_000;
        say(&format!(
            "{}: {} seeds, {} runs, {}.{} simulated days, {effective} effective faults, {} joins with \
             their past, {reached} of {reachable} rare situations, {:.1} s",
            self.world.name(),
            tally.plans,
            tally.runs,
            hours / 24,
            hours % 24 * 10 / 24,
            tally.seams,
            took.as_secs_f64()
        ));
        let by_kind = sim::ATLAS
            .map(|(kind, number, ..)| format!("{number} {}", tally.ledger.effective(kind)));
        say(&format!(
            "  effective faults by kind: {}",
            by_kind.join(" · ")
        ));
        if self.world == World::Memory {
            files::keep_atlas(tally);
        }
    }

    /// Whether everything that must occur in a sweep of this size has occurred.
    fn is_covered(&self, tally: &Tally) -> bool {
        let least = match self.world {
            World::Memory => LEAST_MEMORY,
            World::Turmoil | World::Kernel => LEAST_TURMOIL,
        };
        if tally.plans < least || self.is_doubled {
            return true;
        }
        let mut missing: Vec<String> = tally
            .sometimes
            .missing(self.world)
            .into_iter()
            .map(String::from)
            .collect();
        if self.world == World::Memory {
            missing.extend(tally.ledger.missing());
        }
        for what in &missing {
            say(&format!(
                "FAILED  Coverage: {what}, in {} plans",
                tally.plans
            ));
        }
        missing.is_empty()
    }

    fn explain(&self, seed: u64) {
        let plan = swarm::draw(seed, self.world);
        let again = format!("cargo sim --seed {seed} --world {}", self.world.name());
        match check_plan(&plan, self.world, Times::Twice, &mut Tally::default()) {
            Err(violation) => single::explain(&plan, self.world, &violation, &again),
            Ok(_) => say(&format!("It does not fail in this process: {again}")),
        }
    }
}

/// Runs a process and passes on what it tells.
fn tell_parent(order: &Order, mut pass_on: impl FnMut(String)) -> std::io::Result<()> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(order.arguments())
        .stdout(Stdio::piped())
        .spawn()?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            pass_on(line?);
        }
    }
    child.wait().map(|_| ())
}
