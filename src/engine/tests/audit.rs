//! The audit finds what it is there to find: each invariant, broken.

use alloc::string::{String, ToString};

use super::script::World;
use crate::chat::{ConnId, Limits, Nickname, RoomId, RoomName, Seq, UserId};
use crate::engine::Engine;

const ADA: UserId = UserId(1);
const BOB: UserId = UserId(2);
const CLEO: UserId = UserId(3);
const DAN: UserId = UserId(4);

/// Three people in the lobby, where a summary waits; two of them in #ops; one who
/// ignores the other, and somebody who is gone.
fn sound() -> Engine {
    let limits = Limits {
        rate_burst: 0,
        announce_members_max: 1,
        ..Limits::default()
    };
    let mut world = World::new(limits);
    world.run("+1\n+2\n+3\n+4\n1 nick ada\n1 join ops\n2 join ops");
    world.run("1 ignore guest2\n1 ignore guest4\n-4 reset");
    world.engine
}

fn found(engine: &Engine) -> String {
    let violation = engine.audit().expect_err("it was broken");
    violation.to_string()
}

fn nick(nick: &str) -> Nickname {
    nick.parse().unwrap()
}

fn ops(engine: &Engine) -> RoomId {
    let name: RoomName = "ops".parse().unwrap();
    engine.rooms.called(&name).unwrap()
}

/// What the audit says, and what has to be broken for it to say so.
type Broken<'a> = (&'a str, &'a dyn Fn(&mut Engine));

fn each_is_found(broken: &[Broken<'_>]) {
    assert_eq!(sound().audit(), Ok(()));
    for (words, corrupt) in broken {
        let mut engine = sound();
        corrupt(&mut engine);
        let found = found(&engine);
        assert!(
            found.contains(words),
            "{found:?} does not say that {words:?}"
        );
    }
}

#[test]
fn what_is_wrong_with_people_is_found() {
    let ops = ops(&sound());
    each_is_found(&[
        ("not one session", &|it| {
            it.sessions.remove(&ConnId(1));
        }),
        ("is not that of", &|it| {
            it.sessions.get_mut(&ConnId(1)).unwrap().user = BOB;
        }),
        ("is not UserId(1)", &|it| it.users[ADA].nick = nick("zoe")),
        ("looks like", &|it| {
            it.users.rename(ADA, nick("scope"));
            it.users.rename(BOB, nick("ѕсоре"));
        }),
        ("is in too many rooms", &|it| {
            it.limits.rooms_per_user_max = 1;
        }),
        ("in a room twice", &|it| it.users[ADA].rooms.push(ops)),
        ("does not know its member", &|it| {
            it.users[CLEO].rooms.push(ops);
        }),
        ("does not know its member", &|it| {
            it.rooms[ops].members.remove(ADA);
        }),
        ("does not know its member", &|it| {
            it.users[ADA].rooms.push(RoomId(77));
        }),
    ]);
}

#[test]
fn what_is_wrong_with_rooms_is_found() {
    let lobby = sound().rooms.lobby();
    let ops = ops(&sound());
    let due = sound().rooms[lobby].untold.as_ref().unwrap().due;
    each_is_found(&[
        ("too many rooms", &|it| it.limits.rooms_max = 1),
        ("is not RoomId", &|it| {
            it.rooms[ops].name = "dev".parse().unwrap();
        }),
        ("is empty", &|it| {
            it.rooms.open("dev".parse().unwrap());
        }),
        ("is not in", &|it| {
            it.rooms[ops].members.add(CLEO, ConnId(3));
        }),
        ("is not in", &|it| {
            it.rooms[ops].members.remove(ADA);
            it.rooms[ops].members.add(ADA, ConnId(9));
        }),
        ("nothing will tell", &|it| it.timers.cancel(due, lobby)),
        ("nothing will tell", &|it| {
            let untold = it.rooms[lobby].untold.as_mut().unwrap();
            untold.due += chrono::TimeDelta::seconds(1);
        }),
        ("stands for nothing", &|it| it.rooms[lobby].untold = None),
        ("waits to be", &|it| {
            it.rooms.remember("OPS".parse().unwrap(), Seq(7), None);
        }),
    ]);
}

#[test]
fn what_is_wrong_with_ignoring_is_found() {
    each_is_found(&[
        ("ignores too many", &|it| {
            it.limits.ignored_per_user_max = 1;
        }),
        ("does not know that UserId(1) ignores them", &|it| {
            it.users[BOB].ignoring_mut().ignored_by.clear();
        }),
        ("does not know that UserId(1) ignores them", &|it| {
            it.users[ADA]
                .ignoring_mut()
                .ignored
                .insert(nick("dan"), None);
        }),
        ("does not ignore", &|it| {
            it.users[BOB].ignoring_mut().ignored_by.insert(CLEO);
        }),
        ("somebody who is gone", &|it| {
            it.users[ADA].ignoring_mut().ignored.remove(&nick("guest4"));
        }),
    ]);
}

#[test]
fn a_limit_is_sound_at_its_number() {
    let mut engine = sound();
    engine.limits.rooms_per_user_max = 2;
    engine.limits.rooms_max = 2;
    engine.limits.ignored_per_user_max = 2;
    assert_eq!(engine.audit(), Ok(()));
    assert!(engine.users.get(DAN).is_none());
}

#[test]
fn the_lobby_alone_is_sound_whatever_the_limit() {
    let limits = Limits {
        rooms_max: 0,
        ..Limits::default()
    };
    assert_eq!(Engine::new(limits).audit(), Ok(()));
}
