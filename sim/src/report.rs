//! What a person reads when a promise is broken.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use crate::plan::Plan;
use crate::shrink::Shrunk;
use crate::trace::{Disk, Event, Log, What, Wire, fingerprint};
use crate::world::{Run, World};

/// How wide a column of the swimlane is, at least and at most; few people have more
/// room than many.
const WIDTH: RangeInclusive<usize> = 30..=75;
/// How wide all columns of people are together, unless that is too little.
const WIDTH_OF_ALL: usize = 150;

/// How much of a fault is shown among those that are needed.
const NEED: usize = 70;

/// The most rows that are printed.
const ROWS_MAX: usize = 120;

/// A plan's configuration, in one line.
#[must_use]
pub fn configuration(plan: &Plan, world: World) -> String {
    let changed = plan
        .settings
        .changed()
        .map(|(name, value)| format!(" {name}={value}"));
    format!(
        "seed {} · world {} · {} people · {} steps and faults ·{}",
        plan.seed,
        world.name(),
        plan.people.len(),
        plan.size(),
        changed.collect::<String>()
    )
}

/// The whole account of a failure that was made small.
#[must_use]
pub fn failure(plan: &Plan, world: World, shrunk: &Shrunk, run: &Run, again: &str) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "FAILED  {}", shrunk.violation);
    let _ = writeln!(text, "        {}", configuration(plan, world));
    let _ = writeln!(text, "again   {again}");
    let _ = writeln!(
        text,
        "shrunk  from {} to {} steps and faults, {} plans tried\n",
        plan.size(),
        shrunk.plan.size(),
        shrunk.tried
    );
    let _ = writeln!(text, "{}", shrunk.plan);
    text += &swimlane(&shrunk.plan, &run.events);
    let _ = writeln!(text, "trace   {:032x}", fingerprint(&run.events));
    if shrunk.necessary.is_empty() {
        text += "needs   no fault: it fails without any\n";
    }
    for fault in &shrunk.necessary {
        let fault = cut(fault, NEED);
        let _ = writeln!(text, "needs   {fault}: without it, no failure");
    }
    text
}

/// A column for each person and one for the server; time runs down.
#[must_use]
pub fn swimlane(plan: &Plan, events: &[Event]) -> String {
    let acting: Vec<usize> = (0..plan.people.len())
        .filter(|number| !plan.people[*number].script.is_empty())
        .collect();
    let width = (WIDTH_OF_ALL / acting.len().max(1)).clamp(*WIDTH.start(), *WIDTH.end());
    let mut text = format!("{:>9}", "ms");
    for number in &acting {
        let _ = write!(text, "  {:<width$}", format!("person {number}"));
    }
    text += "  server\n";
    let rows = rows(&acting, width, events);
    let left_out = rows.len().saturating_sub(ROWS_MAX);
    for (number, row) in rows.iter().enumerate() {
        if left_out > 0 && number == ROWS_MAX / 2 {
            let _ = writeln!(
                text,
                "          … {left_out} rows: --trace shows everything"
            );
        }
        // What went wrong stands at the end more often than in the middle.
        if (ROWS_MAX / 2..ROWS_MAX / 2 + left_out).contains(&number) {
            continue;
        }
        let _ = write!(text, "{:>9}", row.at);
        for number in &acting {
            let own = if row.column == Some(*number) {
                row.shown(width)
            } else {
                String::new()
            };
            let _ = write!(text, "  {own:<width$}");
        }
        let of_server = row.column.is_none();
        let _ = writeln!(
            text,
            "  {}",
            if of_server {
                row.shown(width)
            } else {
                String::new()
            }
        );
    }
    text
}

/// What stands at one height of the swimlane.
struct Row {
    /// Milliseconds since the run began.
    at: u64,
    /// Whose column it is in; without a number, in the server's.
    column: Option<usize>,
    words: String,
    /// So many things came one after the other that look the same here.
    times: usize,
}

impl Row {
    fn shown(&self, width: usize) -> String {
        let times = match self.times {
            1 => String::new(),
            times => format!(" ×{times}"),
        };
        if self.column.is_none() {
            return format!("{}{times}", self.words);
        }
        cut(&self.words, width - times.chars().count()) + &times
    }

    /// Whether another cannot be told from this one.
    fn looks_like(&self, other: &Self, width: usize) -> bool {
        let look = |words: &str| match self.column {
            Some(_) => cut(words, width),
            None => words.into(),
        };
        self.column == other.column && look(&self.words) == look(&other.words)
    }
}

/// What is shown of a run; a run of things that look the same is one row, of the
/// moment of the first.
fn rows(acting: &[usize], width: usize, events: &[Event]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for event in events {
        let Some((person, words)) = cell(&event.what) else {
            continue;
        };
        let row = Row {
            at: event.at,
            column: person.filter(|person| acting.contains(person)),
            words,
            times: 1,
        };
        match rows.last_mut() {
            Some(last) if last.looks_like(&row, width) => last.times += 1,
            _ => rows.push(row),
        }
    }
    rows
}

fn cut(words: &str, width: usize) -> String {
    if words.chars().count() <= width {
        return words.into();
    }
    words.chars().take(width - 1).chain(['…']).collect()
}

/// Whose column an event is in, and what stands there.
fn cell(what: &What) -> Option<(Option<usize>, String)> {
    Some(match what {
        What::Connected(life) => (Some(life.person), format!("connects ({})", life.life)),
        What::NotConnected(life) => (Some(life.person), "cannot connect".into()),
        What::Typing(life, bytes) => (Some(life.person), format!("> {}", bytes.escape_ascii())),
        What::Unsent(life) => (Some(life.person), "! not all of it was sent".into()),
        What::Heard(life, line) => (Some(life.person), line.clone()),
        What::HeardUnfinished(life, line) => (Some(life.person), format!("(unfinished) {line}")),
        What::Ended(life, how) => (Some(life.person), format!("ends: {how:?}")),
        What::Unheard(life, words) => (Some(life.person), format!("! never hears {words:?}")),
        What::Did(life, deed) => (Some(life.person), format!("* {deed:?}")),
        What::Struck(kind, phase, life) => (
            life.map(|life| life.person),
            format!("⚡ {} ({})", kind.name(), phase.name()),
        ),
        What::Lifted(kind, life) => (
            life.map(|life| life.person),
            format!("  {} over", kind.name()),
        ),
        What::Door(door) => (None, format!("{door:?}")),
        // Reads and commits that go well are many.
        What::Disk(Disk::Wrote { .. } | Disk::Read { .. }) => return None,
        What::Disk(disk) => (None, format!("disk: {disk:?}")),
        What::Log(Log::Entered(conn)) => (None, format!("ConnId({conn}) enters")),
        What::Log(Log::Left(conn)) => (None, format!("ConnId({conn}) leaves")),
        What::Log(Log::Handled(..)) | What::Sent(_) => return None,
        What::Log(log) => (None, format!("{log:?}")),
        What::Wire(life, wire @ (Wire::Reset | Wire::TimedOut | Wire::ReadEnd)) => {
            (None, format!("{wire:?} of person {}", life.person))
        }
        What::Wire(..) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Step;
    use crate::trace::Life;

    fn heard(at: u64, line: &str) -> Event {
        let life = Life { person: 0, life: 0 };
        Event {
            at,
            what: What::Heard(life, line.into()),
        }
    }

    fn plan() -> Plan {
        let mut plan = Plan::new("swimlane", 1);
        plan.person(0, vec![Step::Connect]);
        plan
    }

    #[test]
    fn what_looks_the_same_is_one_row() {
        let same = format!("14:05 bob -> you: {}", "so ".repeat(20));
        let events = [
            heard(1, "-- Welcome."),
            heard(2, &format!("{same}1")),
            heard(3, &format!("{same}2")),
            heard(4, "-- Bye."),
        ];
        let shown = swimlane(&plan(), &events);
        assert_eq!(shown.lines().count(), 4, "{shown}");
        assert!(
            shown.contains("        2  14:05 bob -> you: so so"),
            "{shown}"
        );
        assert!(shown.contains("… ×2"), "{shown}");
    }

    #[test]
    fn the_end_of_a_long_run_is_shown() {
        let events: Vec<Event> = (0..500).map(|at| heard(at, &format!("-- {at}"))).collect();
        let shown = swimlane(&plan(), &events);
        assert_eq!(shown.lines().count(), ROWS_MAX + 2, "{shown}");
        for words in ["-- 0 ", "-- 499 ", "380 rows: --trace shows everything"] {
            assert!(shown.contains(words), "{shown}");
        }
    }
}
