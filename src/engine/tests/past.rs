//! What history knows of a room, and who may see it.

use expect_test::expect;

use super::script::{World, check, check_with, unlimited};
use crate::chat::{ConnId, Limits, RoomName, Seq};

fn room(name: &str) -> RoomName {
    name.parse().unwrap()
}

/// Somebody in a room whose numbers are far above those of the others.
fn far_above() -> World {
    let mut world = World::new(unlimited());
    world.run("+1\nrecalled far 1000\n1 join far\n1 say x\n1 leave far");
    world
}

fn last(world: &World, name: &str) -> Seq {
    let id = world.engine.rooms.called(&room(name)).unwrap();
    world.engine.rooms[id].last
}

#[test]
fn a_room_that_opens_goes_on_where_its_past_ends() {
    check(
        "+1\nrecalled ops 4711 be kind\n1 join Ops\n1 say hi\n1 topic",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > recalled ops 4711 be kind
            > 1 join Ops
            1 < in #Ops [] topic be kind (by dan)
            recall #Ops up to 4711 for 1
            > 1 say hi
            record #Ops 4712
            > 1 topic
            1 < topic of #Ops: be kind (by dan)
        "#]],
    );
}

#[test]
fn a_known_past_is_not_raised_above_the_numbers_of_others() {
    let mut world = far_above();
    world.run("recalled ops 7\n1 join ops\n1 join dev");
    assert_eq!(last(&world, "ops"), Seq(7));
    assert_eq!(last(&world, "dev"), Seq(1001), "nothing is known of it");
}

#[test]
fn a_past_holds_for_the_next_event_alone() {
    for between in [
        "tick",
        "ready 1",
        "1 say x",
        "stray 1",
        "1 join dev",
        "recalled lobby 9",
    ] {
        let mut world = World::new(unlimited());
        world.run("+1\nrecalled ops 7 be kind");
        world.line(between);
        world.run("1 join ops");
        assert_eq!(last(&world, "ops"), Seq(0), "{between}");
    }
}

#[test]
fn a_past_is_of_one_room() {
    let mut world = World::new(unlimited());
    world.run("+1\nrecalled ops 7\n1 join dev\n1 join ops");
    assert_eq!((last(&world, "dev"), last(&world, "ops")), (Seq(0), Seq(0)));
    world.run("recalled far 9\nrecalled wide 8\n1 join far");
    assert_eq!(last(&world, "far"), Seq(0), "another past came after it");
}

#[test]
fn a_refused_join_leaves_nothing_of_it() {
    let limits = Limits {
        rooms_max: 1,
        ..unlimited()
    };
    let mut world = World::new(limits);
    world.run("+1\nrecalled ops 7 be kind");
    let refused = world.line("1 join ops");
    assert!(refused.contains("RoomsFull"), "{refused}");
    world.run("-1 reset");
    assert!(world.engine.equals_new());
}

#[test]
fn somebody_who_is_gone_opens_nothing() {
    let mut world = World::new(unlimited());
    world.run("+1\n-1 reset\nrecalled ops 7 be kind\n1 join ops");
    assert!(world.engine.equals_new());
}

#[test]
fn of_a_room_with_people_nothing_is_learned() {
    let mut world = World::new(unlimited());
    world.run("+1\n1 join ops\n1 topic here\n1 say x");
    let before = world.engine.clone();
    assert!(world.engine.is_peopled(&room("OPS")));
    world.run("recalled ops 7 be kind");
    world.run("recalled lobby 7 be kind");
    assert_eq!(world.engine, before);
}

#[test]
fn the_lobby_learns_its_past_while_nobody_is_in() {
    check(
        "recalled lobby 7 be kind\n+1\n1 topic\n1 say hi",
        &expect![[r#"
            > recalled lobby 7 be kind
            > +1
            1 < welcome guest1 to #lobby []
            1 < topic of #lobby: be kind (by dan)
            recall #lobby up to 7 for 1
            > 1 topic
            1 < topic of #lobby: be kind (by dan)
            > 1 say hi
            record #lobby 8
        "#]],
    );
}

#[test]
fn the_lobby_never_counts_back() {
    let mut world = World::new(unlimited());
    world.run("+1\n1 say x\n1 say x\n1 join ops\n1 leave lobby");
    assert!(!world.engine.is_peopled(&room("lobby")));
    world.run("recalled lobby 1 be kind");
    assert_eq!(last(&world, "lobby"), Seq(2));
    let back = world.line("1 join lobby");
    assert!(back.contains("topic be kind (by dan)"), "{back}");
    world.run("-1 reset");
    assert!(world.engine.equals_new());
}

#[test]
fn an_empty_lobby_with_a_topic_from_history_is_as_new() {
    let mut world = World::new(unlimited());
    world.run("recalled lobby 7 be kind");
    assert!(world.engine.equals_new());
}

#[test]
fn history_is_for_who_is_in_the_room() {
    check(
        "+1\n+2\n2 join ops\n1 history\n1 history #ops\n1 history #dev\n2 history #OPS\n2 history",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > +2
            1 << guest2 joined #lobby
            2 < welcome guest2 to #lobby [guest1]
            recall #lobby up to 0 for 2
            > 2 join ops
            2 < in #ops [] topic -
            recall #ops up to 0 for 2
            > 1 history
            browse #lobby Last { count: 20 } for 1
            > 1 history #ops
            1 < no: NotInRoom { room: "ops" }
            > 1 history #dev
            1 < no: NotInRoom { room: "dev" }
            > 2 history #OPS
            browse #ops Last { count: 20 } for 2
            > 2 history
            browse #ops Last { count: 20 } for 2
        "#]],
    );
}

#[test]
fn a_search_looks_in_all_rooms_that_one_is_in() {
    check(
        "+1\n+2\n2 join ops\n1 join dev\n1 search lunch\n1 join lobby\n1 search lunch\n1 leave lobby\n1 search lunch",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > +2
            1 << guest2 joined #lobby
            2 < welcome guest2 to #lobby [guest1]
            recall #lobby up to 0 for 2
            > 2 join ops
            2 < in #ops [] topic -
            recall #ops up to 0 for 2
            > 1 join dev
            1 < in #dev [] topic -
            recall #dev up to 0 for 1
            > 1 search lunch
            search #lobby #dev for 1: lunch
            > 1 join lobby
            1 < back in #lobby [guest2] topic -
            > 1 search lunch
            search #dev #lobby for 1: lunch
            > 1 leave lobby
            2 << guest1 left #lobby
            1 < out of #lobby, now Some("dev")
            > 1 search lunch
            search #dev for 1: lunch
        "#]],
    );
}

#[test]
fn in_no_room_there_is_no_history() {
    check(
        "+1\n1 leave\n1 history\n1 history #lobby\n1 search x",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > 1 leave
            1 < out of #lobby, now None
            > 1 history
            1 < no: InNoRoom
            > 1 history #lobby
            1 < no: NotInRoom { room: "lobby" }
            > 1 search x
            1 < no: InNoRoom
        "#]],
    );
}

#[test]
fn a_pause_of_history_is_told_to_who_is_in_the_room() {
    check(
        "+1\n+2\n+3\n1 join ops\n2 join ops\npaused OPS\nresumed OPS 8 9\npaused dev\nresumed dev 1 1",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > +2
            1 << guest2 joined #lobby
            2 < welcome guest2 to #lobby [guest1]
            recall #lobby up to 0 for 2
            > +3
            1, 2 << guest3 joined #lobby
            3 < welcome guest3 to #lobby [guest1 guest2]
            recall #lobby up to 0 for 3
            > 1 join ops
            1 < in #ops [] topic -
            recall #ops up to 0 for 1
            > 2 join ops
            1 << guest2 joined #ops
            2 < in #ops [guest1] topic -
            recall #ops up to 0 for 2
            > paused OPS
            1, 2 << history of #ops paused
            > resumed OPS 8 9
            1, 2 << history of #ops resumed but for 8 to 9
            > paused dev
            > resumed dev 1 1
        "#]],
    );
}

#[test]
fn a_request_for_history_costs_a_token() {
    let limits = Limits {
        rate_burst: 1,
        rate_per_second: 1,
        ..Limits::default()
    };
    check_with(
        limits,
        "+1\n1 history\n1 search x\n@ 1s",
        &expect![[r#"
        > +1
        1 < welcome guest1 to #lobby []
        recall #lobby up to 0 for 1
        > 1 history
        pause 1 until 1000ms
        browse #lobby Last { count: 20 } for 1
        > 1 search x
        1 < delayed to 1 a second
        pause 1 until 2000ms
        search #lobby for 1: x
        > @ 1s
    "#]],
    );
}

#[test]
fn who_is_ignored_is_known_by_nickname() {
    let mut world = World::new(unlimited());
    world.run("+1\n+2\n2 nick bob\n1 ignore bob");
    let ignores = |world: &World, conn, nick: &str| {
        let nick = nick.parse().unwrap();
        world.engine.ignores(ConnId(conn), &nick)
    };
    assert!(ignores(&world, 1, "BOB"));
    assert!(!ignores(&world, 1, "guest1") && !ignores(&world, 2, "bob"));
    assert!(!ignores(&world, 9, "bob"), "nobody is there");
    world.run("2 nick bill");
    assert!(ignores(&world, 1, "bill") && !ignores(&world, 1, "bob"));
    world.run("-2 reset");
    assert!(ignores(&world, 1, "bill"), "the name is remembered");
    world.run("1 unignore bill");
    assert!(!ignores(&world, 1, "bill"));
}
