//! The command line: what can be asked, and who answers.

mod campaign;
mod files;
mod single;
mod sweeps;
mod worker;

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use sim::World;

/// The simulation suite: the real server on simulated networks, judged from what
/// its clients receive. Every failure is a seed.
#[derive(Parser)]
#[command(name = "cargo sim", bin_name = "cargo sim", version)]
struct Cli {
    #[command(subcommand)]
    what: Option<What>,
    /// One seed alone, with its trace hash
    #[arg(long)]
    seed: Option<u64>,
    /// With --seed: memory, turmoil or kernel
    #[arg(long, default_value = "memory", value_parser = world)]
    world: World,
    /// With --seed: print everything that happens
    #[arg(long)]
    trace: bool,
    /// With --seed: print the plan, and do nothing else
    #[arg(long)]
    print: bool,
    /// The first seed of a whole run; .ci/run takes it from the commit
    #[arg(long, default_value_t = 1)]
    base: u64,
    /// Processes at once
    #[arg(long, default_value_t = cores())]
    jobs: u64,
}

#[derive(Subcommand)]
enum What {
    /// Many seeds of one world
    Run(Range),
    /// Every seed twice, in each of two processes: equal hashes, or it fails
    Check(Range),
    /// A plan from a file
    Plan {
        /// The file
        file: PathBuf,
        /// memory, turmoil or kernel
        #[arg(long, default_value = "memory", value_parser = world)]
        world: World,
        /// Print everything that happens
        #[arg(long)]
        trace: bool,
    },
    /// The smallest plan that fails as a seed does
    Shrink {
        /// The seed
        #[arg(long)]
        seed: u64,
        /// memory, turmoil or kernel
        #[arg(long, default_value = "memory", value_parser = world)]
        world: World,
        /// Where to write it
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Every small script, or every fault at every event of the base scenarios
    Sweep {
        /// exhaustive or faults
        what: SweepOf,
    },
    /// What the network of each world does, beside the kernel
    Conformance,
    /// The fault ledger of the last run: what had an effect, and when
    Atlas,
    /// What the other processes do
    #[command(hide = true)]
    Worker(worker::Order),
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum SweepOf {
    /// Engine and model agree in every small script
    Exhaustive,
    /// Every scenario by name, in each simulated world
    Scenarios,
    /// Every promise holds with each fault at each moment of each base scenario
    Faults,
}

#[derive(Args, Clone)]
struct Range {
    /// FIRST..=LAST
    #[arg(long, value_parser = range, default_value = "1..=1000")]
    seeds: RangeInclusive<u64>,
    /// memory, turmoil, or both
    #[arg(long, default_value = "both", value_parser = worlds)]
    world: Worlds,
    /// Stop after this long
    #[arg(long, value_parser = duration)]
    time: Option<Duration>,
    /// Processes at once
    #[arg(long, default_value_t = cores())]
    jobs: u64,
}

/// One world, or both.
type Worlds = Option<World>;

pub(crate) fn main() -> ExitCode {
    let cli = Cli::parse();
    let succeeded = match cli.what {
        Some(What::Run(range)) => campaign::run(&range),
        Some(What::Check(range)) => campaign::check(&range),
        Some(What::Plan { file, world, trace }) => single::plan(&file, world, trace),
        Some(What::Shrink {
            seed,
            world,
            output,
        }) => single::shrink_seed(seed, world, &output),
        Some(What::Sweep {
            what: SweepOf::Exhaustive,
        }) => sweeps::exhaustive(cores()),
        Some(What::Sweep {
            what: SweepOf::Scenarios,
        }) => sweeps::scenarios(),
        Some(What::Sweep {
            what: SweepOf::Faults,
        }) => sweeps::faults(),
        Some(What::Conformance) => sweeps::conformance(),
        Some(What::Atlas) => files::show_atlas(),
        Some(What::Worker(order)) => worker::work(&order),
        None => match cli.seed {
            Some(seed) if cli.print => {
                say(sim::swarm::draw(seed, cli.world).to_string().trim_end());
                true
            }
            Some(seed) => single::seed(seed, cli.world, cli.trace),
            None => campaign::whole(cli.base, cli.jobs),
        },
    };
    if succeeded {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn cores() -> u64 {
    std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64)
}

fn world(name: &str) -> Result<World, String> {
    let found = World::ALL.iter().find(|(_, known)| *known == name);
    found
        .map(|(world, _)| *world)
        .ok_or_else(|| "memory, turmoil or kernel".into())
}

fn worlds(name: &str) -> Result<Worlds, String> {
    match name {
        "both" => Ok(None),
        _ => world(name)
            .map(Some)
            .map_err(|_| "memory, turmoil or both".into()),
    }
}

fn range(text: &str) -> Result<RangeInclusive<u64>, String> {
    let wrong = || "FIRST..=LAST, as in 1..=1000".to_string();
    let (first, last) = text.split_once("..=").ok_or_else(wrong)?;
    let number = |text: &str| text.parse::<u64>().map_err(|_| wrong());
    Ok(number(first)?..=number(last)?)
}

fn duration(text: &str) -> Result<Duration, String> {
    let seconds = text.strip_suffix('s').unwrap_or(text);
    let seconds: u64 = seconds
        .parse()
        .map_err(|_| "seconds, as in 120s".to_string())?;
    Ok(Duration::from_secs(seconds))
}

/// One line on standard output.
#[expect(
    clippy::print_stdout,
    reason = "this is a command: its output is for people"
)]
fn say(line: &str) {
    println!("{line}");
}
