//! What a person reads when a promise is broken.

use std::fmt::Write as _;

use crate::plan::Plan;
use crate::shrink::Shrunk;
use crate::trace::{Event, Log, What, Wire, fingerprint};
use crate::world::{Run, World};

/// How wide a column of the swimlane is.
const WIDTH: usize = 30;

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
    let mut text = format!("{:>9}", "ms");
    for number in &acting {
        let _ = write!(text, "  {:<WIDTH$}", format!("person {number}"));
    }
    text += "  server\n";
    let shown = events
        .iter()
        .filter_map(|event| cell(&event.what).map(|cell| (event.at, cell)));
    for (rows, (at, (person, words))) in shown.enumerate() {
        if rows == ROWS_MAX {
            text += "          … and more: --trace shows everything\n";
            break;
        }
        let _ = write!(text, "{at:>9}");
        for number in &acting {
            let own = if person == Some(*number) {
                cut(&words, WIDTH)
            } else {
                String::new()
            };
            let _ = write!(text, "  {own:<WIDTH$}");
        }
        let of_server = person.is_none_or(|person| !acting.contains(&person));
        let _ = writeln!(text, "  {}", if of_server { &*words } else { "" });
    }
    text
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
        What::Log(Log::Entered(conn)) => (None, format!("connection {conn} enters")),
        What::Log(Log::Left(conn)) => (None, format!("connection {conn} leaves")),
        What::Log(Log::Handled(..)) | What::Sent(_) => return None,
        What::Log(log) => (None, format!("{log:?}")),
        What::Wire(life, wire @ (Wire::Reset | Wire::TimedOut | Wire::ReadEnd)) => {
            (None, format!("{wire:?} of person {}", life.person))
        }
        What::Wire(..) => return None,
    })
}
