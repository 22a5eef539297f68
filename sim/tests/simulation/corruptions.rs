//! The oracles are tested too: a recorded history is altered in one of eight ways,
//! and each is rejected, by the oracle that should.

use sim::{Event, Life, Oracle, Plan, Run, What, World, oracle, scenarios};

/// A run of some twenty people, by whom much is said.
fn recorded() -> (Plan, Run) {
    let plan = scenarios::chatter(5);
    let run = sim::run(&plan, World::Memory);
    oracle::judge(&plan, &run).expect("it is sound as it is");
    (plan, run)
}

/// What rejects an altered run; it must be rejected.
fn rejected(plan: &Plan, run: &Run) -> Oracle {
    oracle::judge(plan, run).expect_err("it was altered").oracle
}

/// Where somebody heard lines of a room, one after the other.
fn heard_in(run: &Run, life: Life, room: &str) -> Vec<usize> {
    let is_one = |event: &Event| {
        matches!(&event.what, What::Heard(of, line)
            if *of == life && line.contains(&format!(" #{room} ")) && line.contains("said-"))
    };
    let places = run
        .events
        .iter()
        .enumerate()
        .filter(|(_, event)| is_one(event));
    places.map(|(place, _)| place).collect()
}

fn listener() -> Life {
    Life { person: 0, life: 0 }
}

fn line(event: &mut Event) -> &mut String {
    let What::Heard(_, line) = &mut event.what else {
        panic!("nobody heard that");
    };
    line
}

#[test]
fn two_lines_swapped() {
    let (plan, run) = recorded();
    let places = heard_in(&run, listener(), "lobby");
    let mut by = Vec::new();
    for pair in places.windows(2) {
        let mut altered = run.clone();
        let first = line(&mut altered.events[pair[0]]).clone();
        let second = std::mem::replace(line(&mut altered.events[pair[1]]), first);
        *line(&mut altered.events[pair[0]]) = second;
        by.push(rejected(&plan, &altered));
    }
    // Somebody who now speaks before they came is seen even earlier.
    assert!(
        by.iter()
            .all(|oracle| matches!(oracle, Oracle::Delivery | Oracle::Presence))
    );
    assert!(
        by.iter()
            .filter(|oracle| **oracle == Oracle::Delivery)
            .count()
            > by.len() / 2
    );
}

#[test]
fn a_line_dropped() {
    let (plan, run) = recorded();
    for place in heard_in(&run, listener(), "lobby")
        .into_iter()
        .skip(2)
        .step_by(7)
    {
        let mut altered = run.clone();
        altered.events[place].what = What::Sent(listener());
        assert_eq!(rejected(&plan, &altered), Oracle::Delivery);
    }
}

#[test]
fn a_line_doubled() {
    let (plan, run) = recorded();
    for place in heard_in(&run, listener(), "lobby").into_iter().step_by(7) {
        let mut altered = run.clone();
        altered.events.insert(place + 1, run.events[place].clone());
        assert_eq!(rejected(&plan, &altered), Oracle::Delivery);
    }
}

#[test]
fn a_ghost_who_leaves_twice() {
    let (plan, mut run) = recorded();
    let leaves = |event: &Event| matches!(&event.what, What::Heard(life, line) if *life == listener() && line.ends_with(" left."));
    let place = run.events.iter().position(leaves).unwrap();
    let again = run.events[place].clone();
    run.events.insert(place + 1, again);
    assert_eq!(rejected(&plan, &run), Oracle::Presence);
}

#[test]
fn a_ghost_who_speaks_from_elsewhere() {
    let (plan, mut run) = recorded();
    let place = heard_in(&run, listener(), "lobby")[3];
    *line(&mut run.events[place]) = "00:00 #lobby nobody: said-0-0.".into();
    assert_eq!(rejected(&plan, &run), Oracle::Presence);
}

#[test]
fn a_history_that_forks() {
    let (plan, mut run) = recorded();
    // One hears the rest of the lobby in reverse.
    let places = heard_in(&run, listener(), "lobby");
    let rest = &places[places.len() - 10..];
    let lines: Vec<String> = rest
        .iter()
        .map(|place| line(&mut run.events[*place]).clone())
        .collect();
    for (place, reversed) in rest.iter().zip(lines.iter().rev()) {
        *line(&mut run.events[*place]) = reversed.clone();
    }
    // Who speaks before they came, or in another order: both are seen.
    assert!(matches!(
        rejected(&plan, &run),
        Oracle::Delivery | Oracle::Presence
    ));
}

#[test]
fn a_gap_that_is_told_wrongly() {
    let plan = scenarios::never_reads(1);
    let run = sim::run(&plan, World::Memory);
    oracle::judge(&plan, &run).expect("it is sound as it is");
    let told = |event: &Event| matches!(&event.what, What::Heard(_, line) if line.starts_with("-- You were too slow"));
    let place = run.events.iter().position(told).unwrap();
    let words = line(&mut run.events[place].clone()).clone();
    let count: u64 = words
        .split(' ')
        .find_map(|word| word.replace(',', "").parse().ok())
        .unwrap();
    for wrong in [count - 1, count + 1] {
        let mut altered = run.clone();
        let shown = |count: u64| match count {
            1000.. => format!("{},{:03}", count / 1000, count % 1000),
            _ => count.to_string(),
        };
        *line(&mut altered.events[place]) = words.replacen(&shown(count), &shown(wrong), 1);
        assert_ne!(line(&mut altered.events[place]), &words);
        assert_eq!(rejected(&plan, &altered), Oracle::Delivery);
    }
}

#[test]
fn a_line_that_comes_late() {
    let (plan, run) = recorded();
    for place in heard_in(&run, listener(), "lobby").into_iter().step_by(9) {
        let mut altered = run.clone();
        altered.events[place].at += 10_000;
        let judged = oracle::judge(&plan, &altered);
        // In a hold a line may be late: most of these are not.
        if let Err(violation) = judged {
            assert_eq!(violation.oracle, Oracle::BlastRadius);
            return;
        }
    }
    panic!("no late line was rejected");
}

#[test]
fn a_line_in_the_wrong_room() {
    let (plan, mut run) = recorded();
    let place = heard_in(&run, listener(), "lobby")[3];
    let wrong = line(&mut run.events[place]).replace("#lobby", "#ops");
    *line(&mut run.events[place]) = wrong;
    assert_eq!(rejected(&plan, &run), Oracle::Delivery);
}
