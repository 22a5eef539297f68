//! Every `select!` is `biased`: tokio picks a branch by chance otherwise, and no
//! simulated run would be the same twice.

use crate::source::Source;

/// Complains of each `select!` whose next line does not say so.
pub(crate) fn check(source: &Source) -> Vec<String> {
    let lines: Vec<(usize, &str)> = source.lines().collect();
    let unbiased = lines
        .windows(2)
        .filter(|pair| pair[0].1.contains("select! {") && pair[1].1.trim() != "biased;");
    let complain = |pair: &[(usize, &str)]| {
        source.complaint(
            pair[0].0,
            "`select!` without `biased;`: two runs of one seed would differ",
        )
    };
    unbiased.map(complain).collect()
}
