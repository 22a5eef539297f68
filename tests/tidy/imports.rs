//! The border between the folders of `src`.

use crate::source::Source;

/// A folder, and what it may name of ours besides itself. `shell` may name all.
const MAY_NAME: [(&str, &[&str]); 3] =
    [("chat", &[]), ("engine", &["chat"]), ("dialect", &["chat"])];

const FOLDERS: [&str; 4] = ["chat", "engine", "dialect", "shell"];

/// Complains of each line that names what its folder may not.
pub(crate) fn check(source: &Source) -> Vec<String> {
    let border = MAY_NAME
        .iter()
        .find(|(folder, _)| source.path.starts_with(&format!("src/{folder}/")));
    let Some((folder, may_name)) = border else {
        return Vec::new();
    };
    let is_foreign = |other: &&str| other != folder && !may_name.contains(other);
    let foreign: Vec<&str> = FOLDERS.into_iter().filter(is_foreign).collect();
    let mut complaints = Vec::new();
    for (number, line) in source.lines().filter(|(_, line)| !is_comment(line)) {
        for other in foreign.iter().filter(|other| names(line, other)) {
            let what =
                format!("`{folder}` may not import `{other}` (see ARCHITECTURE.md, code map)");
            complaints.push(source.complaint(number, &what));
        }
    }
    complaints
}

/// Links in comments import nothing.
fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// Whether a line that reaches for the crate's root, or out of its folder, names
/// this one.
fn names(line: &str, folder: &str) -> bool {
    let reaches_out = line.contains("crate::") || line.contains("super::super::");
    let is_named = |(at, _): (usize, &str)| {
        let before = line[..at].chars().next_back();
        let after = line[at + folder.len()..].chars().next();
        before.is_some_and(|c| matches!(c, ':' | '{' | ' '))
            && after.is_none_or(|c| matches!(c, ':' | ',' | '}' | ';' | ' '))
    };
    reaches_out && line.match_indices(folder).any(is_named)
}
