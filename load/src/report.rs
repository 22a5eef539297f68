//! What a run tells in the end, for programs.

use serde::Serialize;

use crate::{
    check::{Checks, Findings},
    cli::{Common, Peer},
    measure::{Figures, Percentiles},
    scenario::{Pace, Presence, Stuck, Visits},
};

/// One run. Serialized, it is the object that `--json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub(crate) scenario: &'static str,
    pub(crate) peer: &'static str,
    pub(crate) members: usize,
    #[serde(flatten)]
    pub(crate) figures: Figures,
    pub(crate) latency_ms: Percentiles,
    #[serde(flatten)]
    pub(crate) own: Own,
    /// What was found.
    pub(crate) checks: Checks,
    /// Whether nothing is wrong.
    pub ok: bool,
    /// The first faults, in words.
    #[serde(skip)]
    pub examples: Vec<String>,
}

/// What only one scenario measures.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Own {
    /// Nothing.
    Nothing {},
    /// See [`Pace`].
    Rooms(Pace),
    /// See [`Presence`].
    Idle(Presence),
    /// See [`Stuck`].
    Slow(Stuck),
    /// See [`Visits`].
    Churn(Visits),
}

impl Report {
    pub(crate) fn new(
        scenario: &'static str,
        common: &Common,
        members: usize,
        figures: Figures,
        latency_ms: Percentiles,
    ) -> Self {
        let peer = match common.peer {
            Peer::Roomful => "roomful",
            Peer::Rawfan => "rawfan",
            Peer::Redis => "redis",
        };
        Self {
            scenario,
            peer,
            members,
            figures,
            latency_ms,
            own: Own::Nothing {},
            checks: Checks::default(),
            ok: true,
            examples: Vec::new(),
        }
    }

    /// With what only its scenario measures.
    pub(crate) fn with(mut self, own: Own) -> Self {
        self.own = own;
        self
    }

    /// With the verdict on the run.
    pub(crate) fn judged(mut self, findings: &Findings) -> Self {
        self.checks = findings.checks();
        self.ok = self.checks.are_passed();
        self.examples = findings.examples().map(str::to_owned).collect();
        self
    }
}
