//! Leaving for good, in every way.

use alloc::format;

use expect_test::expect;

use super::script::{World, check, unlimited};

#[test]
fn each_who_shares_a_room_is_told_once_and_the_nickname_is_free() {
    check(
        "+1\n+2\n+3\n+4\n1 nick ada\n1 join a\n1 join b\n2 join a\n2 join b\n3 leave\n3 join b\n4 leave\n-1 reset\n4 nick ada",
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
            > +4
            1, 2, 3 << guest4 joined #lobby
            4 < welcome guest4 to #lobby [guest1 guest2 guest3]
            recall #lobby up to 0 for 4
            > 1 nick ada
            2, 3, 4 << guest1 is now ada (by #lobby)
            1 < you are ada
            > 1 join a
            1 < in #a [] topic -
            recall #a up to 0 for 1
            > 1 join b
            1 < in #b [] topic -
            recall #b up to 0 for 1
            > 2 join a
            1 << guest2 joined #a
            2 < in #a [ada] topic -
            recall #a up to 0 for 2
            > 2 join b
            1 << guest2 joined #b
            2 < in #b [ada] topic -
            recall #b up to 0 for 2
            > 3 leave
            1, 2, 4 << guest3 left #lobby
            3 < out of #lobby, now None
            > 3 join b
            1, 2 << guest3 joined #b
            3 < in #b [ada guest2] topic -
            recall #b up to 0 for 3
            > 4 leave
            1, 2 << guest4 left #lobby
            4 < out of #lobby, now None
            > -1 reset
            2 << ada departed (by #lobby): Lost
            3 << ada departed (by #b): Lost
            > 4 nick ada
            4 < you are ada
        "#]],
    );
}

#[test]
fn every_way_has_its_words() {
    check(
        "+9\n+1\n1 quit\n+2\n2 quit off home\n+3\n-3 ended\n+4\n-4 reset\n+5\n-5 timed-out\n+6\n-6 stalled\n+7\n-7 shutdown",
        &expect![[r#"
            > +9
            9 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 9
            > +1
            9 << guest2 joined #lobby
            1 < welcome guest2 to #lobby [guest1]
            recall #lobby up to 0 for 1
            > 1 quit
            9 << guest2 departed (by #lobby): Plain
            1 < bye guest2
            close 1
            > +2
            9 << guest3 joined #lobby
            2 < welcome guest3 to #lobby [guest1]
            recall #lobby up to 0 for 2
            > 2 quit off home
            9 << guest3 departed (by #lobby): Quit { reason: Text(8 bytes) }
            2 < bye guest3
            close 2
            > +3
            9 << guest4 joined #lobby
            3 < welcome guest4 to #lobby [guest1]
            recall #lobby up to 0 for 3
            > -3 ended
            9 << guest4 departed (by #lobby): Plain
            > +4
            9 << guest5 joined #lobby
            4 < welcome guest5 to #lobby [guest1]
            recall #lobby up to 0 for 4
            > -4 reset
            9 << guest5 departed (by #lobby): Lost
            > +5
            9 << guest6 joined #lobby
            5 < welcome guest6 to #lobby [guest1]
            recall #lobby up to 0 for 5
            > -5 timed-out
            9 << guest6 departed (by #lobby): Lost
            > +6
            9 << guest7 joined #lobby
            6 < welcome guest7 to #lobby [guest1]
            recall #lobby up to 0 for 6
            > -6 stalled
            9 << guest7 departed (by #lobby): Lost
            > +7
            9 << guest8 joined #lobby
            7 < welcome guest8 to #lobby [guest1]
            recall #lobby up to 0 for 7
            > -7 shutdown
        "#]],
    );
}

#[test]
fn after_a_close_nothing_is_told_again() {
    check(
        "+1\n+2\n1 quit\n-1 reset\n-1 ended",
        &expect![[r#"
        > +1
        1 < welcome guest1 to #lobby []
        recall #lobby up to 0 for 1
        > +2
        1 << guest2 joined #lobby
        2 < welcome guest2 to #lobby [guest1]
        recall #lobby up to 0 for 2
        > 1 quit
        2 << guest1 departed (by #lobby): Plain
        1 < bye guest1
        close 1
        > -1 reset
        > -1 ended
    "#]],
    );
}

#[test]
fn a_reason_at_the_bound_and_one_character_past_it() {
    let mut world = World::new(unlimited());
    world.run("+1\n+2");
    let longest = "é".repeat(200);
    expect![[r#"
        1 < no: ReasonTooLong { chars: 201, max: 200 }
    "#]]
    .assert_eq(&world.line(&format!("1 quit {longest}é")));
    assert!(world.line(&format!("1 quit {longest}")).contains("close 1"));
}

#[test]
fn when_all_have_left_it_equals_a_new_one() {
    let mut world = World::new(unlimited());
    world.run("+1\n+2\n1 join a\n1 topic x\n2 join a\n1 ignore guest2\n2 msg guest1 x\n2 say hi\n1 leave lobby");
    assert!(!world.engine.equals_new());
    world.run("-2 reset\n1 quit");
    assert!(world.engine.equals_new());
}
