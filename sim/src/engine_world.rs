//! The engine's own world: no network, the pure engine and the reference model in
//! lockstep. Every small script, and long histories drawn from seeds.

use std::sync::atomic::{AtomicU64, Ordering};

use proptests::model::exhaustive::{Scope, walk};
use proptests::model::random::random;

use crate::oracle::{Oracle, Violation};

/// Tries every script of a scope, on so many threads; how many there were.
///
/// # Errors
/// The script in which engine and model differ.
pub fn exhaustive(scope: Scope, threads: usize, tried: &AtomicU64) -> Result<u64, Violation> {
    let alphabet = scope.alphabet();
    let share = alphabet.len().div_ceil(threads.max(1));
    let walk = |first: &[_]| {
        walk(scope, first, &mut |scripts| {
            tried.fetch_add(scripts, Ordering::Relaxed);
        })
        .map_err(|failure| Violation::new(Oracle::Lockstep, failure.to_string()))
    };
    std::thread::scope(|scope| {
        let walking: Vec<_> = alphabet
            .chunks(share)
            .map(|first| scope.spawn(move || walk(first)))
            .collect();
        walking
            .into_iter()
            .map(|thread| thread.join().expect("a walk does not panic"))
            .sum()
    })
}

/// Long histories, one of each seed; how many events there were.
///
/// # Errors
/// The shortest part of one in which engine and model differ.
pub fn histories(seeds: impl Iterator<Item = u64>, events: usize) -> Result<u64, Violation> {
    let one = |seed| {
        random(seed, events)
            .map_err(|failure| Violation::new(Oracle::Lockstep, failure.to_string()))
    };
    seeds.map(one).sum()
}

pub use proptests::model::exhaustive::Scope as EngineScope;
