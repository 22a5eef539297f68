//! The corpus: plans in files, each named after the bug that it once showed.

use std::io;
use std::path::{Path, PathBuf};

use crate::plan::Plan;

/// Every plan of a folder, by path.
///
/// # Errors
/// When a file cannot be read, or is no plan.
pub fn read(folder: &Path) -> io::Result<Vec<(PathBuf, Plan)>> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "plan")
        {
            paths.push(path);
        }
    }
    paths.sort();
    let plan = |path: PathBuf| {
        let text = std::fs::read_to_string(&path)?;
        let plan = text.parse::<Plan>();
        let plan =
            plan.map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
        if plan.people.is_empty() {
            // A plan of nothing would hold for ever.
            let nobody = format!("{}: nobody does anything", path.display());
            return Err(io::Error::other(nobody));
        }
        Ok((path, plan))
    };
    paths.into_iter().map(plan).collect()
}
