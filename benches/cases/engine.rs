//! The engine alone: events in, effects out.

use std::hint::black_box;

use roomful::chat::{Command, ConnId, RoomName};

use super::crowd::{Crowd, room, text};
use super::{Case, Task, case};

/// Cost per command, but for broadcasts, where it is per delivery.
pub(crate) const ENGINE: [Case; 15] = [
    case("say in a room of 10", 1, 1_000, say_in_small_rooms),
    case("broadcast to 10", 10, 10, broadcast),
    case("broadcast to 100", 100, 100, broadcast),
    case("broadcast to 1000", 1_000, 1_000, broadcast),
    case("broadcast to 10000", 10_000, 10_000, broadcast),
    case("join and leave with 10", 2, 10, join_and_leave),
    case("join and leave with 100", 2, 100, join_and_leave),
    case("join and leave with 1000", 2, 1_000, join_and_leave),
    case("join and leave with 10000", 2, 10_000, join_and_leave),
    case("connect and disconnect with 0", 2, 0, come_and_go),
    case("connect and disconnect with 1000", 2, 1_000, come_and_go),
    case("connect and disconnect with 10000", 2, 10_000, come_and_go),
    case("page of who with 10", 1, 10, who),
    case("page of who with 1000", 1, 1_000, who),
    case("page of who with 10000", 1, 10_000, who),
];

/// People of a small room.
const ROOM_SIZE: u64 = 10;

/// So many people in rooms of ten, each of whom says a line in turn.
fn say_in_small_rooms(people: u64) -> Task {
    let mut crowd = Crowd::of(people);
    for person in 0..people {
        let conn = ConnId(person + 1);
        let join = Command::Join {
            room: room(person / ROOM_SIZE),
        };
        crowd.request(conn, join);
        let lobby = Some(RoomName::lobby());
        crowd.request(conn, Command::Leave { room: lobby });
    }
    say_in_turn(crowd, people)
}

/// A line to so many others.
fn broadcast(others: u64) -> Task {
    let people = others + 1;
    say_in_turn(Crowd::of(people), people)
}

fn say_in_turn(mut crowd: Crowd, people: u64) -> Task {
    let text = text();
    let mut person = 0;
    Box::new(move || {
        let text = text.clone();
        let command = Command::Say { room: None, text };
        black_box(crowd.request(ConnId(person + 1), command));
        person = (person + 1) % people;
    })
}

/// One more joins a room in which so many are, and leaves it.
fn join_and_leave(present: u64) -> Task {
    let mut crowd = Crowd::of(present + 1);
    let room = room(1);
    for conn in 1..=present {
        let room = room.clone();
        crowd.request(ConnId(conn), Command::Join { room });
    }
    let conn = ConnId(present + 1);
    Box::new(move || {
        let join = Command::Join { room: room.clone() };
        black_box(crowd.request(conn, join));
        let leave = Command::Leave { room: None };
        black_box(crowd.request(conn, leave));
    })
}

/// One connects to a server with so many people in the lobby, and goes.
fn come_and_go(present: u64) -> Task {
    let mut crowd = Crowd::of(present);
    Box::new(move || {
        let conn = crowd.enter();
        crowd.depart(conn);
    })
}

/// The first page of who is in a room of so many.
fn who(present: u64) -> Task {
    let mut crowd = Crowd::of(present);
    Box::new(move || {
        black_box(crowd.request(ConnId(1), Command::Who { room: None }));
    })
}
