//! The promises, each as one or a few properties of histories. None of them knows
//! the model: each looks at what people are told, and says what is wrong with it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each looks at what concerns it alone"
)]

mod bounds;
mod delivery;
mod ghosts;
mod order;
mod past;
mod replay;
mod words;

pub use bounds::{
    limits_hold_at_their_number, one_event_concerns_its_members_only,
    the_deadline_is_later_after_a_tick, the_rate_delays_and_never_drops,
};
pub use delivery::{
    an_answer_goes_to_who_asked, nobody_hears_whom_they_ignore, private_words_reach_two,
    what_is_said_reaches_every_member_once, what_is_typed_goes_to_the_room_in_focus,
};
pub use ghosts::{
    a_departure_is_told_once_to_who_shares_a_room, a_nickname_is_one_persons,
    a_rename_is_told_where_who_is_renamed_is, nobody_hears_of_a_room_they_are_not_in,
    rooms_are_open_while_somebody_is_in_and_the_lobby_always, when_all_have_left_the_engine_is_new,
    who_has_gone_is_told_nothing,
};
pub use order::{
    effects_come_in_the_order_in_which_they_became_true, numbers_of_a_room_have_no_hole,
};
pub use past::{
    a_number_is_never_used_twice, a_topic_is_kept_and_comes_back,
    what_was_said_is_shown_to_who_is_in,
};
pub use replay::{
    engine_and_model_agree, the_same_history_gives_the_same_effects, what_is_counted_has_happened,
};
pub use words::what_is_told_harms_no_terminal;

use roomful::chat::{ConnId, Message, RoomName};
use roomful::engine::{Effect, Effects, Event};

use crate::history::History;

/// A property: it panics, and says what is wrong, where it does not hold.
pub type Promise = fn(&History);

/// Pairs of a name and the function of that name.
macro_rules! promises {
    ($($name:ident),* $(,)?) => {
        [$((stringify!($name), $name as Promise)),*]
    };
}
/// Every promise that holds for any history, by name.
pub const ALL: [(&str, Promise); 25] = promises![
    numbers_of_a_room_have_no_hole,
    effects_come_in_the_order_in_which_they_became_true,
    what_is_said_reaches_every_member_once,
    nobody_hears_whom_they_ignore,
    private_words_reach_two,
    an_answer_goes_to_who_asked,
    what_is_typed_goes_to_the_room_in_focus,
    who_has_gone_is_told_nothing,
    nobody_hears_of_a_room_they_are_not_in,
    a_nickname_is_one_persons,
    a_rename_is_told_where_who_is_renamed_is,
    a_departure_is_told_once_to_who_shares_a_room,
    rooms_are_open_while_somebody_is_in_and_the_lobby_always,
    when_all_have_left_the_engine_is_new,
    limits_hold_at_their_number,
    one_event_concerns_its_members_only,
    the_deadline_is_later_after_a_tick,
    the_rate_delays_and_never_drops,
    what_is_told_harms_no_terminal,
    the_same_history_gives_the_same_effects,
    what_is_counted_has_happened,
    a_number_is_never_used_twice,
    what_was_said_is_shown_to_who_is_in,
    a_topic_is_kept_and_comes_back,
    engine_and_model_agree,
];

/// Whose event it is.
fn whose(event: &Event) -> Option<ConnId> {
    match event {
        Event::Connected { conn }
        | Event::Requested { conn, .. }
        | Event::Strayed { conn }
        | Event::Disconnected { conn, .. }
        | Event::Ready { conn }
        | Event::Choked { conn }
        | Event::Skipped { conn, .. } => Some(*conn),
        Event::Recalled { .. }
        | Event::HistoryPaused { .. }
        | Event::HistoryResumed { .. }
        | Event::RateChanged { .. }
        | Event::Tick => None,
    }
}

/// What is delivered, and to whom.
fn delivered(effects: &Effects) -> impl Iterator<Item = (&[ConnId], &Message)> {
    effects.iter().filter_map(|effect| match effect {
        Effect::Deliver { to, message } => Some((to, message)),
        _ => None,
    })
}

/// What is replied, and to whom; but for the note that somebody is too fast, which
/// answers nothing.
fn replied(effects: &Effects) -> impl Iterator<Item = (ConnId, &Message)> {
    effects.iter().filter_map(|effect| match effect {
        Effect::Reply {
            message: Message::Delayed { .. },
            ..
        } => None,
        Effect::Reply { to, message, .. } => Some((to, message)),
        _ => None,
    })
}

/// The room in which something was said.
fn said_in(message: &Message) -> Option<&RoomName> {
    match message {
        Message::Said { room, .. } | Message::Acted { room, .. } => Some(room),
        _ => None,
    }
}
