//! What has to be said beside the tables: where and how they were measured, and
//! what limits them.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::Result;
use bench::{disk::Disk, markdown::number};

use crate::{
    case::{Case, Scenario},
    results::Results,
};

/// Whether Redis can be started.
pub(crate) fn has_redis() -> bool {
    Command::new("redis-server")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// One paragraph: the machine and the way of measuring.
pub(crate) fn machine(processors: usize, rounds: u32) -> String {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "Linux {}, {processors} cores, loopback; each server on one core unless said. Medians of \
         {rounds} interleaved rounds; ratios are medians of the ratios within a round. Only \
         ratios count: absolute figures drift with the machine.",
        kernel.trim()
    )
}

/// The disk on which servers are about to keep history, if any are. It is where the
/// programs are.
pub(crate) fn disk(cases: &[Case], binaries: &Path) -> Result<Option<Disk>> {
    let is_needed = cases
        .iter()
        .flat_map(|case| &case.contenders)
        .any(|contender| contender.durability.is_some());
    is_needed.then(|| Disk::of(binaries)).transpose()
}

/// Where history was kept, and what was not.
pub(crate) fn history(disk: &Disk, results: &Results) -> String {
    let missing = results.missing();
    let missing = match missing.is_empty() {
        true => "Nothing that was said is missing from it.".to_owned(),
        false => format!(
            "**Missing from it, so that these runs were too fast:**\n- {}",
            missing.join("\n- ")
        ),
    };
    format!(
        "History was kept on {}, where it takes {} ms to write 4 KiB and have them safe. {missing}\n",
        disk.kind
            .as_deref()
            .unwrap_or("a file system of unknown kind"),
        number(disk.sync.as_secs_f64() * 1e3),
    )
}

/// What limits two cores, where the load generator has to share one of them.
pub(crate) fn cores(cases: &[Case], results: &Results, processors: usize) -> String {
    let one_core = cases.iter().find_map(|case| {
        let one = case.contenders.get(1)?;
        let share = results.median(case, one, "generator.cpu_share")?;
        (case.scenario == Scenario::Cores).then_some(share)
    });
    match one_core {
        Some(share) if processors < 3 => format!(
            "T8: there are two cores, and the load generator runs on one of them. With the \
             server on one core it took {} of a core for itself, so two cores in all can give at \
             most {} times as much.\n",
            number(share),
            number(2.0 / (1.0 + share)),
        ),
        Some(_) | None => String::new(),
    }
}
