//! Joining, coming back, leaving.

use expect_test::expect;

use super::script::{World, check, check_with, unlimited};
use crate::chat::Limits;

#[test]
fn a_new_person_is_in_the_lobby_and_told_who_is_there() {
    check(
        "+1\n1 nick ada\n1 topic be kind\n+2\n+3",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > 1 nick ada
            1 < you are ada
            > 1 topic be kind
            record topic of #lobby: be kind (by ada)
            1 < topic of #lobby: be kind (by ada)
            > +2
            1 << guest2 joined #lobby
            2 < welcome guest2 to #lobby [ada]
            2 < topic of #lobby: be kind (by ada)
            recall #lobby up to 0 for 2
            > +3
            1, 2 << guest3 joined #lobby
            3 < welcome guest3 to #lobby [ada guest2]
            3 < topic of #lobby: be kind (by ada)
            recall #lobby up to 0 for 3
        "#]],
    );
}

#[test]
fn a_greeting_names_ten_and_counts_the_rest() {
    let mut world = World::crowd(11);
    expect![[r#"
        > +12
        11 people << guest12 joined #lobby
        12 < welcome guest12 to #lobby [guest1 guest2 guest3 guest4 guest5 guest6 guest7 guest8 guest9 guest10 + 1]
        recall #lobby up to 0 for 12
        > +13
        12 people << guest13 joined #lobby
        13 < welcome guest13 to #lobby [guest1 guest2 guest3 guest4 guest5 guest6 guest7 guest8 guest9 guest10 + 2]
        recall #lobby up to 0 for 13
    "#]].assert_eq(&world.transcript("+12\n+13"));
}

#[test]
fn joining_opens_a_room_and_gives_it_the_focus() {
    check(
        "+1\n+2\n1 join Ops\n2 join ops\n2 say hi\n1 say #lobby over here\n1 say hello",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > +2
            1 << guest2 joined #lobby
            2 < welcome guest2 to #lobby [guest1]
            recall #lobby up to 0 for 2
            > 1 join Ops
            1 < in #Ops [] topic -
            recall #Ops up to 0 for 1
            > 2 join ops
            1 << guest2 joined #Ops
            2 < in #Ops [guest1] topic -
            recall #Ops up to 0 for 2
            > 2 say hi
            record #Ops 1
            1 << #Ops 1 guest2: hi
            > 1 say #lobby over here
            record #lobby 1
            2 << #lobby 1 guest1: over here
            > 1 say hello
            record #Ops 2
            2 << #Ops 2 guest1: hello
        "#]],
    );
}

#[test]
fn coming_back_moves_the_focus_and_tells_nobody() {
    check(
        "+1\n+2\n1 join ops\n2 join ops\n1 join lobby\n1 say in the lobby",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > +2
            1 << guest2 joined #lobby
            2 < welcome guest2 to #lobby [guest1]
            recall #lobby up to 0 for 2
            > 1 join ops
            1 < in #ops [] topic -
            recall #ops up to 0 for 1
            > 2 join ops
            1 << guest2 joined #ops
            2 < in #ops [guest1] topic -
            recall #ops up to 0 for 2
            > 1 join lobby
            1 < back in #lobby [guest2] topic -
            > 1 say in the lobby
            record #lobby 1
            2 << #lobby 1 guest1: in the lobby
        "#]],
    );
}

#[test]
fn leaving_goes_back_to_the_room_used_before() {
    let script = "+1\n+2\n1 join a\n1 join b\n2 join b\n1 join a\n1 leave\n1 leave lobby\n1 leave\n1 leave\n1 say x";
    check(
        script,
        &expect![[r#"
        > +1
        1 < welcome guest1 to #lobby []
        recall #lobby up to 0 for 1
        > +2
        1 << guest2 joined #lobby
        2 < welcome guest2 to #lobby [guest1]
        recall #lobby up to 0 for 2
        > 1 join a
        1 < in #a [] topic -
        recall #a up to 0 for 1
        > 1 join b
        1 < in #b [] topic -
        recall #b up to 0 for 1
        > 2 join b
        1 << guest2 joined #b
        2 < in #b [guest1] topic -
        recall #b up to 0 for 2
        > 1 join a
        1 < back in #a [] topic -
        > 1 leave
        1 < out of #a, now Some("b")
        > 1 leave lobby
        2 << guest1 left #lobby
        1 < out of #lobby, now Some("b")
        > 1 leave
        2 << guest1 left #b
        1 < out of #b, now None
        > 1 leave
        1 < no: InNoRoom
        > 1 say x
        1 < no: InNoRoom
    "#]],
    );
}

#[test]
fn leaving_or_speaking_where_one_is_not_is_refused() {
    check(
        "+1\n+2\n2 join ops\n1 leave ops\n1 say #ops hi\n1 leave nowhere\n1 who nowhere\n1 topic #nowhere",
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
            > 1 leave ops
            1 < no: NotInRoom { room: "ops" }
            > 1 say #ops hi
            1 < no: NotInRoom { room: "ops" }
            > 1 leave nowhere
            1 < no: NotInRoom { room: "nowhere" }
            > 1 who nowhere
            1 < no: NoSuchRoom { room: "nowhere" }
            > 1 topic #nowhere
            1 < no: NoSuchRoom { room: "nowhere" }
        "#]],
    );
}

#[test]
fn an_empty_room_is_gone_and_the_lobby_stays() {
    check(
        "+1\n1 join ops\n1 topic secret plans\n1 leave\n1 rooms\n1 join ops\n1 leave\n1 topic hello\n1 leave\n1 join lobby",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > 1 join ops
            1 < in #ops [] topic -
            recall #ops up to 0 for 1
            > 1 topic secret plans
            record topic of #ops: secret plans (by guest1)
            1 < topic of #ops: secret plans (by guest1)
            > 1 leave
            1 < out of #ops, now Some("lobby")
            > 1 rooms
            1 < rooms [#lobby 1 -] total Some(1)
            > 1 join ops
            1 < in #ops [] topic -
            recall #ops up to 0 for 1
            > 1 leave
            1 < out of #ops, now Some("lobby")
            > 1 topic hello
            record topic of #lobby: hello (by guest1)
            1 < topic of #lobby: hello (by guest1)
            > 1 leave
            1 < out of #lobby, now None
            > 1 join lobby
            1 < in #lobby [] topic -
            recall #lobby up to 0 for 1
        "#]],
    );
}

#[test]
fn numbers_have_no_hole_and_are_never_used_again() {
    let script = "+1\n+2\n1 join a\n1 say one\n1 say two\n1 me acts\n1 leave\n1 join b\n1 say above three\n1 say more\n1 leave\n1 join a\n1 say six\n2 say the lobby has its own\n2 leave\n2 join lobby\n2 say and keeps them";
    check(
        script,
        &expect![[r#"
        > +1
        1 < welcome guest1 to #lobby []
        recall #lobby up to 0 for 1
        > +2
        1 << guest2 joined #lobby
        2 < welcome guest2 to #lobby [guest1]
        recall #lobby up to 0 for 2
        > 1 join a
        1 < in #a [] topic -
        recall #a up to 0 for 1
        > 1 say one
        record #a 1
        > 1 say two
        record #a 2
        > 1 me acts
        record #a 3
        > 1 leave
        1 < out of #a, now Some("lobby")
        > 1 join b
        1 < in #b [] topic -
        recall #b up to 3 for 1
        > 1 say above three
        record #b 4
        > 1 say more
        record #b 5
        > 1 leave
        1 < out of #b, now Some("lobby")
        > 1 join a
        1 < in #a [] topic -
        recall #a up to 5 for 1
        > 1 say six
        record #a 6
        > 2 say the lobby has its own
        record #lobby 1
        1 << #lobby 1 guest2: the lobby has its own
        > 2 leave
        1 << guest2 left #lobby
        2 < out of #lobby, now None
        > 2 join lobby
        1 << guest2 joined #lobby
        2 < in #lobby [guest1] topic -
        recall #lobby up to 1 for 2
        > 2 say and keeps them
        record #lobby 2
        1 << #lobby 2 guest2: and keeps them
    "#]],
    );
}

#[test]
fn rooms_of_one_person_at_the_bound_and_one_past_it() {
    let limits = Limits {
        rooms_per_user_max: 2,
        ..unlimited()
    };
    check_with(
        limits,
        "+1\n1 join a\n1 join b\n1 join a\n1 leave\n1 join b",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > 1 join a
            1 < in #a [] topic -
            recall #a up to 0 for 1
            > 1 join b
            1 < no: RoomsOfUserFull { max: 2 }
            > 1 join a
            1 < back in #a [] topic -
            > 1 leave
            1 < out of #a, now Some("lobby")
            > 1 join b
            1 < in #b [] topic -
            recall #b up to 0 for 1
        "#]],
    );
}

#[test]
fn rooms_in_all_at_the_bound_and_one_past_it() {
    let limits = Limits {
        rooms_max: 2,
        ..unlimited()
    };
    check_with(
        limits,
        "+1\n+2\n1 join a\n2 join b\n2 join a\n1 leave a\n2 leave a\n2 join b",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > +2
            1 << guest2 joined #lobby
            2 < welcome guest2 to #lobby [guest1]
            recall #lobby up to 0 for 2
            > 1 join a
            1 < in #a [] topic -
            recall #a up to 0 for 1
            > 2 join b
            2 < no: RoomsFull { max: 2 }
            > 2 join a
            1 << guest2 joined #a
            2 < in #a [guest1] topic -
            recall #a up to 0 for 2
            > 1 leave a
            2 << guest1 left #a
            1 < out of #a, now Some("lobby")
            > 2 leave a
            2 < out of #a, now Some("lobby")
            > 2 join b
            2 < in #b [] topic -
            recall #b up to 0 for 2
        "#]],
    );
}

#[test]
fn a_room_that_only_looks_like_an_open_one_is_refused() {
    check(
        "+1\n1 join scope\n1 join ѕсоре\n1 join sc0pe",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > 1 join scope
            1 < in #scope [] topic -
            recall #scope up to 0 for 1
            > 1 join ѕсоре
            1 < no: RoomConfusable { room: "ѕсоре", with: "scope" }
            > 1 join sc0pe
            1 < in #sc0pe [] topic -
            recall #sc0pe up to 0 for 1
        "#]],
    );
}
