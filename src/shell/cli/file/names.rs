//! Names that are none: what was meant, perhaps.

use super::keys::{self, KEYS, Key};

/// As similar as clap asks of a flag that it suggests.
const SIMILAR: f64 = 0.8;

/// What to say of a key that there is not, below this table or above all of them.
pub(super) fn no_key(name: &str, table: Option<&str>) -> String {
    if name == "config" {
        return "config is no key: the file is named by --config FILE, or by ROOMFUL_CONFIG."
            .to_owned();
    }
    let shown = shown(name);
    match similar_key(name) {
        Some(key) if table == Some(key.table) => {
            format!("there is no key {shown}. Did you mean {}?", key.name)
        }
        Some(Key { table, name, .. }) => {
            format!("there is no key {shown}. Did you mean {name}, in [{table}]?")
        }
        None => format!("there is no key {shown}. See roomful config default."),
    }
}

/// What to say of a key that stands below another table, or above all of them.
pub(super) fn misplaced(key: &Key, table: Option<&str>) -> String {
    let Key {
        table: right, name, ..
    } = key;
    match table {
        Some(wrong) => format!("{name} is not in [{wrong}]: it belongs in [{right}]."),
        None => format!("{name} belongs in [{right}]: write it below a line [{right}]."),
    }
}

/// What to say of a table that there is not.
pub(super) fn no_table(name: &str) -> String {
    let shown = shown(name);
    if let Some(Key { table, .. }) = keys::called(&plain(name)) {
        return format!("[{shown}] is no table: {shown} is a key, in [{table}].");
    }
    let nearest = nearest(&plain(name), keys::tables());
    match nearest {
        Some(table) => format!("there is no table [{shown}]. Did you mean [{table}]?"),
        None => {
            let tables: Vec<_> = keys::tables().map(|table| format!("[{table}]")).collect();
            format!(
                "there is no table [{shown}]: there are {}.",
                tables.join(", ")
            )
        }
    }
}

/// A name as it may be shown: a quoted key may have anything in it.
pub(super) fn shown(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(is_plain) {
        name.to_owned()
    } else {
        format!("{name:?}")
    }
}

fn similar_key(name: &str) -> Option<&'static Key> {
    let name = plain(name);
    keys::called(&name).or_else(|| keys::called(nearest(&name, KEYS.iter().map(|key| key.name))?))
}

/// As a key would be written, were it written as its flag or its variable is.
fn plain(name: &str) -> String {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let name = name.trim_start_matches('_');
    name.strip_prefix("roomful_").unwrap_or(name).to_owned()
}

fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let rated = names.map(|other| (strsim::jaro(name, other), other));
    let similar = rated.filter(|(similarity, _)| *similarity > SIMILAR);
    similar
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, other)| other)
}
