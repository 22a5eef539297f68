//! P4: nobody waits for anybody, and nothing grows without a bound.

use chrono::{DateTime, Utc};
use roomful::chat::{Command, Limits, Message, Refusal};
use roomful::engine::{Effect, Event};

use super::{delivered, replied, whose};
use crate::history::{History, Moment};

/// Each limit holds, and refuses at its number: neither before nor after.
///
/// # Panics
/// When it does not hold.
pub fn limits_hold_at_their_number(history: &History) {
    let limits = &history.limits;
    history.play(&mut |moment| {
        for (to, message) in replied(moment.effects) {
            let rooms = moment.before.get(to).map_or(0, |person| person.rooms.len());
            match message {
                Message::RoomEntered {
                    room,
                    returned: false,
                    ..
                } => {
                    assert!(
                        rooms < limits.rooms_per_user_max,
                        "one room too many for {to:?}"
                    );
                    let is_new = moment.before.members(room).is_empty() && room.folded() != "lobby";
                    assert!(
                        !is_new || open(moment) <= limits.rooms_max,
                        "one room too many: {}",
                        open(moment)
                    );
                }
                Message::Refused(refusal) => refused_at_its_number(limits, moment, rooms, refusal),
                _ => {}
            }
        }
        texts_are_within(limits, moment);
    });
}

fn open(moment: &Moment<'_>) -> usize {
    moment.engine.stats().rooms
}

fn refused_at_its_number(limits: &Limits, moment: &Moment<'_>, rooms: usize, refusal: &Refusal) {
    match refusal {
        Refusal::RoomsOfUserFull { max } => {
            assert_eq!(*max, limits.rooms_per_user_max);
            assert!(rooms >= *max, "refused in {rooms} rooms");
        }
        Refusal::RoomsFull { max } => {
            assert_eq!(*max, limits.rooms_max);
            assert!(
                open(moment) >= *max,
                "refused with {} rooms open",
                open(moment)
            );
        }
        Refusal::TopicTooLong { chars, max } => {
            assert_eq!(*max, limits.topic_chars_max);
            assert!(chars > max, "{chars} are not over {max}");
        }
        Refusal::ReasonTooLong { chars, max } => {
            assert_eq!(*max, limits.reason_chars_max);
            assert!(chars > max, "{chars} are not over {max}");
        }
        _ => {}
    }
}

fn texts_are_within(limits: &Limits, moment: &Moment<'_>) {
    let Event::Requested { command, .. } = moment.event else {
        return;
    };
    let refused =
        replied(moment.effects).any(|(_, message)| matches!(message, Message::Refused(_)));
    let (text, max) = match command {
        Command::SetTopic {
            topic: Some(text), ..
        } => (text, limits.topic_chars_max),
        Command::Quit { reason: Some(text) } => (text, limits.reason_chars_max),
        _ => return,
    };
    let is_there = whose(moment.event).is_some_and(|conn| moment.before.get(conn).is_some());
    let chars = text.as_str().chars().count();
    assert!(
        refused || !is_there || chars <= max,
        "{chars} characters were taken, over {max}"
    );
}

/// The work that one event makes is bounded by the members of the rooms concerned:
/// nobody is told twice, and a person's event is told at most once for each of
/// their rooms.
///
/// # Panics
/// When it does not hold.
pub fn one_event_concerns_its_members_only(history: &History) {
    history.play(&mut |moment| {
        let told: usize = delivered(moment.effects).map(|(to, _)| to.len()).sum();
        let effects = moment.effects.iter().count();
        let Some(conn) = whose(moment.event) else {
            // Summaries: each room's members once.
            let members: usize = moment
                .after
                .people()
                .map(|(_, person)| person.rooms.len())
                .sum();
            assert!(told <= members, "{told} are told, of {members} memberships");
            return;
        };
        let rooms = [moment.before, moment.after]
            .iter()
            .filter_map(|directory| directory.get(conn))
            .map(|person| person.rooms.len())
            .max()
            .unwrap_or(0);
        let people = moment.before.people().count();
        assert!(
            told <= people,
            "{told} are told of one event, and {people} are there"
        );
        // Delayed, paused, recorded, answered, recalled, closed; a private message.
        assert!(
            effects <= 7 + rooms,
            "{effects} effects, of somebody in {rooms} rooms"
        );
    });
}

/// After a tick at the deadline the next one is later.
///
/// # Panics
/// When it does not hold.
pub fn the_deadline_is_later_after_a_tick(history: &History) {
    history.play(&mut |moment| {
        if *moment.event == Event::Tick {
            let next = moment.engine.deadline().map(|(at, _)| at);
            assert!(
                next.is_none_or(|next| next > moment.now),
                "the next deadline is at {next:?}, and it is {}",
                moment.now
            );
        }
    });
}

/// Who is over the rate waits until a moment that exact arithmetic gives, however
/// long it goes on: as many lines as the rate has room for, and not one is dropped.
///
/// # Panics
/// When it does not hold.
pub fn the_rate_delays_and_never_drops(history: &History) {
    let limits = &history.limits;
    let (burst, rate) = (
        i128::from(limits.rate_burst),
        i128::from(limits.rate_per_second),
    );
    // Each line with its moment, of the first person, in billionths of a token.
    let mut lines: Vec<i128> = Vec::new();
    let mut has_changed = false;
    history.play(&mut |moment| {
        has_changed |= matches!(moment.event, Event::RateChanged { .. });
        if has_changed {
            return; // The model knows what comes of that.
        }
        let is_first = whose(moment.event).is_some_and(|conn| conn.0 == 1)
            && moment.before.people().any(|(conn, _)| conn.0 == 1);
        let is_line = matches!(
            moment.event,
            Event::Requested { .. } | Event::Strayed { .. }
        );
        if !is_first || !is_line {
            return;
        }
        let until = moment.effects.iter().find_map(|effect| match effect {
            Effect::Pause { until, .. } => Some(until),
            _ => None,
        });
        if burst == 0 || rate == 0 {
            assert_eq!(until, None, "the limiter is off");
            return;
        }
        lines.push(nanos(moment.now) * rate);
        let expected = free_at(&lines, burst);
        match until {
            None => assert!(
                expected <= nanos(moment.now) * rate,
                "over the rate, and not delayed"
            ),
            Some(until) => {
                let until = nanos(until) * rate;
                let is_exact = until >= expected && until - expected < rate;
                assert!(
                    is_exact && until > nanos(moment.now) * rate,
                    "delayed until {until}, not {expected}"
                );
            }
        }
    });
}

const TOKEN: i128 = 1_000_000_000;

/// When there is a token again: the latest moment over all runs of lines, if each
/// run had begun with a full bucket.
fn free_at(lines: &[i128], burst: i128) -> i128 {
    let runs = lines.iter().enumerate().map(|(first, begun)| {
        let taken = (lines.len() - first) as i128;
        begun + (taken + 1 - burst) * TOKEN
    });
    runs.max().unwrap_or(i128::MIN)
}

fn nanos(at: DateTime<Utc>) -> i128 {
    i128::from(at.timestamp()) * TOKEN + i128::from(at.timestamp_subsec_nanos())
}
