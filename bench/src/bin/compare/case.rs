//! What a comparison is made of.

use bench::server::Contender;

/// One load, and the servers that it is put on. The first is the one in
/// question; the others are what it is measured against.
pub(crate) struct Case {
    /// What people ask for on the command line.
    pub(crate) scenario: Scenario,
    /// What the tables call it.
    pub(crate) title: &'static str,
    /// What the load generator does.
    pub(crate) load: &'static str,
    /// The load generator's options, in one string.
    pub(crate) options: &'static str,
    /// Who takes part, the one in question first.
    pub(crate) contenders: Vec<Contender>,
    /// What the tables show.
    pub(crate) figures: Vec<Figure>,
    /// What is asked.
    pub(crate) targets: Vec<Target>,
}

/// What can be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum Scenario {
    /// One room at full speed, with 100, 1,000 and 5,000 members.
    Fanout,
    /// One room of 1,000 at 100 lines a second.
    Paced,
    /// 1,000 people in rooms of 10: the highest rate at which p99 is under 10 ms.
    Rooms,
    /// 10,000 people who say nothing.
    Idle,
    /// 5 of 200 members stop reading.
    Slow,
    /// Connections that come, say something and go.
    Churn,
    /// The engine alone, without sockets: lines in rooms of 10.
    Engine,
    /// roomful on two cores against roomful on one.
    Cores,
    /// Each default switch of roomful against the same switched off.
    Defaults,
    /// One room at full speed, with history on a disk against without.
    History,
    /// One room at full speed, with figures that are scraped against without.
    Admin,
    /// One room at full speed and at an even pace, by TLS against without.
    Tls,
}

/// A figure of the load generator's report.
#[derive(Clone)]
pub(crate) struct Figure {
    /// With its unit.
    pub(crate) label: &'static str,
    /// Where the report has it.
    pub(crate) path: &'static str,
    /// Turns the report's unit into that of the label.
    pub(crate) scale: f64,
    /// Whether more of it is better.
    pub(crate) more_is_better: bool,
}

/// One demand on the server in question.
pub(crate) struct Target {
    /// Such as `T1`.
    pub(crate) id: &'static str,
    /// In words.
    pub(crate) what: &'static str,
    /// How it is found in the reports.
    pub(crate) measure: Measure,
    /// What it has to be.
    pub(crate) bound: Bound,
}

/// A value that a target is about.
#[derive(Clone, Copy)]
pub(crate) enum Measure {
    /// A figure over the same one of the first contender it is measured against.
    Ratio(&'static str),
    /// A figure by itself.
    Own(&'static str),
    /// One of its figures over another.
    Quotient(&'static str, &'static str),
    /// A figure of the contender of this name over the same one of the first.
    Beside(&'static str, &'static str),
    /// A figure of the contender of this name by itself.
    Of(&'static str, &'static str),
}

/// What a value has to be.
#[derive(Clone, Copy)]
pub(crate) enum Bound {
    /// This, or more.
    AtLeast(f64),
    /// This, or less.
    AtMost(f64),
}

impl Bound {
    /// Whether `value` is as it has to be.
    pub(crate) fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }
}
