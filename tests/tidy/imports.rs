//! The border between the folders of `src`.

use crate::paths::{Path, paths};
use crate::source::Source;

/// A folder, and what it may name of ours besides itself. `shell` may name all.
const MAY_NAME: [(&str, &[&str]); 3] =
    [("chat", &[]), ("engine", &["chat"]), ("dialect", &["chat"])];

const FOLDERS: [&str; 4] = ["chat", "engine", "dialect", "shell"];

/// Complains of each path that leads where its folder may not go.
pub(crate) fn check(source: &Source) -> Vec<String> {
    let Some((folder, may_name)) = MAY_NAME.iter().find(|(folder, _)| is_in(source, folder)) else {
        return Vec::new();
    };
    let depth = depth(&source.path);
    let mut complaints = Vec::new();
    for path in paths(&source.text) {
        let Some(target) = beyond_the_root(&path, depth) else {
            continue;
        };
        if target == *folder || may_name.contains(&target) {
            continue;
        }
        if FOLDERS.contains(&target) {
            let what =
                format!("`{folder}` may not import `{target}` (see ARCHITECTURE.md, code map)");
            complaints.push(source.complaint(path.line, &what));
        } else if matches!(target, "" | "*" | "self") {
            let what = "the root of the crate is imported whole: name what is meant";
            complaints.push(source.complaint(path.line, what));
        }
    }
    complaints
}

fn is_in(source: &Source, folder: &str) -> bool {
    source.path.starts_with(&format!("src/{folder}/")) || source.path == format!("src/{folder}.rs")
}

/// How many `super` lead from the module of this file to the root of the crate.
fn depth(path: &str) -> usize {
    let module = path.strip_prefix("src/").unwrap_or(path);
    let module = module.strip_suffix(".rs").unwrap_or(module);
    let module = module.strip_suffix("/mod").unwrap_or(module);
    module.split('/').count()
}

/// The first name after the crate's root, if the path goes there. A module within
/// the file makes it deeper, so more `super` than the file needs may lead there too.
fn beyond_the_root<'a>(path: &'a Path<'_>, depth: usize) -> Option<&'a str> {
    let supers = path.names.iter().take_while(|name| **name == "super");
    let start = match (path.names.first(), supers.count()) {
        (Some(&"crate" | &"roomful"), _) => 1,
        (_, supers) if supers >= depth => supers,
        (_, _) => return None,
    };
    Some(path.names.get(start).copied().unwrap_or_default())
}
