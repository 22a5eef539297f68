//! P2: nothing lost, nothing twice; and to nobody else.

use std::collections::BTreeSet;

use roomful::chat::{Command, ConnId, Message};
use roomful::engine::{Effect, Event};

use super::{delivered, replied, said_in, whose};
use crate::history::{History, Moment};

/// What is said reaches, once, all members but who said it and who ignores them;
/// and what is kept is what is told.
///
/// # Panics
/// When it does not hold.
pub fn what_is_said_reaches_every_member_once(history: &History) {
    history.play(&mut |moment| {
        let kept = moment.effects.iter().find_map(|effect| match effect {
            Effect::Record { message, .. } => Some(message),
            _ => None,
        });
        let told: Vec<_> = delivered(moment.effects)
            .filter(|(_, message)| said_in(message).is_some())
            .collect();
        let Some(message) = kept else {
            assert!(told.is_empty(), "what was said is not kept");
            return;
        };
        assert!(
            told.iter().all(|(_, told)| *told == message),
            "what is kept is not what is told"
        );
        let speaker = whose(moment.event).expect("somebody said it");
        let mut expected = moment
            .before
            .members(said_in(message).expect("it is said in a room"));
        expected.retain(|conn| *conn != speaker && !ignores(moment, *conn, speaker));
        let heard: Vec<ConnId> = told.iter().flat_map(|(to, _)| to.iter().copied()).collect();
        let distinct: BTreeSet<ConnId> = heard.iter().copied().collect();
        assert_eq!(heard.len(), distinct.len(), "somebody heard it twice");
        assert!(
            expected.is_subset(&distinct),
            "{expected:?} should have heard it, and {distinct:?} did"
        );
    });
}

/// Nobody is told what somebody says, does or whispers whom they ignore.
///
/// # Panics
/// When it does not hold.
pub fn nobody_hears_whom_they_ignore(history: &History) {
    history.play(&mut |moment| {
        let Some(speaker) = whose(moment.event) else {
            return;
        };
        for (to, message) in delivered(moment.effects) {
            let is_words = said_in(message).is_some() || is_private(message);
            let ignoring = to.iter().find(|conn| ignores(moment, **conn, speaker));
            assert!(
                !is_words || ignoring.is_none(),
                "{ignoring:?} ignores {speaker:?} and was told {message:?}"
            );
        }
    });
}

/// A private message is delivered to one person, who has the name that it was for,
/// and confirmed to who sent it.
///
/// # Panics
/// When it does not hold.
pub fn private_words_reach_two(history: &History) {
    history.play(&mut |moment| {
        for (to, message) in delivered(moment.effects) {
            if !is_private(message) {
                continue;
            }
            let sender = whose(moment.event).expect("somebody sent it");
            let confirmed = replied(moment.effects).find_map(|(to, message)| match message {
                Message::WhisperSent { to: nick, .. } => Some((to, nick)),
                _ => None,
            });
            let (confirmed_to, nick) = confirmed.expect("it is confirmed");
            assert_eq!(confirmed_to, sender, "it is confirmed to somebody else");
            assert_eq!(
                to,
                [moment.before.called(nick).expect("somebody has the name")],
                "private words for {nick} went elsewhere"
            );
            if let Event::Requested {
                command: Command::Whisper { to: wanted, .. },
                ..
            } = moment.event
            {
                assert_eq!(nick, wanted, "it went to another name");
            }
        }
    });
}

/// Only who asked is answered, and once: by a reply, or by history, which is shown
/// from elsewhere. Only what was said is not answered, for it is told.
///
/// # Panics
/// When it does not hold.
pub fn an_answer_goes_to_who_asked(history: &History) {
    history.play(&mut |moment| {
        let asked = whose(moment.event);
        for effect in moment.effects.iter() {
            if let Effect::Reply { to, .. }
            | Effect::Recall { to, .. }
            | Effect::Browse { to, .. }
            | Effect::Search { to, .. }
            | Effect::Pause { conn: to, .. }
            | Effect::Close { conn: to } = effect
            {
                assert_eq!(Some(to), asked, "{effect:?} is for somebody else");
            }
        }
        let is_shown =
            |effect: &Effect<'_>| matches!(effect, Effect::Browse { .. } | Effect::Search { .. });
        let shown = moment.effects.iter().filter(is_shown).count();
        let answers = replied(moment.effects).count() + shown;
        let Event::Requested { conn, command, .. } = moment.event else {
            return;
        };
        let is_there = moment.before.get(*conn).is_some();
        let is_said = moment
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Record { .. }));
        assert_eq!(
            answers,
            usize::from(is_there && !is_said),
            "answers to {command:?}"
        );
    });
}

/// What is typed without a room goes to the room that was entered, or named, last,
/// and only there; in no room there is nowhere for it to go.
///
/// # Panics
/// When it does not hold.
pub fn what_is_typed_goes_to_the_room_in_focus(history: &History) {
    history.play(&mut |moment| {
        for (to, message) in replied(moment.effects) {
            if let Message::RoomLeft { focus, .. } = message {
                let after = moment.after.get(to).expect("who left a room is there");
                assert_eq!(
                    focus.as_ref(),
                    after.rooms.last(),
                    "the focus after leaving a room"
                );
            }
        }
        let Event::Requested { conn, command, .. } = moment.event else {
            return;
        };
        let Some(speaker) = moment.before.get(*conn) else {
            return;
        };
        if !matches!(
            command,
            Command::Say { room: None, .. } | Command::Act { room: None, .. }
        ) {
            return;
        }
        let room = moment.effects.iter().find_map(|effect| match effect {
            Effect::Record { room, .. } => Some(room),
            _ => None,
        });
        assert_eq!(room, speaker.rooms.last(), "what was typed went elsewhere");
    });
}

fn ignores(moment: &Moment<'_>, who: ConnId, whom: ConnId) -> bool {
    let somebody = moment.before.get(who);
    somebody.is_some_and(|somebody| somebody.ignores.contains(&whom))
}

fn is_private(message: &Message) -> bool {
    matches!(message, Message::Whispered { .. })
}
