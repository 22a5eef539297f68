//! What a server kept of what was said, counted from what it exports.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

/// What is kept in a directory.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Kept {
    /// Lines that are kept.
    pub lines: u64,
    /// Lines that history says are missing.
    pub missing: u64,
    /// Gaps of which those are made.
    pub gaps: u64,
}

impl Kept {
    /// Counts what is kept in a directory that no server has open.
    ///
    /// # Errors
    /// If it cannot be exported, or if there are numbers of which history does not say
    /// what became of them.
    pub fn count(binaries: &Path, data: &Path) -> Result<Self> {
        let mut child = Command::new(binaries.join("roomful"))
            .args(["history", "export", "--format", "jsonl", "--data"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot export what was kept")?;
        let output = child.stdout.take().context("an export has an output")?;
        let kept = Self::read(BufReader::new(output));
        let status = child.wait()?;
        ensure!(status.success(), "an export ended with {status}");
        kept
    }

    /// Lines that were given a number: those that are kept and those that are missing.
    #[must_use]
    pub fn numbered(&self) -> u64 {
        self.lines + self.missing
    }

    /// As a part of a run's report. `settling` is how long the server took to end.
    #[must_use]
    pub fn figures(&self, settling: Duration) -> Value {
        json!({
            "lines": self.lines,
            "missing": self.missing,
            "gaps": self.gaps,
            "numbered": self.numbered(),
            "settling_ms": settling.as_secs_f64() * 1e3,
        })
    }

    /// A room's numbers begin with 1 and leave nothing out.
    fn read(export: impl BufRead) -> Result<Self> {
        let mut kept = Self::default();
        let mut last: BTreeMap<String, u64> = BTreeMap::new();
        for line in export.lines() {
            let row: Value = serde_json::from_str(&line?).context("an export is no JSON")?;
            let room = row["room"].as_str().context("a row is of no room")?;
            let (first, end) = kept.take(&row)?;
            let before = last.insert(room.to_owned(), end).unwrap_or(0);
            if first != before + 1 || end < first {
                bail!("after number {before} of #{room} history goes on with {first}");
            }
        }
        Ok(kept)
    }

    /// The first and the last number that a row is about.
    fn take(&mut self, row: &Value) -> Result<(u64, u64)> {
        let number = |name: &str| row[name].as_u64().context("a row has no number");
        if row["kind"] == "gap" {
            let (first, last) = (number("first")?, number("last")?);
            self.gaps += 1;
            self.missing += last.saturating_sub(first) + 1;
            return Ok((first, last));
        }
        self.lines += 1;
        let seq = number("seq")?;
        Ok((seq, seq))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rows: &[&str]) -> Result<Kept> {
        Kept::read(rows.join("\n").as_bytes())
    }

    const LINE: &str = r#"{"room": "ops", "seq": 1, "kind": "said", "text": "hi"}"#;
    const GAP: &str = r#"{"room": "ops", "kind": "gap", "first": 2, "last": 5, "why": "unkept"}"#;

    #[test]
    fn lines_and_gaps_are_counted() {
        let other = r#"{"room": "dev", "seq": 1, "kind": "did", "text": "waves"}"#;
        let kept = read(&[LINE, GAP, other]).unwrap();
        let expected = Kept {
            lines: 2,
            missing: 4,
            gaps: 1,
        };
        assert_eq!(kept, expected);
        assert_eq!(kept.numbered(), 6);
        assert_eq!(kept.figures(Duration::from_millis(20))["settling_ms"], 20.0);
        assert_eq!(read(&[]).unwrap(), Kept::default());
    }

    #[test]
    fn a_number_that_nobody_accounts_for_is_a_fault() {
        let later = r#"{"room": "ops", "seq": 7, "kind": "said", "text": "hi"}"#;
        for rows in [&[LINE, GAP, later][..], &[GAP], &[LINE, LINE]] {
            let error = read(rows).unwrap_err().to_string();
            assert!(error.contains("history goes on with"), "{error}");
        }
        assert!(read(&["{}"]).is_err());
        assert!(read(&["no JSON"]).is_err());
    }
}
