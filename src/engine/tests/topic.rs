//! Topics.

use alloc::format;

use expect_test::expect;

use super::script::{World, check, unlimited};

#[test]
fn is_set_shown_and_cleared() {
    check(
        "+1\n+2\n1 nick ada\n1 topic\n1 topic be kind\n2 topic\n2 join ops\n2 topic #lobby\n1 topic -\n1 topic",
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
            > 1 topic
            1 < topic of #lobby: -
            > 1 topic be kind
            record topic of #lobby: be kind (by ada)
            2 << ada set #lobby: be kind
            1 < topic of #lobby: be kind (by ada)
            > 2 topic
            2 < topic of #lobby: be kind (by ada)
            > 2 join ops
            2 < in #ops [] topic -
            recall #ops up to 0 for 2
            > 2 topic #lobby
            2 < topic of #lobby: be kind (by ada)
            > 1 topic -
            record topic of #lobby: -
            2 << ada set #lobby: -
            1 < topic of #lobby: -
            > 1 topic
            1 < topic of #lobby: -
        "#]],
    );
}

#[test]
fn at_the_bound_and_one_character_past_it() {
    let mut world = World::new(unlimited());
    world.run("+1");
    let longest = "é".repeat(300);
    assert!(world.line(&format!("1 topic {longest}")).contains(&longest));
    let refused = world.line(&format!("1 topic {longest}é"));
    expect![[r#"
        1 < no: TopicTooLong { chars: 301, max: 300 }
    "#]]
    .assert_eq(&refused);
}
