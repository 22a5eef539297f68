//! Oracles: they judge a run from what the clients' sockets received, from what
//! the server logged, and from what it held.

mod asked;
mod delivery;
mod grammar;
pub(crate) mod history;
mod order;
mod server;
mod timing;
pub(crate) mod view;
pub(crate) mod views;

use std::fmt;

use crate::plan::Plan;
use crate::world::Run;
pub(crate) use asked::Span;
pub(crate) use grammar::{Cause, Refusal, Row, RowKind};
pub(crate) use views::Views;

/// What a promise was found broken by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Oracle {
    /// Engine and reference model differ.
    Lockstep,
    /// Delivery: one order, nothing lost, nothing twice, nothing to the wrong.
    Delivery,
    /// History: what was accepted is kept, and is shown as it was said.
    History,
    /// Who is where, as told by notices, fits with who speaks and who is listed.
    Presence,
    /// One beginning and one end for each connection, nothing after it.
    Lifecycle,
    /// When the faults have stopped, everything is answered.
    Liveness,
    /// When all have gone, nothing is left of them.
    Leak,
    /// Memory stays under its bound.
    Memory,
    /// Nobody waits for anybody.
    BlastRadius,
    /// No busy loop, no panic, no error in the log.
    Progress,
    /// Every byte is what the protocol says.
    Grammar,
    /// The same plan gives the same run.
    Determinism,
    /// Rare situations and faults have all occurred.
    Coverage,
}

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Who found it.
    pub oracle: Oracle,
    /// What was seen.
    pub what: String,
}

impl Violation {
    pub(crate) fn new(oracle: Oracle, what: String) -> Self {
        Self { oracle, what }
    }

    /// Whether another breaks the same promise in the same way. History can break in
    /// many: there, the words have to be the same, but for what is quoted and counted.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.oracle == other.oracle
            && (self.oracle != Oracle::History || skeleton(&self.what) == skeleton(&other.what))
    }
}

/// Words without numbers, and without what stands in quotation marks or braces.
fn skeleton(what: &str) -> String {
    let (mut depth, mut is_quoted) = (0_u32, false);
    let mut skeleton = String::new();
    for c in what.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            _ if is_quoted || depth > 0 || c.is_ascii_digit() => {}
            _ => skeleton.push(c),
        }
    }
    // A room's name stands behind its mark.
    let words = skeleton.split(' ').filter(|word| !word.starts_with('#'));
    words.collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.oracle, self.what)
    }
}

/// What must hold for every run.
///
/// # Errors
/// The first promise that does not hold, and what was seen.
pub fn judge(plan: &Plan, run: &Run) -> Result<(), Violation> {
    look(plan, run).1
}

/// The same, with what everybody saw.
pub(crate) fn look(plan: &Plan, run: &Run) -> (Views, Result<(), Violation>) {
    let (views, understood) = Views::of(plan, run);
    let judged = server::no_errors(run)
        .and(understood)
        .and_then(|()| delivery::judge(plan, run, &views))
        .and_then(|()| history::judge(plan, run, &views))
        .and_then(|()| timing::judge(plan, run, &views))
        .and_then(|()| server::judge(plan, run));
    (views, judged)
}
