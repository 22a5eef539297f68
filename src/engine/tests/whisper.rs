//! Private messages.

use expect_test::expect;

use super::script::check;

#[test]
fn two_people_and_nobody_else() {
    check(
        "+1\n+2\n+3\n1 nick ada\n2 nick bob\n1 msg bob psst\n2 reply yes?\n1 reply nothing\n3 reply to whom?\n3 msg eve hi",
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
            > 1 nick ada
            2, 3 << guest1 is now ada (by #lobby)
            1 < you are ada
            > 2 nick bob
            1, 3 << guest2 is now bob (by #lobby)
            2 < you are bob
            > 1 msg bob psst
            2 << ada -> you: psst
            1 < you -> bob: psst
            > 2 reply yes?
            1 << bob -> you: yes?
            2 < you -> ada: yes?
            > 1 reply nothing
            2 << ada -> you: nothing
            1 < you -> bob: nothing
            > 3 reply to whom?
            3 < no: NobodyToReplyTo
            > 3 msg eve hi
            3 < no: NobodyCalled { nick: "eve" }
        "#]],
    );
}

#[test]
fn to_oneself_is_harmless() {
    check(
        "+1\n1 msg guest1 note",
        &expect![[r#"
        > +1
        1 < welcome guest1 to #lobby []
        recall #lobby up to 0 for 1
        > 1 msg guest1 note
        1 << guest1 -> you: note
        1 < you -> guest1: note
    "#]],
    );
}

#[test]
fn a_reply_follows_a_rename_and_not_the_nickname() {
    check(
        "+1\n+2\n+3\n1 nick ada\n1 msg guest2 hi\n1 nick ada2\n3 nick ada\n2 reply to ada2\n-1 reset\n3 nick ada2\n2 reply to nobody else",
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
            > 1 nick ada
            2, 3 << guest1 is now ada (by #lobby)
            1 < you are ada
            > 1 msg guest2 hi
            2 << ada -> you: hi
            1 < you -> guest2: hi
            > 1 nick ada2
            2, 3 << ada is now ada2 (by #lobby)
            1 < you are ada2
            > 3 nick ada
            1, 2 << guest3 is now ada (by #lobby)
            3 < you are ada
            > 2 reply to ada2
            1 << guest2 -> you: to ada2
            2 < you -> ada2: to ada2
            > -1 reset
            2, 3 << ada2 departed (by #lobby): Lost
            > 3 nick ada2
            2 << ada is now ada2 (by #lobby)
            3 < you are ada2
            > 2 reply to nobody else
            2 < no: CorrespondentGone { nick: "ada" }
        "#]],
    );
}

#[test]
fn to_one_who_does_not_read_is_refused_until_they_do() {
    check(
        "+1\n+2\nchoked 2\n1 msg guest2 hi\n2 msg guest1 i can still send\nready 2\n1 msg guest2 hi again",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > +2
            1 << guest2 joined #lobby
            2 < welcome guest2 to #lobby [guest1]
            recall #lobby up to 0 for 2
            > choked 2
            > 1 msg guest2 hi
            1 < no: NotReading { nick: "guest2" }
            > 2 msg guest1 i can still send
            1 << guest2 -> you: i can still send
            2 < you -> guest1: i can still send
            > ready 2
            > 1 msg guest2 hi again
            2 << guest1 -> you: hi again
            1 < you -> guest2: hi again
        "#]],
    );
}
