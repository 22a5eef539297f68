//! What is no TOML, told so that one sees what to write.

use clap::Command;

use super::{flag_of, keys, names, value};

/// Only so much of a line is shown.
const SHOWN_CHARS_MAX: usize = 40;

/// What the library says of anything that is no value, a number with a unit included.
const UNQUOTED: &str = "string values must be quoted, expected literal string";

/// Whether what comes after it may be read as something that it is not.
pub(super) fn spoils_the_rest(error: &toml::de::Error, line: &str) -> bool {
    error.message().starts_with("unclosed") || line.trim_start().starts_with('[')
}

/// What to say of a syntax error on a line, with the text before the line.
pub(super) fn told(
    error: &toml::de::Error,
    (before, line): (&str, &str),
    command: &Command,
) -> String {
    let message = error.message();
    if message.starts_with("duplicate key") {
        return twice(before, line);
    }
    bare_value(line, command).unwrap_or_else(|| {
        let line: String = line.trim().chars().take(SHOWN_CHARS_MAX).collect();
        let message = match message {
            UNQUOTED => "what stands behind the = is no value; texts have quotes",
            other => other,
        };
        format!("{line:?} is not TOML: {message}.")
    })
}

/// A key with a value that lacks its quotes, or has a unit.
fn bare_value(line: &str, command: &Command) -> Option<String> {
    let (name, rest) = assigned(line)?;
    let flag = flag_of(keys::called(name)?, command)?;
    let bare = rest.split('#').next().unwrap_or_default().trim();
    if bare.is_empty() {
        return Some(format!(
            "{name} has no value. Write one behind the =, or leave the line out."
        ));
    }
    let is_bare = !bare.contains(['"', '\'', '[', ']', '{', '}', '=']);
    is_bare.then(|| value::why_not_bare((name, flag), bare))
}

fn twice(before: &str, line: &str) -> String {
    let name = name_on(line);
    let first = before.lines().position(|line| name_on(line) == name);
    let first = first.map_or_else(String::new, |line| format!(", first on line {}", line + 1));
    if name.starts_with('[') {
        format!("{name} is there twice{first}. Put its keys together.")
    } else {
        format!(
            "{} is given twice{first}. Keep one of them.",
            names::shown(name)
        )
    }
}

/// A table with its brackets, or the key that is set.
fn name_on(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with('[') {
        let end = line.find(']').map_or(line.len(), |end| end + 1);
        return &line[..end];
    }
    assigned(line).map_or(line, |(name, _)| name)
}

fn assigned(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.split_once('=')?;
    Some((name.trim(), rest))
}
