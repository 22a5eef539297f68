//! Runs properties: with a fixed seed, then with a new one; and says how to repeat
//! what fails.

use std::cell::Cell;
use std::fmt::{self, Debug, Display};
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use proptests::history::History;
use proptests::promises::Promise;

/// The inputs of this seed are the same each time.
const FIXED_SEED: u64 = 1;

/// An input that shows itself as Rust does.
#[derive(Clone, Debug)]
pub(crate) struct Shown<T>(pub(crate) T);

impl<T: Debug> Display for Shown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?}", self.0)
    }
}

/// Holds a property against so many inputs of the fixed seed, and as many of a new
/// one; `PROPTEST_CASES` says another number, `PROPTEST_RNG_SEED` gives the seed to
/// repeat.
pub(crate) fn always<S>(cases: u32, inputs: S, holds: impl Fn(&S::Value))
where
    S: Strategy,
    S::Value: Display,
{
    let given = |name: &str| std::env::var(name).ok();
    let wanted = given("PROPTEST_CASES").and_then(|cases| cases.parse().ok());
    let cases = wanted.unwrap_or(cases);
    let repeated = given("PROPTEST_RNG_SEED").and_then(|seed| seed.parse().ok());
    let seeds = match repeated {
        Some(seed) => vec![seed],
        None => vec![FIXED_SEED, new_seed()],
    };
    for seed in seeds {
        run(seed, cases, &inputs, &holds);
    }
}

fn new_seed() -> u64 {
    let since = UNIX_EPOCH.elapsed();
    since.map_or(2, |since| since.subsec_nanos().into())
}

fn run<S>(seed: u64, cases: u32, inputs: &S, holds: &impl Fn(&S::Value))
where
    S: Strategy,
    S::Value: Display,
{
    let config = Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        // What is found is kept as a script, or in the fuzz corpus, by name.
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    // How many inputs held before the first that did not; after it, shrinking tries
    // more, which do not count.
    let held_before = Cell::new(0_u32);
    let is_trying = Cell::new(false);
    let has_failed = Cell::new(false);
    let held = TestRunner::new(config).run(inputs, |input| {
        has_failed.set(has_failed.get() || is_trying.replace(true));
        holds(&input);
        is_trying.set(false);
        if !has_failed.get() {
            held_before.set(held_before.get() + 1);
        }
        Ok(())
    });
    match held {
        Ok(()) => {}
        Err(TestError::Fail(why, input)) => panic!(
            "{why}\n\nThe smallest input that shows it, found after {} others:\n\n{input}\n\
             Repeat it: PROPTEST_RNG_SEED={seed} PROPTEST_CASES={cases} cargo test --test properties {}\n\
             Keep a history: save it as proptests/regressions/NAME.script",
            held_before.get(),
            std::thread::current().name().unwrap_or_default()
        ),
        Err(TestError::Abort(why)) => panic!("too many inputs were rejected: {why}"),
    }
}

/// Holds a promise against every history that once broke one.
pub(crate) fn with_regressions(holds: Promise) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let entries = fs::read_dir(&folder).expect("the folder of regressions");
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path
            .extension()
            .is_none_or(|extension| extension != "script")
        {
            continue;
        }
        let script = fs::read_to_string(&path).expect("a script");
        let history: History = match script.parse() {
            Ok(history) => history,
            Err(wrong) => panic!("{}: {wrong}", path.display()),
        };
        holds(&history);
    }
}
