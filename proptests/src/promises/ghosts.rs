//! P3: no ghosts.

use std::collections::BTreeSet;

use roomful::chat::{ConnId, Message, Refusal, Traffic};
use roomful::engine::{Effect, Ending, Event};

use super::{delivered, replied, whose};
use crate::history::{History, Moment};

/// Nothing is told to anybody who is not there.
///
/// # Panics
/// When it does not hold.
pub fn who_has_gone_is_told_nothing(history: &History) {
    history.play(&mut |moment| {
        let has_gone = |conn: &ConnId| {
            let was_there = moment.before.get(*conn).is_some();
            !was_there && moment.after.get(*conn).is_none()
        };
        for (to, message) in delivered(moment.effects) {
            let ghost = to.iter().find(|conn| moment.after.get(**conn).is_none());
            assert_eq!(ghost, None, "was told {message:?} and has gone");
        }
        for (to, message) in replied(moment.effects) {
            assert!(!has_gone(&to), "{to:?} was told {message:?} and has gone");
        }
        let people = moment.after.people().count();
        assert_eq!(
            moment.engine.stats().people,
            people,
            "people who are there, for the engine"
        );
    });
}

/// What happens in a room is told to who is in it, and was when it happened.
///
/// # Panics
/// When it does not hold.
pub fn nobody_hears_of_a_room_they_are_not_in(history: &History) {
    history.play(&mut |moment| {
        for (to, message) in delivered(moment.effects) {
            let Traffic::Room { room, .. } = message.traffic() else {
                continue;
            };
            let (before, after) = (moment.before.members(room), moment.after.members(room));
            let stranger = to
                .iter()
                .find(|conn| !before.contains(conn) || !after.contains(conn));
            assert_eq!(stranger, None, "is not in #{room} and was told {message:?}");
        }
    });
}

/// A nickname is one person's at any moment, however it is written; it is refused as
/// taken exactly while somebody has it, and granted to who asked for it.
///
/// # Panics
/// When it does not hold.
pub fn a_nickname_is_one_persons(history: &History) {
    history.play(&mut |moment| {
        let mut seen: Vec<&str> = Vec::new();
        for (conn, somebody) in moment.after.people() {
            let folded = somebody.nick.folded();
            assert!(
                !seen.contains(&folded),
                "{conn:?} is called {folded}, and so is another"
            );
            seen.push(folded);
        }
        for (to, message) in replied(moment.effects) {
            match message {
                Message::Refused(Refusal::NickTaken { nick, free }) => {
                    let who = moment.before.called(nick);
                    assert!(
                        who.is_some_and(|who| who != to),
                        "{nick} is taken by nobody else"
                    );
                    let offered = free
                        .iter()
                        .find(|free| moment.before.called(free).is_some());
                    assert_eq!(offered, None, "is offered, and is somebody's");
                }
                Message::Refused(Refusal::NobodyCalled { nick }) => {
                    assert_eq!(moment.before.called(nick), None, "has the name {nick}");
                }
                Message::NickChanged { nick } => {
                    let who = moment.before.called(nick);
                    assert!(
                        who.is_none_or(|who| who == to),
                        "{nick} was given away and is {who:?}'s"
                    );
                }
                _ => {}
            }
        }
    });
}

/// A rename is told once to each who shares a room with who is renamed, as of a room
/// that both are in, and to nobody else; unless the room is so large that it is
/// summarised.
///
/// # Panics
/// When it does not hold.
pub fn a_rename_is_told_where_who_is_renamed_is(history: &History) {
    let announced = history.limits.announce_members_max;
    history.play(&mut |moment| {
        let told: Vec<_> = delivered(moment.effects)
            .filter(|(_, message)| matches!(message, Message::Renamed { .. }))
            .collect();
        let Some(conn) = whose(moment.event) else {
            return;
        };
        for (_, message) in &told {
            let Message::Renamed { from, to, .. } = message else {
                continue;
            };
            assert_eq!(
                moment.before.called(from),
                Some(conn),
                "who was called {from}"
            );
            assert_eq!(moment.after.called(to), Some(conn), "who is called {to}");
        }
        let (Some(before), Some(after)) = (moment.before.get(conn), moment.after.get(conn)) else {
            return;
        };
        if before.nick.as_str() == after.nick.as_str() {
            assert!(told.is_empty(), "nobody was renamed");
            return;
        }
        is_told_once_in_shared_rooms(moment, conn, announced, &told);
    });
}

/// A departure is told once to each who shares a room with who departs, whatever its
/// way; but when the server itself stops.
///
/// # Panics
/// When it does not hold.
pub fn a_departure_is_told_once_to_who_shares_a_room(history: &History) {
    let announced = history.limits.announce_members_max;
    history.play(&mut |moment| {
        let told: Vec<_> = delivered(moment.effects)
            .filter(|(_, message)| matches!(message, Message::Departed { .. }))
            .collect();
        let gone = whose(moment.event)
            .filter(|conn| moment.before.get(*conn).is_some() && moment.after.get(*conn).is_none());
        let stops = matches!(
            moment.event,
            Event::Disconnected {
                why: Ending::Shutdown,
                ..
            }
        );
        match gone {
            Some(conn) if !stops => is_told_once_in_shared_rooms(moment, conn, announced, &told),
            _ => assert!(told.is_empty(), "nobody departed, and {told:?}"),
        }
    });
}

/// Each who shares a room that is announced with somebody is told once, of a room
/// that they share.
fn is_told_once_in_shared_rooms(
    moment: &Moment<'_>,
    conn: ConnId,
    announced: usize,
    told: &[(&[ConnId], &Message)],
) {
    let rooms = &moment.before.get(conn).expect("they were there").rooms;
    let mut expected = BTreeSet::new();
    for room in rooms {
        // Who departs is no member any more when it is told.
        let members = moment.after.members(room);
        if members.len() <= announced {
            expected.extend(members.into_iter().filter(|member| *member != conn));
        }
    }
    let heard: Vec<ConnId> = told.iter().flat_map(|(to, _)| to.iter().copied()).collect();
    let distinct: BTreeSet<ConnId> = heard.iter().copied().collect();
    assert_eq!(heard.len(), distinct.len(), "somebody was told twice");
    assert_eq!(distinct, expected, "who was told of {conn:?}");
    for (_, message) in told {
        let Traffic::Room { room, .. } = message.traffic() else {
            panic!("{message:?} is of no room");
        };
        assert!(
            rooms.contains(room),
            "{message:?}, and they were not in #{room}"
        );
    }
}

/// A room is open while somebody is in it, and the lobby is for ever.
///
/// # Panics
/// When it does not hold.
pub fn rooms_are_open_while_somebody_is_in_and_the_lobby_always(history: &History) {
    history.play(&mut |moment| {
        let rooms = moment.after.rooms();
        let lobby = !rooms.iter().any(|room| room.folded() == "lobby");
        let expected = rooms.len() + usize::from(lobby);
        assert_eq!(moment.engine.stats().rooms, expected, "rooms that are open");
        for (_, message) in replied(moment.effects) {
            if let Message::Refused(Refusal::NoSuchRoom { room }) = message {
                let is_there = room.folded() == "lobby" || rooms.contains(&room);
                assert!(!is_there, "#{room} is open");
            }
        }
    });
}

/// When all have left, nothing but counters tells the engine from a new one; and the
/// audit holds after every event.
///
/// # Panics
/// When it does not hold.
pub fn when_all_have_left_the_engine_is_new(history: &History) {
    let mut sound = |moment: &Moment<'_>| {
        if let Err(violation) = moment.engine.audit() {
            panic!("after {:?}: {violation}", moment.event);
        }
    };
    let mut play = history.play(&mut sound);
    play.end(&mut sound);
    assert!(
        play.engine.equals_new(),
        "something is left of people who are gone"
    );
    assert_eq!(play.engine.deadline(), None, "somebody is waited for");
    let closes = play
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::Close { .. }));
    assert!(!closes, "a connection that is gone is closed");
}
