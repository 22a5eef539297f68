//! What holds, key by key, and where each value was chosen.

use std::fmt;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use super::file::{self, KEYS, Key, Kind, Layer};
use super::stop;
use crate::shell::data_dir;

/// Every setting of a server, as it would stand in a configuration file, and where it
/// was chosen.
///
/// Its [`Display`](fmt::Display) is a configuration file.
#[derive(Clone, Debug)]
pub struct Chosen {
    file: Option<PathBuf>,
    choices: Vec<Choice>,
}

/// A setting that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The name of its key.
    pub name: &'static str,
    /// What it was, as TOML.
    pub old: String,
    /// What it would be, as TOML.
    pub new: String,
    /// Whether it can hold while the server runs; else from the next start on.
    pub may_change: bool,
}

#[derive(Clone, Debug)]
struct Choice {
    key: &'static Key,
    /// As TOML; nothing when there is none.
    value: Option<String>,
    origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    Flag(String),
    Variable(String),
    Line(usize),
    Default,
}

impl Chosen {
    /// What was parsed, with this file's values as defaults.
    pub(super) fn of(parsed: &ArgMatches, layer: &Layer, command: &Command) -> Self {
        let choice = |key| {
            Some(Choice::of(
                key,
                file::flag_of(key, command)?,
                (parsed, layer),
            ))
        };
        Self {
            file: layer.path.clone(),
            choices: KEYS.iter().filter_map(choice).collect(),
        }
    }

    /// What is different in another choice, in the order of the keys.
    #[must_use]
    pub fn changes(&self, new: &Self) -> Vec<Change> {
        let pairs = self.choices.iter().zip(&new.choices);
        let different = pairs.filter(|(old, new)| old.value != new.value);
        let shown = |choice: &Choice| choice.value.clone().unwrap_or_else(|| "unset".to_owned());
        let change = |(old, new): (&Choice, &Choice)| Change {
            name: old.key.name,
            old: shown(old),
            new: shown(new),
            may_change: old.key.may_change,
        };
        different.map(change).collect()
    }

    /// The name by which a key was set, as it was written: that of a flag or a variable,
    /// or its place in the file; nothing when it was not set.
    pub(in crate::shell) fn set_as(&self, name: &str) -> Option<String> {
        let choice = self.choices.iter().find(|choice| choice.key.name == name)?;
        match &choice.origin {
            Origin::Line(_) => Some(format!("{}: {name}", self.named(&choice.origin))),
            Origin::Flag(_) | Origin::Variable(_) => Some(self.named(&choice.origin)),
            Origin::Default => None,
        }
    }

    /// Takes over what can hold while the server runs from another choice.
    pub fn take_over(&mut self, new: &Self) {
        for (old, new) in self.choices.iter_mut().zip(&new.choices) {
            if old.key.may_change {
                *old = new.clone();
            }
        }
    }
}

impl Choice {
    fn of(key: &'static Key, flag: &Arg, (parsed, layer): (&ArgMatches, &Layer)) -> Self {
        let name = flag.get_long().unwrap_or_default();
        let origin = match parsed.value_source(key.name) {
            Some(ValueSource::CommandLine) => Origin::Flag(format!("--{name}")),
            Some(ValueSource::EnvVariable) => Origin::Variable(stop::variable(name)),
            Some(_) | None => layer.line_of(key).map_or(Origin::Default, Origin::Line),
        };
        let raw = parsed.get_raw(key.name).into_iter().flatten();
        let texts: Vec<_> = raw
            .map(|text| text.to_string_lossy().into_owned())
            .collect();
        let value = if key.name == DATA {
            directory(texts.first())
        } else {
            as_toml(&texts, Kind::of(flag))
        };
        Self { key, value, origin }
    }
}

/// The one key whose default depends on the machine.
const DATA: &str = "data";

/// The directory that is really used, wherever one stands.
fn directory(chosen: Option<&String>) -> Option<String> {
    let dir = data_dir::choose(chosen.map(PathBuf::from)).ok()?;
    let dir = std::path::absolute(&dir).unwrap_or(dir);
    Some(file::quoted(&dir.to_string_lossy()))
}

/// The texts behind a flag as the value of its key; nothing when there are none.
pub(super) fn as_toml(texts: &[String], kind: Kind) -> Option<String> {
    let quoted: Vec<_> = texts.iter().map(|text| file::quoted(text)).collect();
    let first = texts.first()?;
    Some(match kind {
        Kind::Number => first.clone(),
        Kind::Switch => (first == "on").to_string(),
        Kind::Text => file::quoted(first),
        Kind::List => format!("[{}]", quoted.join(", ")),
    })
}

impl fmt::Display for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.choices.iter().map(Choice::line).collect();
        let width = lines.iter().map(|line| line.chars().count()).max();
        let width = width.unwrap_or_default().min(WIDTH_MAX);
        let mut table = "";
        for (line, choice) in lines.iter().zip(&self.choices) {
            if choice.key.table != table {
                let gap = if table.is_empty() { "" } else { "\n" };
                table = choice.key.table;
                writeln!(f, "{gap}[{table}]")?;
            }
            writeln!(f, "{line:width$}  # {}", self.named(&choice.origin))?;
        }
        Ok(())
    }
}

/// Further right no comment begins, but behind a value that is as long itself.
const WIDTH_MAX: usize = 40;

impl Chosen {
    fn named(&self, origin: &Origin) -> String {
        match (origin, &self.file) {
            (Origin::Flag(name) | Origin::Variable(name), _) => name.clone(),
            (Origin::Line(line), Some(file)) => format!("{}:{line}", file.display()),
            (Origin::Line(_), None) | (Origin::Default, _) => "default".to_owned(),
        }
    }
}

impl Choice {
    fn line(&self) -> String {
        let name = self.key.name;
        match &self.value {
            Some(value) => format!("{name} = {value}"),
            None => format!("# {name} = "),
        }
    }
}
