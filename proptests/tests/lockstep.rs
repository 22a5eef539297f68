//! Engine and model in lockstep, and the comparison itself.

use proptests::model::exhaustive::{Scope, walk};
use proptests::model::lockstep::compare;
use proptests::model::random::random;
use proptests::model::{Model, Told};
use roomful::chat::{Command, ConnId, Limits, Message, Refusal, Text};
use roomful::engine::Event;

#[test]
fn every_small_script() {
    let scripts = walk(Scope::SMALL, &Scope::SMALL.alphabet(), &mut |_| {});
    assert_eq!(
        scripts.unwrap_or_else(|failure| panic!("{failure}")),
        35 * 35 * 35
    );
}

#[test]
fn long_histories() {
    for seed in 0..200 {
        random(seed, 300).unwrap_or_else(|failure| panic!("{failure}"));
    }
}

/// What is told when two people are in the lobby and one speaks.
fn told() -> Vec<Told> {
    let mut model = Model::new(Limits::default());
    let now = chrono::DateTime::UNIX_EPOCH;
    for conn in [ConnId(1), ConnId(2), ConnId(3)] {
        model.handle(now, Event::Connected { conn });
    }
    let text = Text::clean("hi").expect("a good text");
    let command = Command::Say { room: None, text };
    model.handle(
        now,
        Event::Requested {
            conn: ConnId(1),
            tag: None,
            command,
        },
    )
}

fn text_of(told: &mut Told) -> &mut Message {
    let (Told::Person { message, .. } | Told::Recorded(_, _, message)) = told else {
        panic!("there is no message in that");
    };
    message
}

#[test]
fn a_comparison_finds_what_is_wrong() {
    let sound = told();
    assert_eq!(sound.len(), 3);
    assert!(compare(&sound, &sound.clone()).is_ok());
    let wrong = |change: &dyn Fn(&mut Vec<Told>)| {
        let mut told = told();
        change(&mut told);
        compare(&sound, &told).expect_err("it was changed");
    };
    wrong(&|told| drop(told.pop()));
    wrong(&|told| told.swap(1, 2));
    wrong(&|told| told.push(told[2].clone()));
    wrong(&|told| {
        if let Told::Recorded(_, seq, _) = &mut told[0] {
            *seq = seq.next();
        }
    });
    wrong(&|told| {
        if let Told::Person { to, .. } = &mut told[1] {
            *to = ConnId(1);
        }
    });
    // A name in other capitals is equal, and another text may be as long.
    wrong(&|told| {
        if let Message::Said { text, .. } = text_of(&mut told[1]) {
            *text = Text::clean("HI").expect("a good text");
        }
    });
    wrong(&|told| {
        if let Message::Said { from, .. } = text_of(&mut told[1]) {
            *from = "GUEST1".parse().expect("a good name");
        }
    });
    wrong(&|told| *text_of(&mut told[2]) = Message::Refused(Refusal::InNoRoom));
    wrong(&|told| {
        if let Told::Person { more, .. } = &mut told[2] {
            *more = true;
        }
    });
}
