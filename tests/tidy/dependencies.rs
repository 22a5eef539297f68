//! What the pure side depends on.

const PURE: [&str; 4] = [
    "chrono",
    "thiserror",
    "unicode-normalization",
    "unicode-security",
];

/// Complains of each dependency that is not optional and not one of the four, and
/// of one of the four that brings its std.
pub(crate) fn check(manifest: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut seen = 0;
    for line in section(manifest, "[dependencies]") {
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let name = name.trim();
        if value.contains("optional = true") {
            continue;
        }
        if !PURE.contains(&name) {
            complaints.push(format!(
                "Cargo.toml: {name} is not optional: the pure side has {}",
                PURE.join(", ")
            ));
        } else if !value.contains("default-features = false") {
            complaints.push(format!(
                "Cargo.toml: {name} needs default-features = false: no std on the pure side"
            ));
        }
        seen += usize::from(PURE.contains(&name));
    }
    if seen != PURE.len() {
        complaints.push(format!(
            "Cargo.toml: [dependencies] has {seen} of the pure side's {}: {}",
            PURE.len(),
            PURE.join(", ")
        ));
    }
    complaints.extend(manifest.lines().filter(is_hidden_list).map(|heading| {
        format!("Cargo.toml: {heading}: write it as a line under [dependencies], where it is seen")
    }));
    complaints
}

/// A heading under which dependencies could stand unseen.
fn is_hidden_list(line: &&str) -> bool {
    let is_heading = line.starts_with('[') && !line.starts_with("[[");
    let is_seen = matches!(*line, "[dependencies]" | "[dev-dependencies]");
    is_heading && line.contains("dependencies") && !is_seen
}

fn section<'a>(manifest: &'a str, heading: &'a str) -> impl Iterator<Item = &'a str> {
    let after = manifest
        .lines()
        .skip_while(move |line| *line != heading)
        .skip(1);
    after
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.starts_with('#'))
}
