//! Changing one's nickname.

use expect_test::expect;

use super::script::check;

#[test]
fn those_who_share_a_room_are_told_once() {
    check(
        "+1\n+2\n+3\n1 join ops\n2 join ops\n3 leave\n1 nick ada",
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
            > 3 leave
            1, 2 << guest3 left #lobby
            3 < out of #lobby, now None
            > 1 nick ada
            2 << guest1 is now ada (by #lobby)
            1 < you are ada
        "#]],
    );
}

#[test]
fn a_taken_one_is_refused_with_free_ones() {
    check(
        "+1\n+2\n+3\n+4\n1 nick ada\n2 nick Ada\n2 nick ada2\n3 nick ada\n4 nick ada_\n3 nick ada\n-1 reset\n3 nick ada",
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
            > 2 nick Ada
            2 < no: NickTaken { nick: "Ada", free: ["Ada2", "Ada_"] }
            > 2 nick ada2
            1, 3, 4 << guest2 is now ada2 (by #lobby)
            2 < you are ada2
            > 3 nick ada
            3 < no: NickTaken { nick: "ada", free: ["ada3", "ada_"] }
            > 4 nick ada_
            1, 2, 3 << guest4 is now ada_ (by #lobby)
            4 < you are ada_
            > 3 nick ada
            3 < no: NickTaken { nick: "ada", free: ["ada3"] }
            > -1 reset
            2, 3, 4 << ada departed (by #lobby): Lost
            > 3 nick ada
            2, 4 << guest3 is now ada (by #lobby)
            3 < you are ada
        "#]],
    );
}

#[test]
fn ones_own_in_other_capitals_is_allowed_and_told() {
    check(
        "+1\n+2\n1 nick ada\n1 nick ADA\n1 nick ADA\n2 msg ada hi",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > +2
            1 << guest2 joined #lobby
            2 < welcome guest2 to #lobby [guest1]
            recall #lobby up to 0 for 2
            > 1 nick ada
            2 << guest1 is now ada (by #lobby)
            1 < you are ada
            > 1 nick ADA
            2 << ada is now ADA (by #lobby)
            1 < you are ADA
            > 1 nick ADA
            1 < you are ADA
            > 2 msg ada hi
            1 << guest2 -> you: hi
            2 < you -> ADA: hi
        "#]],
    );
}

#[test]
fn a_confusable_or_reserved_one_is_refused() {
    check(
        "+1\n+2\n1 nick scope\n2 nick ѕсоре\n2 nick admin\n2 nick guest1\n2 nick guest77\n1 nick emily\n2 nick ernily\n2 nick José\n1 nick jose",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > +2
            1 << guest2 joined #lobby
            2 < welcome guest2 to #lobby [guest1]
            recall #lobby up to 0 for 2
            > 1 nick scope
            2 << guest1 is now scope (by #lobby)
            1 < you are scope
            > 2 nick ѕсоре
            2 < no: NickConfusable { nick: "ѕсоре", with: "scope" }
            > 2 nick admin
            2 < no: NickReserved { nick: "admin" }
            > 2 nick guest1
            2 < no: NickReserved { nick: "guest1" }
            > 2 nick guest77
            2 < no: NickReserved { nick: "guest77" }
            > 1 nick emily
            2 << scope is now emily (by #lobby)
            1 < you are emily
            > 2 nick ernily
            1 << guest2 is now ernily (by #lobby)
            2 < you are ernily
            > 2 nick José
            1 << ernily is now José (by #lobby)
            2 < you are José
            > 1 nick jose
            2 << emily is now jose (by #lobby)
            1 < you are jose
        "#]],
    );
}

#[test]
fn from_one_confusable_with_ones_own_is_allowed() {
    check(
        "+1\n1 nick scope\n1 nick ѕсоре\n1 nick scope",
        &expect![[r#"
            > +1
            1 < welcome guest1 to #lobby []
            recall #lobby up to 0 for 1
            > 1 nick scope
            1 < you are scope
            > 1 nick ѕсоре
            1 < you are ѕсоре
            > 1 nick scope
            1 < you are scope
        "#]],
    );
}
