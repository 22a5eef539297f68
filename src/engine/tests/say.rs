//! What is said in rooms.

use expect_test::expect;

use super::script::check;

#[test]
fn others_hear_it_in_one_order_and_the_speaker_no_echo() {
    check(
        "+1\n+2\n+3\n1 say hi all\n2 me waves\n3 say #lobby here too",
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
            > 1 say hi all
            record #lobby 1
            2, 3 << #lobby 1 guest1: hi all
            > 2 me waves
            record #lobby 2
            1, 3 << #lobby 2 * guest2 waves
            > 3 say #lobby here too
            record #lobby 3
            1, 2 << #lobby 3 guest3: here too
        "#]],
    );
}

#[test]
fn what_is_said_alone_is_recorded_and_told_nobody() {
    check(
        "+1\n1 say anybody?",
        &expect![[r#"
        > +1
        1 < welcome guest1 to #lobby []
        recall #lobby up to 0 for 1
        > 1 say anybody?
        record #lobby 1
    "#]],
    );
}

#[test]
fn requests_of_closed_or_unknown_connections_change_nothing() {
    check(
        "+1\n+2\n1 quit\n1 say from beyond\n-1 reset\n9 say who?\n-9 reset\nready 9\nchoked 9\nstray 9\n2 who",
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
            > 1 say from beyond
            > -1 reset
            > 9 say who?
            > -9 reset
            > ready 9
            > choked 9
            > stray 9
            > 2 who
            2 < in #lobby [guest2] total Some(1)
        "#]],
    );
}

#[test]
fn time_never_goes_back() {
    check(
        "+1\n@ 10s\n1 say a\n@ -5s\n1 say b",
        &expect![[r#"
        > +1
        1 < welcome guest1 to #lobby []
        recall #lobby up to 0 for 1
        > @ 10s
        > 1 say a
        record #lobby 1
        > @ -5s
        > 1 say b
        record #lobby 2
    "#]],
    );
}
