//! The program, as somebody runs it.

use std::{net::SocketAddr, process::Command};

use serde_json::Value;

/// How a run ended, and what it said.
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) output: String,
    pub(crate) errors: String,
}

/// Runs the program against `address`; `words` are its scenario and options.
pub(crate) fn run(address: SocketAddr, words: &str) -> Run {
    let ended = Command::new(env!("CARGO_BIN_EXE_roomful-load"))
        .args(words.split_whitespace())
        .args(["--address", &address.to_string()])
        .output()
        .unwrap();
    Run {
        status: ended.status.code(),
        output: String::from_utf8(ended.stdout).unwrap(),
        errors: String::from_utf8(ended.stderr).unwrap(),
    }
}

impl Run {
    /// The object that `--json` prints, which has to be all that was printed.
    pub(crate) fn report(&self) -> Value {
        let report = serde_json::from_str(&self.output);
        report.unwrap_or_else(|error| panic!("{error}: {} {}", self.output, self.errors))
    }

    /// The report of a run in which nothing was wrong.
    pub(crate) fn good(&self) -> Value {
        assert_eq!(self.status, Some(0), "{}{}", self.output, self.errors);
        let report = self.report();
        assert_eq!(report["ok"], true, "{report}");
        for kind in ["missing", "doubled", "disordered", "broken"] {
            assert_eq!(report["checks"][kind], 0, "{report}");
        }
        report
    }
}
