//! The oracle of history, tested: what is kept, or what somebody was shown of it, is
//! altered, and that is rejected by the oracle that should.

use roomful::chat::{GapCause, Kept, Seq};
use sim::{Event, Oracle, Plan, Run, What, World, oracle, scenarios};

/// Strict, with a kill in the middle.
fn recorded() -> (Plan, Run) {
    sound(scenarios::kept_through_a_kill(3))
}

fn sound(plan: Plan) -> (Plan, Run) {
    let run = sim::run(&plan, World::Memory);
    oracle::judge(&plan, &run).expect("it is sound as it is");
    (plan, run)
}

fn rejected(plan: &Plan, run: &Run) -> Oracle {
    oracle::judge(plan, run).expect_err("it was altered").oracle
}

fn lobby(run: &mut Run) -> &mut Vec<Kept> {
    let archive = run.archive.as_mut().expect("history is kept");
    archive.rooms.get_mut("lobby").expect("much was said there")
}

fn renumbered(row: &Kept, number: u64) -> Kept {
    let mut row = row.clone();
    if let Kept::Line { seq, .. } = &mut row {
        *seq = Seq(number);
    }
    row
}

fn gap(number: u64, why: GapCause) -> Kept {
    let (first, last) = (Seq(number), Seq(number));
    Kept::Gap { first, last, why }
}

/// The lines that somebody heard from the beginning of a tail to the end of it.
fn first_long_tail(run: &Run) -> Vec<usize> {
    let heard = |event: &Event| {
        let What::Heard(_, line) = &event.what else {
            return None;
        };
        Some(line.clone())
    };
    let begins = |event: &Event| heard(event).is_some_and(|line| line.starts_with("-- last 10 of"));
    let begin = run.events.iter().position(begins).expect("a long tail");
    let What::Heard(who, _) = &run.events[begin].what else {
        panic!("it was just heard");
    };
    let own = run.events.iter().enumerate().skip(begin);
    let own = own.filter(|(_, event)| matches!(&event.what, What::Heard(life, _) if life == who));
    let mut places: Vec<usize> = own.map(|(place, _)| place).collect();
    let is_end =
        |place: &usize| heard(&run.events[*place]).is_some_and(|line| line.ends_with("live --"));
    let end = places.iter().position(is_end).expect("it ends");
    places.truncate(end + 1);
    assert_eq!(places.len(), 12);
    places
}

fn line(run: &mut Run, place: usize) -> &mut String {
    let What::Heard(_, line) = &mut run.events[place].what else {
        panic!("nobody heard that");
    };
    line
}

/// A line of a tail is taken away, and not counted.
fn without(run: &mut Run, tail: &[usize], number: usize) {
    let heading = line(run, tail[0]).replace("last 10 of", "last 9 of");
    *line(run, tail[0]) = heading;
    run.events.remove(tail[number]);
}

#[test]
fn a_line_missing_from_history() {
    let (plan, run) = recorded();
    for place in [0, 7, 40] {
        let mut altered = run.clone();
        lobby(&mut altered).remove(place);
        assert_eq!(rejected(&plan, &altered), Oracle::History);
    }
}

#[test]
fn a_strict_line_lost_in_a_kill() {
    let (plan, run) = recorded();
    for place in [0, 7, 20] {
        let mut altered = run.clone();
        let rows = lobby(&mut altered);
        rows[place] = gap(rows[place].first().0, GapCause::Crash);
        assert_eq!(rejected(&plan, &altered), Oracle::History);
    }
}

#[test]
fn the_last_lines_lost_in_a_kill_as_if_they_had_never_been() {
    let (plan, run) = recorded();
    let mut altered = run.clone();
    lobby(&mut altered).truncate(20);
    assert_eq!(rejected(&plan, &altered), Oracle::History);
}

#[test]
fn a_line_doubled_in_history() {
    let (plan, run) = recorded();
    let mut under_its_number = run.clone();
    let rows = lobby(&mut under_its_number);
    rows.insert(7, rows[7].clone());
    let mut under_another = run.clone();
    let rows = lobby(&mut under_another);
    let next = rows.last().map_or(0, |row| row.last().0) + 1;
    rows.push(renumbered(&rows[7], next));
    for altered in [under_its_number, under_another] {
        // It comes after itself, which is no order that anybody heard.
        assert!(matches!(
            rejected(&plan, &altered),
            Oracle::History | Oracle::Delivery
        ));
    }
}

#[test]
fn two_lines_that_have_changed_their_numbers() {
    let (plan, run) = recorded();
    let mut altered = run.clone();
    let rows = lobby(&mut altered);
    let (one, other) = (rows[7].first().0, rows[9].first().0);
    (rows[7], rows[9]) = (renumbered(&rows[9], one), renumbered(&rows[7], other));
    // In another order than it was heard in.
    assert_eq!(rejected(&plan, &altered), Oracle::Delivery);
}

#[test]
fn a_line_kept_under_another_name() {
    let (plan, run) = recorded();
    let mut altered = run.clone();
    if let Kept::Line { from, .. } = &mut lobby(&mut altered)[5] {
        *from = "mallory".parse().expect("a name");
    }
    assert_eq!(rejected(&plan, &altered), Oracle::History);
}

#[test]
fn a_tail_with_a_hole() {
    let (plan, run) = recorded();
    let tail = first_long_tail(&run);
    for number in 2..10 {
        let mut altered = run.clone();
        without(&mut altered, &tail, number);
        assert_eq!(rejected(&plan, &altered), Oracle::History);
    }
}

#[test]
fn a_tail_that_was_taken_too_early() {
    let (plan, run) = recorded();
    let tail = first_long_tail(&run);
    let mut altered = run.clone();
    without(&mut altered, &tail, 10);
    assert_eq!(rejected(&plan, &altered), Oracle::History);
}

#[test]
fn the_end_of_a_tail_heard_live_again() {
    let (plan, run) = recorded();
    let tail = first_long_tail(&run);
    let last = line(&mut run.clone(), tail[10]).clone();
    let mut altered = run.clone();
    // `-- 12 00:00 #lobby ada: hi` without its mark and its number.
    let live = last.splitn(3, ' ').nth(2).expect("a row").to_owned();
    let mut event = run.events[tail[11]].clone();
    if let What::Heard(_, line) = &mut event.what {
        *line = live;
    }
    altered.events.insert(tail[11] + 1, event);
    // Who said it may have gone since.
    assert!(matches!(
        rejected(&plan, &altered),
        Oracle::History | Oracle::Presence
    ));
}

#[test]
fn a_row_that_is_shown_otherwise_than_it_is_kept() {
    let (plan, run) = recorded();
    let tail = first_long_tail(&run);
    let mut altered = run.clone();
    let changed = line(&mut altered, tail[4]).replace("said-", "said-not-");
    *line(&mut altered, tail[4]) = changed;
    assert_eq!(rejected(&plan, &altered), Oracle::History);
}

#[test]
fn a_listing_that_leaves_something_out() {
    let (plan, run) = sound(scenarios::history(1));
    let row = |event: &Event| {
        matches!(&event.what, What::Heard(life, line)
            if life.person == 1 && line.starts_with("-- 4 ") && line.contains("#ops ada: "))
    };
    let mut altered = run.clone();
    let place = altered
        .events
        .iter()
        .rposition(row)
        .expect("it was asked for");
    altered.events.remove(place);
    assert_eq!(rejected(&plan, &altered), Oracle::History);
}

#[test]
fn a_gap_without_a_reason() {
    let (plan, run) = sound(scenarios::history(1));
    for why in [GapCause::Crash, GapCause::Unkept, GapCause::Expired] {
        let mut altered = run.clone();
        let archive = altered.archive.as_mut().expect("history is kept");
        let rows = archive.rooms.get_mut("ops").expect("much was said there");
        let next = rows.last().map_or(0, |row| row.last().0) + 1;
        rows.push(gap(next, why));
        assert_eq!(rejected(&plan, &altered), Oracle::History);
    }
}
