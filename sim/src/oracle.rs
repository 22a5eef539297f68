//! Judges a run from what the clients heard, and from the server's own audit at
//! the end.

use std::collections::{BTreeMap, BTreeSet};

use roomful::shell::Outcome;

use crate::plan::{Plan, Step};
use crate::trace::Heard;
use crate::world::Run;

/// What must hold for every run: one order in each room, nothing twice, nothing
/// private to others, every departure told once, and a server that is empty and
/// sound when all have gone.
///
/// Plans make each line that is said unique (`said-…`, `secret-…` in private), so
/// that it can be followed.
///
/// # Errors
/// Says which promise does not hold, and what was seen.
pub fn judge(plan: &Plan, run: &Run) -> Result<(), String> {
    if run.steps == 0 || run.heard.is_empty() {
        return Err("nothing happened".into());
    }
    let by_person = lines_by_person(&run.heard);
    nothing_twice(&by_person)?;
    one_order(&by_person)?;
    secrets_stay(&by_person)?;
    stayers_miss_nothing(plan, &by_person)?;
    departures_once(plan, &by_person)?;
    server_is_empty(run)
}

type Lines<'a> = BTreeMap<usize, Vec<&'a str>>;

fn lines_by_person(heard: &[Heard]) -> Lines<'_> {
    let mut lines = Lines::new();
    for heard in heard {
        let of_person = lines.entry(heard.person).or_default();
        of_person.extend(heard.line.as_deref());
    }
    lines
}

/// The unique word of a line that was said in a room, with the room.
fn said(line: &str) -> Option<(&str, &str)> {
    let (room, rest) = line.strip_prefix('#')?.split_once(' ')?;
    let word = rest.split(' ').find(|word| word.starts_with("said-"))?;
    Some((room, word))
}

fn nothing_twice(by_person: &Lines<'_>) -> Result<(), String> {
    for (person, lines) in by_person {
        let mut seen = BTreeSet::new();
        for line in lines
            .iter()
            .filter(|line| said(line).is_some() || line.contains("secret-"))
        {
            if !seen.insert(line) {
                return Err(format!("P2: person {person} heard {line:?} twice"));
            }
        }
    }
    Ok(())
}

fn one_order(by_person: &Lines<'_>) -> Result<(), String> {
    let orders: Vec<(usize, Vec<(&str, &str)>)> = by_person
        .iter()
        .map(|(person, lines)| {
            (
                *person,
                lines.iter().filter_map(|line| said(line)).collect(),
            )
        })
        .collect();
    for (place, (one, order)) in orders.iter().enumerate() {
        let positions: BTreeMap<_, _> = order
            .iter()
            .enumerate()
            .map(|(at, said)| (*said, at))
            .collect();
        for (other, other_order) in &orders[place + 1..] {
            let mut last: BTreeMap<&str, usize> = BTreeMap::new();
            for (room, word) in other_order {
                let Some(at) = positions.get(&(*room, *word)) else {
                    continue;
                };
                if last.insert(room, *at).is_some_and(|before| before > *at) {
                    return Err(format!(
                        "P1: persons {one} and {other} heard #{room} in different orders, at {word}"
                    ));
                }
            }
        }
    }
    Ok(())
}

/// A private line reaches the one who sent it and one other.
fn secrets_stay(by_person: &Lines<'_>) -> Result<(), String> {
    let mut hearers: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (person, lines) in by_person {
        for line in lines {
            let secret = line.split(' ').find(|word| word.starts_with("secret-"));
            if let Some(secret) = secret.filter(|_| line.contains(" -> ")) {
                hearers.entry(secret).or_default().insert(*person);
            } else if let Some(secret) = secret {
                return Err(format!(
                    "P3: {secret} was told in public to person {person}: {line:?}"
                ));
            }
        }
    }
    match hearers.iter().find(|(_, people)| people.len() > 2) {
        Some((secret, people)) => Err(format!("P3: {secret} reached {people:?}")),
        None => Ok(()),
    }
}

/// Those who only listen, from the first moment to the end: they are in the lobby
/// and nowhere else, so that what they must hear is known exactly.
fn stayers<'a>(
    plan: &'a Plan,
    by_person: &'a Lines<'_>,
) -> impl Iterator<Item = (usize, &'a [&'a str])> {
    let is_stayer = |number: &usize| {
        let script = &plan.people[*number].script;
        matches!(script.first(), Some(Step::Connect)) && script.iter().all(only_listens)
    };
    let lines = |number: usize| by_person.get(&number).map_or(&[][..], Vec::as_slice);
    (0..plan.people.len())
        .filter(is_stayer)
        .map(move |number| (number, lines(number)))
}

fn only_listens(step: &Step) -> bool {
    match step {
        Step::Connect | Step::Wait(_) | Step::Hear(_) | Step::HearOut => true,
        Step::Say(_) | Step::EndInput | Step::Reset => false,
    }
}

/// All stayers hear the same.
fn stayers_miss_nothing(plan: &Plan, by_person: &Lines<'_>) -> Result<(), String> {
    let lobby = |lines: &[&'_ str]| -> Vec<String> {
        lines
            .iter()
            .filter_map(|line| said(line))
            .map(|(_, word)| word.into())
            .collect()
    };
    let mut stayers = stayers(plan, by_person);
    let Some((first, lines)) = stayers.next() else {
        return Ok(());
    };
    let expected = lobby(lines);
    match stayers.find(|(_, lines)| lobby(lines) != expected) {
        Some((other, _)) => Err(format!(
            "P2: persons {first} and {other} stayed all the time and heard different things"
        )),
        None => Ok(()),
    }
}

/// A stayer is told of each who goes, once, and only of those who came.
fn departures_once(plan: &Plan, by_person: &Lines<'_>) -> Result<(), String> {
    // Who was there before is known only to those whose greeting named everybody.
    let was_told_all = |lines: &[&str]| !lines.iter().any(|line| line.contains(" more. /help"));
    for (person, lines) in stayers(plan, by_person).filter(|(_, lines)| was_told_all(lines)) {
        let mut here = BTreeSet::new();
        for notice in lines.iter().filter_map(|line| line.strip_prefix("-- ")) {
            follow(notice, &mut here)
                .map_err(|what| format!("P3: person {person} was told {what}"))?;
        }
    }
    Ok(())
}

/// Keeps account of who is in the lobby, by what is told there.
fn follow(notice: &str, here: &mut BTreeSet<String>) -> Result<(), String> {
    if let Some((_, company)) = notice.split_once("in #lobby with ") {
        let names = company
            .split_once(". /help")
            .map_or(company, |(names, _)| names);
        here.extend(names.split(", ").map(String::from));
    } else if let Some((nick, _)) = notice.split_once(" joined #lobby") {
        if !here.insert(nick.into()) {
            return Err(format!("that {nick} joined, who was there"));
        }
    } else if let Some((from, to)) = notice
        .strip_suffix('.')
        .and_then(|notice| notice.split_once(" is now "))
    {
        if !here.remove(from) {
            return Err(format!("that {from} is now {to}, who was not there"));
        }
        here.insert(to.into());
    } else if let Some(nick) = departed(notice)
        && !here.remove(nick)
    {
        return Err(format!("that {nick} left, who was not there"));
    }
    Ok(())
}

/// `ada left.`, `ada left: off home.`, `ada left #lobby.`
fn departed(notice: &str) -> Option<&str> {
    let (nick, rest) = notice.split_once(" left")?;
    let is_whole = rest == "." || rest.starts_with(": ") || rest.starts_with(" #");
    (is_whole && !nick.contains(' ')).then_some(nick)
}

fn server_is_empty(run: &Run) -> Result<(), String> {
    if run.outcome != Outcome::Stopped {
        return Err(format!("the server ended as {:?}", run.outcome));
    }
    let Some(inspection) = &run.inspection else {
        return Ok(()); // It was stopped on purpose, and audited itself at its end.
    };
    inspection.audit.as_ref().map_err(ToString::to_string)?;
    if inspection.stats.people > 0 || inspection.connections > 0 {
        return Err(format!("P3: ghosts: {inspection:?}"));
    }
    if !inspection.equals_new {
        return Err("P3: everybody has gone, and the engine is not as new".into());
    }
    Ok(())
}
