//! What was said before: under numbers of its own, and for those who are in.

use std::collections::BTreeMap;

use roomful::chat::{Command, ConnId, Message, RoomName, Seq, TopicInfo};
use roomful::engine::{Effect, Event};

use super::replied;
use crate::history::{History, Moment};

/// A number stands for one thing said in a room, however often the room was closed,
/// opened and recalled: where history is right, later numbers are higher.
///
/// # Panics
/// When it does not hold.
pub fn a_number_is_never_used_twice(history: &History) {
    let mut used: BTreeMap<String, Seq> = BTreeMap::new();
    history.play(&mut |moment| {
        for effect in moment.effects.iter() {
            if let Effect::Record { room, seq, .. } = effect {
                let before = used.insert(room.folded().into(), seq);
                assert!(
                    before.is_none_or(|before| before < seq),
                    "{seq} in #{room}, after {before:?}"
                );
            }
        }
    });
}

/// What was said in a room is shown to who is in it, and asks, or has just joined.
///
/// # Panics
/// When it does not hold.
pub fn what_was_said_is_shown_to_who_is_in(history: &History) {
    history.play(&mut |moment| {
        for effect in moment.effects.iter() {
            match effect {
                Effect::Browse { to, room, .. } => is_in(moment, to, std::slice::from_ref(room)),
                Effect::Search { to, rooms, .. } => {
                    is_in(moment, to, rooms);
                    let own = moment.before.get(to).map_or(0, |person| person.rooms.len());
                    assert_eq!(rooms.len(), own, "rooms that {to:?} is in");
                }
                Effect::Recall { to, room, .. } => {
                    let (before, after) = (moment.before.get(to), moment.after.get(to));
                    assert!(
                        after.is_some_and(|person| person.is_in(room)),
                        "joined #{room}"
                    );
                    assert!(
                        before.is_none_or(|person| !person.is_in(room)),
                        "was in #{room} already"
                    );
                }
                _ => {}
            }
        }
    });
}

fn is_in(moment: &Moment<'_>, who: ConnId, rooms: &[RoomName]) {
    let somebody = moment.before.get(who).expect("who is shown it is there");
    let strange = rooms.iter().find(|room| !somebody.is_in(room));
    assert_eq!(strange, None, "is shown to {who:?}, who is not in it");
    let Event::Requested { command, .. } = moment.event else {
        panic!("it is shown to {who:?} unasked");
    };
    if let Command::History { room, .. } = command {
        let wanted = room.as_ref().or(somebody.rooms.last());
        assert_eq!(rooms.first(), wanted, "another room was asked for");
    }
}

/// A topic that is set or cleared is kept as it is shown; a room that opens, or a lobby
/// that nobody was in, has the topic that history has just told of.
///
/// # Panics
/// When it does not hold.
pub fn a_topic_is_kept_and_comes_back(history: &History) {
    let mut recalled: Option<(RoomName, Option<TopicInfo>)> = None;
    history.play(&mut |moment| {
        topic_is_kept(moment);
        if let Event::Recalled { room, topic, .. } = moment.event {
            let is_empty = moment.before.members(room).is_empty();
            recalled = is_empty.then(|| (room.clone(), topic.clone()));
            return;
        }
        let Some((name, expected)) = recalled.take() else {
            return;
        };
        for (_, message) in replied(moment.effects) {
            if let Message::RoomEntered { room, topic, .. } = message {
                assert!(*room != name || *topic == expected, "the topic of #{room}");
            }
        }
    });
}

fn topic_is_kept(moment: &Moment<'_>) {
    let kept: Vec<_> = moment
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::RecordTopic { room, topic } => Some((room, topic)),
            _ => None,
        })
        .collect();
    let is_set = matches!(
        moment.event,
        Event::Requested {
            command: Command::SetTopic { .. },
            ..
        }
    );
    let shown: Vec<_> = replied(moment.effects)
        .filter_map(|(_, message)| match message {
            Message::TopicShown { room, topic } if is_set => Some((room, topic.as_ref())),
            _ => None,
        })
        .collect();
    assert_eq!(kept, shown, "the topic that is kept, and that is shown");
}
