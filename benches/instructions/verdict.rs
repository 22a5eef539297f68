//! Whether what was counted may stand beside what was committed.

use crate::figures::Figures;

/// How far a figure may rise, as a share of the committed one. Compilers and C
/// libraries differ by less from one machine to the next.
const RISE_MAX: f64 = 0.10;

const UPDATE: &str = "If it is meant to be so, write it down: benches/count --update";

/// A line for each figure; an error that names each that rose too far, has no
/// committed figure, or is no longer counted.
pub(crate) fn judge(committed: &Figures, counted: &Figures) -> Result<String, String> {
    let mut lines = Vec::new();
    let mut faults = Vec::new();
    for (name, now) in counted.iter() {
        let Some(before) = committed.get(name) else {
            faults.push(format!("{name}: {now:.1} instructions, none committed"));
            continue;
        };
        let change = now / before - 1.0;
        let line = format!(
            "{name}: {now:.1} instructions, {before:.1} committed, {:+.1} %",
            change * 100.0
        );
        if change > RISE_MAX {
            faults.push(line);
        } else if change < -RISE_MAX {
            lines.push(format!("{line}: a gain worth keeping. {UPDATE}"));
        } else {
            lines.push(line);
        }
    }
    let is_gone = |(name, _): &(&str, f64)| counted.get(name).is_none();
    let gone = committed.iter().filter(is_gone);
    faults.extend(gone.map(|(name, _)| format!("{name}: committed, but not counted any more")));
    if faults.is_empty() {
        return Ok(lines.join("\n"));
    }
    let limit = RISE_MAX * 100.0;
    Err(format!(
        "{}\n\nToo many instructions (more than {limit:.0} % over what is committed), or an \
         unknown case:\n  {}\n{UPDATE}",
        lines.join("\n"),
        faults.join("\n  ")
    ))
}
