//! Every input that a fuzzer found worth keeping, and every past crash, on stable.

use std::fs;
use std::path::Path;

use proptests::fuzzed::TARGETS;

#[test]
fn every_kept_input_still_holds() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for (name, target) in TARGETS {
        let mut inputs: Vec<_> = fs::read_dir(corpus.join(name))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        inputs.sort();
        assert!(!inputs.is_empty(), "{name} has no corpus");
        for input in inputs {
            let bytes = fs::read(&input).unwrap();
            let held = std::panic::catch_unwind(|| target(&bytes));
            assert!(held.is_ok(), "{} fails in {name}", input.display());
        }
    }
}

#[test]
fn every_target_is_built_and_listed() {
    let manifest =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/Cargo.toml"))
            .unwrap();
    let built: Vec<&str> = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("path = \"fuzz_targets/"))
        .collect();
    let listed: Vec<String> = TARGETS
        .iter()
        .map(|(name, _)| format!("{name}.rs\""))
        .collect();
    assert_eq!(built, listed);
}
