//! P6: everything can be replayed; and the engine agrees with the model.

use roomful::chat::Message;
use roomful::engine::{Effect, Event, Stats};

use crate::history::{History, Play};
use crate::model::lockstep::Lockstep;

/// Two engines that are given the same history, and one that goes on from a clone of
/// the first in its middle, want the same done.
///
/// # Panics
/// When they do not.
pub fn the_same_history_gives_the_same_effects(history: &History) {
    let mut one = Play::new(&history.limits);
    let mut other = one.clone();
    for (place, step) in history.steps.iter().enumerate() {
        one.step(step, &mut |_| {});
        other.step(step, &mut |_| {});
        assert_eq!(
            one.effects, other.effects,
            "two engines differ in step {place}"
        );
        if place == history.steps.len() / 2 {
            other = one.clone();
        }
    }
    assert_eq!(one.engine, other.engine, "two engines differ at the end");
}

/// What is counted is what happened: said, told to one, skipped.
///
/// # Panics
/// When it does not hold.
pub fn what_is_counted_has_happened(history: &History) {
    let mut expected = Stats::default();
    history.play(&mut |moment| {
        for effect in moment.effects.iter() {
            match effect {
                Effect::Record { .. } => expected.said += 1,
                Effect::Reply {
                    message: Message::WhisperSent { .. },
                    ..
                } => expected.whispered += 1,
                _ => {}
            }
        }
        if let Event::Skipped { missed, .. } = moment.event {
            expected.skipped += missed.lines;
        }
        let counted = moment.engine.stats();
        let gauges = (counted.people, counted.rooms);
        (expected.people, expected.rooms) = gauges; // Of these, others say how many.
        assert_eq!(counted, expected, "after {:?}", moment.event);
    });
}

/// The engine and the reference model agree on who is told what, in which order, and
/// on the state afterwards; the audit holds after each event.
///
/// # Panics
/// When they do not.
pub fn engine_and_model_agree(history: &History) {
    let mut play = Play::new(&history.limits);
    let mut both = Lockstep::new(history.limits.clone());
    for step in &history.steps {
        // The play's own engine says where the deadline is.
        let Some(event) = play.event(step) else {
            continue;
        };
        play.handle(event.clone(), &mut |_| {});
        if let Err(difference) = both.step(play.now, event.clone()) {
            panic!("engine and model differ after {event:?}: {difference}");
        }
    }
}
