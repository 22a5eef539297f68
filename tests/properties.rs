//! What must hold for any input, held against many. `PROPTEST_CASES=100000` makes
//! it a long night; a failure prints the smallest input that shows it.

use proptest::prelude::*;
use proptests::{checks, inputs};

/// Enough to be worth a minute; more by the environment.
fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(2_000),
        // What is found goes into the fuzz corpus, by hand and by name.
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_name_is_refused_or_well_formed(typed in inputs::name()) {
        checks::names(&typed);
    }

    #[test]
    fn a_line_becomes_a_command_or_a_harmless_answer(line in inputs::line()) {
        checks::command(&line);
    }

    #[test]
    fn a_stream_means_the_same_however_it_is_cut(
        bytes in inputs::stream(),
        cuts in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        checks::text_stream(&bytes, &cuts);
    }

    #[test]
    fn a_message_can_be_read_back(
        room in inputs::room_name(),
        from in inputs::nickname(),
        text in inputs::text(),
        minutes in 0_u32..100_000,
    ) {
        checks::message(&room, &from, &text, minutes);
    }

    #[test]
    fn the_engine_stays_sound_and_leaves_nothing_behind(
        history in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        checks::engine(&history);
    }
}
