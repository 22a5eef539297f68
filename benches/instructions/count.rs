//! Runs a case under valgrind and reads what it counted.

use std::env;
use std::process::Command;

use crate::cases::Case;

/// The first argument of the process that is counted.
pub(crate) const RUN: &str = "--run";

/// Instructions per command, line or delivery of a case, from the difference
/// between two runs: one of twice as many times.
pub(crate) fn per_unit(case: Case, times: u32) -> Result<f64, String> {
    let once = instructions(case.name, times)?;
    let twice = instructions(case.name, 2 * times)?;
    let between = twice
        .checked_sub(once)
        .ok_or_else(|| format!("{}: it takes less to do it twice as often", case.name))?;
    Ok(as_f64(between) / as_f64(u64::from(times) * case.units))
}

fn instructions(name: &str, times: u32) -> Result<u64, String> {
    let program =
        env::current_exe().map_err(|e| format!("this program is not to be found: {e}"))?;
    let output = Command::new("valgrind")
        // Without the simulation of caches only instructions are counted: quicker,
        // and the same on every machine.
        .args(["--tool=cachegrind", "--cache-sim=no"])
        .arg("--cachegrind-out-file=/dev/null")
        .arg(program)
        .args([RUN, name, &times.to_string()])
        // What is in the environment lies under the stack, and would move it.
        .env_clear()
        .envs(env::vars_os().filter(|(name, _)| name == "PATH"))
        .output()
        .map_err(|e| {
            format!("valgrind does not run ({e}). Install it: apt-get install valgrind")
        })?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{name}: {} under valgrind:\n{said}", output.status));
    }
    counted(&said).ok_or_else(|| format!("{name}: no count in what valgrind said:\n{said}"))
}

/// The number in `==123== I   refs:      1,234,567`.
fn counted(said: &str) -> Option<u64> {
    let line = said.lines().find(|line| line.contains("refs:"))?;
    let (_, number) = line.split_once("refs:")?;
    number.trim().replace(',', "").parse().ok()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a run has far fewer instructions than 2^53"
)]
fn as_f64(count: u64) -> f64 {
    count as f64
}
