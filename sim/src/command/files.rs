//! Where failures and the ledger are kept: below `target`, until the next run.

use std::path::PathBuf;

use sim::{Plan, Tally};

use super::say;

/// `target/sim` of the workspace, wherever the command is started.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/sim")
}

/// Writes a plan that fails; the path to show, or why it could not be written.
pub(super) fn keep_failure(name: &str, plan: &Plan) -> Result<PathBuf, std::io::Error> {
    let folder = folder().join("failures");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{name}.plan"));
    std::fs::write(&path, plan.to_string())?;
    Ok(path.canonicalize().unwrap_or(path))
}

pub(super) fn keep_atlas(tally: &Tally) {
    let often = tally
        .sometimes
        .counts()
        .map(|(name, count)| format!("{count:>9} {name}\n"));
    let atlas = format!(
        "{}\nsometimes, of {} plans\n{}",
        tally.ledger,
        tally.plans,
        often.collect::<String>()
    );
    let kept = std::fs::create_dir_all(folder())
        .and_then(|()| std::fs::write(folder().join("atlas.txt"), atlas));
    if let Err(error) = kept {
        say(&format!("The ledger could not be written: {error}."));
    }
}

pub(super) fn show_atlas() -> bool {
    match std::fs::read_to_string(folder().join("atlas.txt")) {
        Ok(atlas) => {
            say(atlas.trim_end());
            true
        }
        Err(_) => {
            say("There is no ledger yet. `cargo sim run --seeds 1..=1000` makes one.");
            false
        }
    }
}
