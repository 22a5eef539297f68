//! P1: one order.

use std::collections::BTreeMap;

use roomful::chat::{Message, RoomName, Seq};
use roomful::engine::{Effect, Event};

use crate::history::{History, Moment};

/// While a room is open, each thing said in it has the next number; a room that is
/// opened again goes on where its past ends, if that was told just before, or else
/// above every number that was ever used by a closed one. What is shown from history
/// to who joins ends at the last number.
///
/// # Panics
/// When it does not hold.
pub fn numbers_of_a_room_have_no_hole(history: &History) {
    // The last number of each open room by folded name, and the highest of all that
    // are closed.
    let mut open: BTreeMap<String, Seq> = BTreeMap::new();
    let mut closed = Seq::default();
    // What was told just before of a room that was not open.
    let mut past: Option<(String, Seq)> = None;
    history.play(&mut |moment| {
        if let Event::Recalled { room, last, .. } = moment.event {
            past = take_past(moment, &mut open, room, *last);
            return;
        }
        let past = past.take();
        for effect in moment.effects.iter() {
            match effect {
                Effect::Record { room, seq, .. } => {
                    let last = *open.get(room.folded()).unwrap_or(&closed);
                    assert_eq!(seq, last.next(), "the number after {last:?} in #{room}");
                    open.insert(room.folded().into(), seq);
                }
                Effect::Recall { room, up_to, .. } => {
                    let known = past.as_ref().filter(|(name, _)| name == room.folded());
                    let begin = known.map_or(closed, |(_, last)| *last);
                    let last = *open.get(room.folded()).unwrap_or(&begin);
                    assert_eq!(up_to, last, "history of #{room} ends elsewhere");
                    // Whoever is shown it has opened the room, or was let in.
                    open.entry(room.folded().into()).or_insert(last);
                }
                Effect::Reply { .. }
                | Effect::Deliver { .. }
                | Effect::RecordTopic { .. }
                | Effect::Browse { .. }
                | Effect::Search { .. }
                | Effect::Pause { .. }
                | Effect::Close { .. } => {}
            }
        }
        close(moment, &mut open, &mut closed);
    });
}

/// The lobby is open, and learns of its past at once while nobody is in it.
fn take_past(
    moment: &Moment<'_>,
    open: &mut BTreeMap<String, Seq>,
    room: &RoomName,
    last: Seq,
) -> Option<(String, Seq)> {
    if !moment.before.members(room).is_empty() {
        return None;
    }
    if room.folded() == "lobby" {
        let known = open.entry("lobby".into()).or_default();
        *known = last.max(*known);
        return None;
    }
    Some((room.folded().into(), last))
}

fn close(moment: &Moment<'_>, open: &mut BTreeMap<String, Seq>, closed: &mut Seq) {
    let rooms = moment.after.rooms();
    open.retain(|folded, last| {
        let is_open = folded == "lobby" || rooms.iter().any(|room| room.folded() == folded);
        if !is_open {
            *closed = (*closed).max(*last);
        }
        is_open
    });
}

/// Of one event: first that somebody is too fast, then what is said, then what
/// others are told, then the answer, then history, and a close at the end.
///
/// # Panics
/// When it does not hold.
pub fn effects_come_in_the_order_in_which_they_became_true(history: &History) {
    history.play(&mut |moment| {
        let stages: Vec<u8> = moment.effects.iter().map(stage).collect();
        assert!(
            stages.is_sorted(),
            "{:?} has its effects in the order {stages:?}",
            moment.event
        );
    });
}

fn stage(effect: Effect<'_>) -> u8 {
    match effect {
        Effect::Reply {
            message: Message::Delayed { .. },
            ..
        } => 0,
        Effect::Pause { .. } => 1,
        Effect::Record { .. } | Effect::RecordTopic { .. } => 2,
        Effect::Deliver { .. } => 3,
        Effect::Reply { .. } => 4,
        Effect::Recall { .. } | Effect::Browse { .. } | Effect::Search { .. } => 5,
        Effect::Close { .. } => 6,
    }
}
