//! Runs the load generator against one server.

use std::{
    ffi::OsStr,
    path::PathBuf,
    process::{Child, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{
    kept::Kept,
    report::Report,
    scraper::Scraper,
    server::{Contender, Server, pinned, tail, whole},
};

/// A run that takes longer than this is ended.
const RUN_MAX: Duration = Duration::from_secs(300);

/// How runs are made: which programs, on which core and ports.
pub struct Generator {
    /// The folder with `roomful`, `rawfan` and `roomful-load`.
    pub binaries: PathBuf,
    /// The cores of the load generator, as `taskset -c` takes them.
    pub cores: &'static str,
    /// The first of the ports that servers are started on.
    pub port: u16,
    /// Servers take turns on this many ports, so that connections that the
    /// system has not forgotten yet are in nobody's way.
    pub ports: u16,
    /// Runs made so far.
    pub runs: u16,
}

/// One run, and what is wrong with it.
pub struct Outcome {
    /// What was measured, if anything was.
    pub report: Option<Report>,
    /// Why it must not be trusted.
    pub failure: Option<String>,
}

impl Generator {
    /// Starts `contender`, loads it, and ends it.
    pub fn run(&mut self, contender: &Contender, scenario: &str, arguments: &[String]) -> Outcome {
        self.run_beside(contender, scenario, arguments, |_| Ok(()))
    }

    /// Starts `contender`, prepares it, loads it, and ends it. What `prepare`
    /// returns is kept until the load is done.
    pub fn run_beside<T>(
        &mut self,
        contender: &Contender,
        scenario: &str,
        arguments: &[String],
        prepare: impl FnOnce(&Server) -> Result<T>,
    ) -> Outcome {
        match self.try_run(contender, scenario, arguments, prepare) {
            Ok(outcome) => outcome,
            Err(error) => Outcome {
                report: None,
                failure: Some(format!("{error:#}")),
            },
        }
    }

    fn try_run<T>(
        &mut self,
        contender: &Contender,
        scenario: &str,
        arguments: &[String],
        prepare: impl FnOnce(&Server) -> Result<T>,
    ) -> Result<Outcome> {
        let port = self.next_port();
        let mut server = Server::start(contender, &self.binaries, port)?;
        let _prepared = prepare(&server)?;
        let scraper = server.admin().map(Scraper::start);
        let mut output = tempfile::tempfile()?;
        let mut errors = tempfile::tempfile()?;
        let child = pinned(self.cores, &self.binaries.join("roomful-load"))
            .args([scenario, "--json", "--peer", contender.peer.name()])
            .args(["--address", &server.address().to_string()])
            .args(["--pid", &server.pid().to_string()])
            .args(
                server
                    .certificate()
                    .iter()
                    .flat_map(|file| [OsStr::new("--tls"), file.as_os_str()]),
            )
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(errors.try_clone()?)
            .spawn()
            .context("cannot run setpriv and taskset; they are in util-linux")?;
        let status = wait(child)?;
        let scrapes = scraper.map(Scraper::finish).transpose()?;
        let report = Report::read(&whole(&mut output));
        if let Err(error) = &report
            && status.success()
        {
            bail!("{error:#}");
        }
        let failure = failure(
            status,
            report.as_ref().ok(),
            &tail(&mut errors),
            &mut server,
        );
        let report = report.ok().map(|report| match scrapes {
            Some(scrapes) => report.with("scrapes", scrapes.into()),
            None => report,
        });
        settled(server, Outcome { report, failure })
    }

    fn next_port(&mut self) -> u16 {
        let port = self.port + self.runs % self.ports;
        self.runs = self.runs.wrapping_add(1);
        port
    }
}

/// The outcome of a good run, with what the server kept.
fn settled(server: Server, mut outcome: Outcome) -> Result<Outcome> {
    if outcome.failure.is_some() {
        return Ok(outcome);
    }
    let Some((kept, settling)) = server.settle()? else {
        return Ok(outcome);
    };
    outcome.failure = outcome
        .report
        .as_ref()
        .and_then(|report| unaccounted(report, &kept));
    outcome.report = outcome
        .report
        .map(|report| report.with("history", kept.figures(settling)));
    Ok(outcome)
}

/// What was measured was said, so history has to know of it.
fn unaccounted(report: &Report, kept: &Kept) -> Option<String> {
    let said = report.value()["lines"].as_u64()?;
    let known = kept.numbered();
    (said > known).then(|| format!("{said} lines were said, and history knows of {known}"))
}

fn failure(
    status: ExitStatus,
    report: Option<&Report>,
    errors: &str,
    server: &mut Server,
) -> Option<String> {
    if !server.is_alive() {
        return Some(format!("the server ended. It said: {}", server.log()));
    }
    if status.success() && report.is_some_and(|report| report.is_ok() && report.is_whole()) {
        return None;
    }
    let checks = report.map_or_else(String::new, Report::failed_checks);
    Some(format!(
        "the load generator ended with {status}; checks that failed: {checks}. It said: {errors}"
    ))
}

/// Waits for the load generator, and ends it if it takes too long.
fn wait(mut child: Child) -> Result<ExitStatus> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if start.elapsed() > RUN_MAX {
            child.kill()?;
            child.wait()?;
            bail!(
                "the load generator was not done after {} s, and was ended",
                RUN_MAX.as_secs()
            );
        }
        thread::sleep(Duration::from_millis(20));
    }
}
