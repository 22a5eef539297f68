//! What must hold for any input, held against many: each property with inputs that
//! are the same each time, and with new ones. `PROPTEST_CASES=100000` makes it a
//! long night. A failure prints the smallest input that shows it, and how to repeat
//! it.

mod linear;
mod support;

use proptest::prelude::*;
use proptests::history::strategy;
use proptests::{checks, inputs, promises};
use support::{Shown, always};

/// Histories that each promise is held against, of the fixed seed and of a new one.
const HISTORIES: u32 = 1_000;

/// Steps of a history.
const STEPS_MAX: usize = 200;

#[test]
fn a_name_is_refused_or_well_formed() {
    always(2_000, inputs::name().prop_map(Shown), |typed| {
        checks::names(&typed.0);
    });
}

#[test]
fn a_line_becomes_a_command_or_a_harmless_answer() {
    always(2_000, inputs::line().prop_map(Shown), |line| {
        checks::command(&line.0);
    });
}

#[test]
fn a_stream_means_the_same_however_it_is_cut() {
    let cuts = prop::collection::vec(any::<u8>(), 0..8);
    let streams = (inputs::stream(), cuts).prop_map(Shown);
    always(2_000, streams, |Shown((bytes, cuts))| {
        checks::text_stream(bytes, cuts);
    });
}

#[test]
fn a_message_can_be_read_back() {
    let parts = (
        inputs::room_name(),
        inputs::nickname(),
        inputs::text(),
        0_u32..100_000,
    );
    always(
        2_000,
        parts.prop_map(Shown),
        |Shown((room, from, text, minutes))| {
            checks::message(room, from, text, *minutes);
            checks::kept(room, from, text, *minutes);
        },
    );
}

#[test]
fn what_an_answer_says_to_type_shows_more() {
    let asked = (inputs::room_name(), inputs::span()).prop_map(Shown);
    always(2_000, asked, |Shown((room, span))| {
        checks::way_on(room, *span);
    });
}

#[test]
fn a_list_names_each_once_and_fills_its_lines() {
    let nicks = prop::collection::vec(inputs::nickname(), 0..60);
    let lists = (inputs::room_name(), nicks);
    always(500, lists.prop_map(Shown), |Shown((room, nicks))| {
        checks::members(room, nicks);
    });
}

/// Each promise as a test of its name.
macro_rules! hold {
    ($($promise:ident)*) => {
        $(
            #[test]
            fn $promise() {
                support::with_regressions(promises::$promise);
                always(HISTORIES, strategy::history(STEPS_MAX), promises::$promise);
            }
        )*

        #[test]
        fn every_promise_is_held() {
            let held = [$(stringify!($promise)),*];
            let all = promises::ALL.map(|(name, _)| name);
            assert_eq!(held.as_slice(), all.as_slice());
        }
    };
}

hold! {
    numbers_of_a_room_have_no_hole
    effects_come_in_the_order_in_which_they_became_true
    what_is_said_reaches_every_member_once
    nobody_hears_whom_they_ignore
    private_words_reach_two
    an_answer_goes_to_who_asked
    what_is_typed_goes_to_the_room_in_focus
    who_has_gone_is_told_nothing
    nobody_hears_of_a_room_they_are_not_in
    a_nickname_is_one_persons
    a_rename_is_told_where_who_is_renamed_is
    a_departure_is_told_once_to_who_shares_a_room
    rooms_are_open_while_somebody_is_in_and_the_lobby_always
    when_all_have_left_the_engine_is_new
    limits_hold_at_their_number
    one_event_concerns_its_members_only
    the_deadline_is_later_after_a_tick
    the_rate_delays_and_never_drops
    what_is_told_harms_no_terminal
    the_same_history_gives_the_same_effects
    what_is_counted_has_happened
    a_number_is_never_used_twice
    what_was_said_is_shown_to_who_is_in
    a_topic_is_kept_and_comes_back
    engine_and_model_agree
}

#[test]
fn the_rate_does_not_drift_in_months() {
    always(
        400,
        strategy::typing(STEPS_MAX),
        promises::the_rate_delays_and_never_drops,
    );
}

/// A history that prints as a script that reads back as the same.
#[test]
fn a_history_reads_back() {
    always(400, strategy::history(STEPS_MAX), |history| {
        let script = history.to_string();
        let again: proptests::history::History = script.parse().expect("a script reads back");
        assert_eq!(again.to_string(), script);
        assert_eq!(again.limits, history.limits);
    });
}
