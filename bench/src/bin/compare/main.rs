//! Measures roomful against its ceiling, Redis and itself, on this machine and
//! in one go, and prints tables for the README.
//!
//! Rounds are interleaved: what drifts on the machine drifts for everybody.

mod case;
mod cases;
mod engine;
mod notes;
mod results;
mod tables;

use std::{fs, io::Write, path::PathBuf, process::ExitCode, thread};

use anyhow::{Context, Result};
use bench::{
    generator::{Generator, Outcome},
    server::{Contender, Peer},
};
use clap::Parser;

use crate::{
    case::{Case, Scenario},
    cases::{cases, put_beside, takes_seconds},
    results::{Results, Run, scenario_name},
};

/// Measures roomful against its ceiling, Redis and itself.
#[derive(Parser)]
struct Arguments {
    /// What to compare [default: everything but `defaults`, `history`, `admin` and `tls`].
    #[arg(value_enum)]
    scenarios: Vec<Scenario>,
    /// How often each server is measured; medians are printed.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// How long each load lasts, for those that take a length.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=120))]
    seconds: u32,
    /// Where to write every run, raw.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// An earlier roomful, built in the same way, to be what `admin` is measured by.
    #[arg(long, value_name = "PROGRAM")]
    before: Option<PathBuf>,
    /// The first of twenty ports that servers are started on.
    #[arg(long, default_value_t = 4720, value_parser = clap::value_parser!(u16).range(1..=65000))]
    port: u16,
}

fn main() -> ExitCode {
    match compare(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("compare: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether every check of every run passed.
fn compare(arguments: &Arguments) -> Result<bool> {
    let mut cases = chosen(&arguments.scenarios);
    if !notes::has_redis() {
        eprintln!(
            "There is no redis-server here, so it is left out. `apt-get install redis-server` installs it."
        );
        without(&mut cases, Peer::Redis);
    }
    if let Some(before) = &arguments.before {
        let path = before.canonicalize();
        let path = path.with_context(|| format!("cannot find {}", before.display()))?;
        put_beside(&path, &mut cases);
    }
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let mut generator = Generator {
        binaries: std::env::current_exe()?
            .parent()
            .context("this program is in no folder")?
            .to_owned(),
        cores: generator_cores(processors)?,
        port: arguments.port,
        ports: 20,
        runs: 0,
    };
    let disk = notes::disk(&cases, &generator.binaries)?;
    let results = run_all(&cases, arguments, &mut generator);
    if let Some(file) = &arguments.json {
        fs::write(file, format!("{:#}\n", results.raw()))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    let text = format!(
        "{}\n\n{}{}{}",
        notes::machine(processors, arguments.rounds),
        tables::tables(&cases, &results),
        notes::cores(&cases, &results, processors),
        disk.map_or_else(String::new, |disk| notes::history(&disk, &results)),
    );
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(no_failures(&results))
}

fn chosen(scenarios: &[Scenario]) -> Vec<Case> {
    const ALL: [Scenario; 8] = [
        Scenario::Fanout,
        Scenario::Paced,
        Scenario::Rooms,
        Scenario::Idle,
        Scenario::Slow,
        Scenario::Churn,
        Scenario::Engine,
        Scenario::Cores,
    ];
    let scenarios = if scenarios.is_empty() {
        &ALL
    } else {
        scenarios
    };
    scenarios.iter().copied().flat_map(cases).collect()
}

fn without(cases: &mut [Case], peer: Peer) {
    for case in cases {
        case.contenders.retain(|contender| contender.peer != peer);
    }
}

/// Core 2 where there is one, so that a server on cores 0 and 1 has both.
fn generator_cores(processors: usize) -> Result<&'static str> {
    match processors {
        0 | 1 => {
            anyhow::bail!("a comparison takes two cores: one for the server, one for the load")
        }
        2 => Ok("1"),
        _ => Ok("2"),
    }
}

fn run_all(cases: &[Case], arguments: &Arguments, generator: &mut Generator) -> Results {
    let mut results = Results::default();
    for round in 1..=arguments.rounds {
        for case in cases {
            for contender in in_turn(&case.contenders, round) {
                let run = run_one(case, contender, round, arguments.seconds, generator);
                results.push(run);
            }
        }
    }
    results
}

/// Everybody, beginning with another one each round.
fn in_turn(contenders: &[Contender], round: u32) -> impl Iterator<Item = &Contender> {
    let first = (round as usize - 1) % contenders.len().max(1);
    let (later, sooner) = contenders.split_at(first);
    sooner.iter().chain(later)
}

fn run_one(
    case: &Case,
    contender: &Contender,
    round: u32,
    seconds: u32,
    generator: &mut Generator,
) -> Run {
    let mut options: Vec<String> = case.options.split_whitespace().map(str::to_owned).collect();
    if takes_seconds(case) {
        options.extend(["--seconds".to_owned(), seconds.to_string()]);
    }
    eprint!("round {round}: {}, {} … ", case.title, contender.name);
    let Outcome { report, failure } = match case.scenario {
        Scenario::Engine => engine::run(),
        Scenario::Fanout
        | Scenario::Paced
        | Scenario::Rooms
        | Scenario::Idle
        | Scenario::Slow
        | Scenario::Churn
        | Scenario::Cores
        | Scenario::Defaults
        | Scenario::History
        | Scenario::Admin
        | Scenario::Tls => generator.run(contender, case.load, &options),
    };
    eprintln!("{}", failure.as_ref().map_or("done", |_| "FAILED"));
    Run {
        title: case.title,
        scenario: scenario_name(case),
        contender: contender.name,
        round,
        report,
        failure,
    }
}

fn no_failures(results: &Results) -> bool {
    let failures = results.failures();
    if !failures.is_empty() {
        eprintln!("\nFAILED, and counted for nothing above:");
    }
    for failure in &failures {
        eprintln!("- {failure}");
    }
    failures.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_begins_once() {
        let contenders = [
            Contender::roomful(),
            Contender::rawfan(),
            Contender::redis(),
        ];
        let names = |round| -> Vec<&str> {
            in_turn(&contenders, round)
                .map(|contender| contender.name)
                .collect()
        };
        assert_eq!(names(1), ["roomful", "rawfan", "Redis"]);
        assert_eq!(names(2), ["rawfan", "Redis", "roomful"]);
        assert_eq!(names(4), names(1));
    }

    #[test]
    fn without_redis_the_rest_goes_on() {
        let mut cases = chosen(&[]);
        without(&mut cases, Peer::Redis);
        assert!(cases.iter().all(|case| !case.contenders.is_empty()));
        assert!(
            cases
                .iter()
                .flat_map(|case| &case.contenders)
                .all(|one| one.peer != Peer::Redis)
        );
    }

    #[test]
    fn an_earlier_program_comes_first_where_the_cost_of_figures_is_asked() {
        let mut cases = chosen(&[Scenario::Admin, Scenario::Paced]);
        put_beside(std::path::Path::new("/earlier"), &mut cases);
        for case in &cases {
            let names: Vec<&str> = case.contenders.iter().map(|one| one.name).collect();
            let is_asked = case.scenario == Scenario::Admin;
            let expected = if is_asked {
                ["before", "off", "on"]
            } else {
                ["roomful", "rawfan", "Redis"]
            };
            assert_eq!(names, expected);
        }
    }

    #[test]
    fn titles_tell_the_cases_of_a_scenario_apart() {
        let cases: Vec<Case> = chosen(&[
            Scenario::Defaults,
            Scenario::Fanout,
            Scenario::History,
            Scenario::Admin,
            Scenario::Tls,
        ]);
        for (at, case) in cases.iter().enumerate() {
            for other in &cases[..at] {
                assert!(case.scenario != other.scenario || case.title != other.title);
            }
        }
    }
}
