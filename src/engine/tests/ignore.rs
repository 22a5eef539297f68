//! Ignoring.

use alloc::format;

use expect_test::expect;

use super::script::{World, check, unlimited};

#[test]
fn covers_what_is_said_done_and_sent_but_no_notices() {
    check(
        "+1\n+2\n+3\n1 ignore guest2\n2 say hi\n2 me waves\n2 msg guest1 psst\n1 reply to whom?\n2 nick bob\n2 topic new\n-2 reset",
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
            > 1 ignore guest2
            1 < ignoring guest2
            > 2 say hi
            record #lobby 1
            3 << #lobby 1 guest2: hi
            > 2 me waves
            record #lobby 2
            3 << #lobby 2 * guest2 waves
            > 2 msg guest1 psst
            2 < you -> guest1: psst
            > 1 reply to whom?
            1 < no: NobodyToReplyTo
            > 2 nick bob
            1, 3 << guest2 is now bob (by #lobby)
            2 < you are bob
            > 2 topic new
            record topic of #lobby: new (by bob)
            1, 3 << bob set #lobby: new
            2 < topic of #lobby: new (by bob)
            > -2 reset
            1, 3 << bob departed (by #lobby): Lost
        "#]],
    );
}

#[test]
fn ends_when_it_is_undone() {
    check(
        "+1\n+2\n1 ignore guest2\n1 ignore\n1 unignore guest2\n1 unignore guest2\n2 say hi\n1 ignore",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > +2
            1 << guest2 joined #lobby
            2 < welcome guest2 to #lobby [guest1]
            recall #lobby up to 0 for 2
            > 1 ignore guest2
            1 < ignoring guest2
            > 1 ignore
            1 < ignored [guest2]
            > 1 unignore guest2
            1 < hearing guest2
            > 1 unignore guest2
            1 < no: NotIgnored { nick: "guest2" }
            > 2 say hi
            record #lobby 1
            1 << #lobby 1 guest2: hi
            > 1 ignore
            1 < ignored []
        "#]],
    );
}

#[test]
fn oneself_or_nobody_is_refused() {
    check(
        "+1\n1 ignore guest1\n1 ignore eve",
        &expect![[r#"
        > +1
        1 < welcome guest1 to #lobby []
        recall #lobby up to 0 for 1
        > 1 ignore guest1
        1 < no: IgnoresSelf
        > 1 ignore eve
        1 < no: NobodyCalled { nick: "eve" }
    "#]],
    );
}

#[test]
fn follows_a_rename_and_the_nickname_over_a_reconnect() {
    check(
        "+1\n+2\n+3\n2 nick bob\n1 ignore bob\n2 nick rob\n3 nick bob\n3 say i am another bob\n2 say ignored\n-2 reset\n1 ignore\n+4\n4 say not yet known\n4 nick rob\n4 say ignored again",
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
            > 2 nick bob
            1, 3 << guest2 is now bob (by #lobby)
            2 < you are bob
            > 1 ignore bob
            1 < ignoring bob
            > 2 nick rob
            1, 3 << bob is now rob (by #lobby)
            2 < you are rob
            > 3 nick bob
            1, 2 << guest3 is now bob (by #lobby)
            3 < you are bob
            > 3 say i am another bob
            record #lobby 1
            1, 2 << #lobby 1 bob: i am another bob
            > 2 say ignored
            record #lobby 2
            3 << #lobby 2 rob: ignored
            > -2 reset
            1, 3 << rob departed (by #lobby): Lost
            > 1 ignore
            1 < ignored [rob]
            > +4
            1, 3 << guest4 joined #lobby
            4 < welcome guest4 to #lobby [guest1 bob]
            recall #lobby up to 2 for 4
            > 4 say not yet known
            record #lobby 3
            1, 3 << #lobby 3 guest4: not yet known
            > 4 nick rob
            1, 3 << guest4 is now rob (by #lobby)
            4 < you are rob
            > 4 say ignored again
            record #lobby 4
            3 << #lobby 4 rob: ignored again
        "#]],
    );
}

#[test]
fn a_rename_into_a_nickname_that_one_ignores_oneself_forgets_it() {
    check(
        "+1\n+2\n2 nick bob\n1 ignore bob\n-2 reset\n1 nick bob\n1 ignore",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > +2
            1 << guest2 joined #lobby
            2 < welcome guest2 to #lobby [guest1]
            recall #lobby up to 0 for 2
            > 2 nick bob
            1 << guest2 is now bob (by #lobby)
            2 < you are bob
            > 1 ignore bob
            1 < ignoring bob
            > -2 reset
            1 << bob departed (by #lobby): Lost
            > 1 nick bob
            1 < you are bob
            > 1 ignore
            1 < ignored []
        "#]],
    );
}

#[test]
fn two_entries_that_come_to_mean_one_person_are_one() {
    check(
        "+1\n+2\n+3\n2 nick bob\n3 nick carol\n1 ignore bob\n1 ignore carol\n-2 reset\n3 nick bob\n1 ignore\n1 unignore bob\n3 say heard",
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
            > 2 nick bob
            1, 3 << guest2 is now bob (by #lobby)
            2 < you are bob
            > 3 nick carol
            1, 2 << guest3 is now carol (by #lobby)
            3 < you are carol
            > 1 ignore bob
            1 < ignoring bob
            > 1 ignore carol
            1 < ignoring carol
            > -2 reset
            1, 3 << bob departed (by #lobby): Lost
            > 3 nick bob
            1 << carol is now bob (by #lobby)
            3 < you are bob
            > 1 ignore
            1 < ignored [bob]
            > 1 unignore bob
            1 < hearing bob
            > 3 say heard
            record #lobby 1
            1 << #lobby 1 bob: heard
        "#]],
    );
}

#[test]
fn goes_with_the_one_who_ignores() {
    let mut world = World::new(unlimited());
    world.run("+1\n+2\n+3\n1 ignore guest2\n1 ignore guest3\n-3 reset\n-1 reset\n-2 reset");
    assert!(world.engine.equals_new());
}

#[test]
fn at_the_bound_and_one_past_it() {
    let mut world = World::crowd(102);
    for guest in 2..=101 {
        world.run(&format!("1 ignore guest{guest}"));
    }
    expect![[r#"
        > 1 ignore guest102
        1 < no: IgnoredFull { max: 100 }
        > 1 ignore guest101
        1 < ignoring guest101
        > 1 unignore guest2
        1 < hearing guest2
        > 1 ignore guest102
        1 < ignoring guest102
    "#]]
    .assert_eq(
        &world.transcript(
            "1 ignore guest102\n1 ignore guest101\n1 unignore guest2\n1 ignore guest102",
        ),
    );
}
