//! Makes the runs, and gives the medians of their figures.

use std::path::PathBuf;

use anyhow::{Result, bail};
use bench::{
    generator::{Generator, Outcome},
    report::Report,
    server::{Contender, Server},
    statistics::median,
};
use serde_json::{Value, json};

use crate::{crowd::Crowd, plot::Series};

/// A load at one size.
pub(crate) struct Load {
    /// What the load generator does.
    pub(crate) scenario: &'static str,
    /// Its options, in words.
    pub(crate) options: String,
    /// How many are there before, and stay.
    pub(crate) present: u32,
    /// Where it is on the axis of sizes.
    pub(crate) size: u32,
}

/// Runs loads, and keeps everything that was measured.
pub(crate) struct Measurements {
    generator: Generator,
    rounds: u32,
    runs: Vec<Run>,
}

struct Run {
    load: String,
    size: u32,
    contender: &'static str,
    round: u32,
    report: Report,
}

impl Measurements {
    /// Measures `rounds` times with the programs in the folder `binaries`.
    pub(crate) fn new(binaries: PathBuf, port: u16, rounds: u32) -> Self {
        let generator = Generator {
            binaries,
            cores: "1",
            port,
            ports: 20,
            runs: 0,
        };
        Self {
            generator,
            rounds,
            runs: Vec::new(),
        }
    }

    /// Puts each load on each server, round by round.
    ///
    /// # Errors
    /// If a check of the load generator fails: a plot has no place for doubts.
    pub(crate) fn run(
        &mut self,
        what: &str,
        contenders: &[Contender],
        loads: &[Load],
    ) -> Result<()> {
        for round in 1..=self.rounds {
            for load in loads {
                for contender in contenders {
                    eprintln!("round {round}: {what} at {}, {}", load.size, contender.name);
                    let report = self.run_one(contender, load)?;
                    self.runs.push(Run {
                        load: what.to_owned(),
                        size: load.size,
                        contender: contender.name,
                        round,
                        report,
                    });
                }
            }
        }
        Ok(())
    }

    /// The medians of one figure over the sizes: a line for each contender.
    pub(crate) fn series(
        &self,
        what: &str,
        contenders: &[Contender],
        loads: &[Load],
        path: &str,
        scale: f64,
    ) -> Vec<Series> {
        let line = |contender: &Contender| Series {
            name: contender.name.to_owned(),
            points: loads
                .iter()
                .filter_map(|load| {
                    let value = self.median(what, contender, load.size, path)?;
                    Some((f64::from(load.size), value * scale))
                })
                .collect(),
        };
        contenders.iter().map(line).collect()
    }

    /// The median of one figure at one size.
    pub(crate) fn median(
        &self,
        what: &str,
        contender: &Contender,
        size: u32,
        path: &str,
    ) -> Option<f64> {
        let values: Vec<f64> = self
            .runs
            .iter()
            .filter(|run| run.load == what && run.size == size && run.contender == contender.name)
            .filter_map(|run| run.report.number(path))
            .collect();
        median(&values)
    }

    /// Every run, raw.
    pub(crate) fn raw(&self) -> Value {
        self.runs
            .iter()
            .map(|run| {
                json!({
                    "load": run.load,
                    "size": run.size,
                    "contender": run.contender,
                    "round": run.round,
                    "report": run.report.value(),
                })
            })
            .collect()
    }

    fn run_one(&mut self, contender: &Contender, load: &Load) -> Result<Report> {
        let options: Vec<String> = load.options.split_whitespace().map(str::to_owned).collect();
        let gather =
            |server: &Server| Crowd::gather(load.present, server.address(), contender.peer);
        match self
            .generator
            .run_beside(contender, load.scenario, &options, gather)
        {
            Outcome {
                report: Some(report),
                failure: None,
            } => Ok(report),
            Outcome { failure, .. } => bail!(
                "{} at {}: {}",
                load.scenario,
                load.size,
                failure.unwrap_or_else(|| "nothing was measured".to_owned())
            ),
        }
    }
}
