//! `roomful config default`: a configuration file that explains itself, made of what
//! help says of the flags.

use clap::builder::StyledStr;
use clap::{Arg, Command};

use super::file::{self, KEYS, Key, Kind, tables};

/// Lines are no longer than this.
const WIDTH: usize = 96;

const HEADING: &str = "\
The configuration of roomful: every key, what it means and what it is by default.
Take the # off before a key and change its value; what is left out is as by default.
Each key is a flag too (rate_burst is --rate-burst), and a variable (ROOMFUL_RATE_BURST).
Flags win over variables, variables over this file. Paths begin where this file lies.
SIGHUP has a server read it again. These keys hold at once, the others from the next start on:";

/// The whole file.
pub(super) fn written(command: &Command) -> String {
    let at_once = KEYS.iter().filter(|key| key.may_change);
    let at_once: Vec<_> = at_once.map(|key| key.name).collect();
    let heading = HEADING.lines().map(str::to_owned);
    let heading = heading.chain(wrapped(&(at_once.join(", ") + ".")));
    let mut lines: Vec<String> = heading.map(commented).collect();
    for table in tables() {
        lines.extend([String::new(), format!("[{table}]")]);
        for key in KEYS.iter().filter(|key| key.table == table) {
            if let Some(flag) = file::flag_of(key, command) {
                lines.extend(explained(key, flag));
            }
        }
    }
    lines.join("\n") + "\n"
}

/// A key with what help says of it, behind an empty line unless its table begins.
fn explained(key: &Key, flag: &Arg) -> Vec<String> {
    let help = flag.get_long_help().or(flag.get_help());
    let help = help.map(StyledStr::to_string).unwrap_or_default();
    let mut paragraphs = help
        .split("\n\n")
        .map(|paragraph| paragraph.replace('\n', " "));
    let mut text = paragraphs.next().unwrap_or_default() + ".";
    for paragraph in paragraphs {
        text = text + " " + &paragraph;
    }
    let lines = wrapped(&text).into_iter().chain(possible(flag));
    let first = KEYS.iter().find(|other| other.table == key.table);
    let gap = (first != Some(key)).then(String::new);
    let value = default(flag).unwrap_or_else(|| placeholder(flag));
    gap.into_iter()
        .chain(lines.map(commented))
        .chain([format!("#{} = {value}", key.name)])
        .collect()
}

/// The words that it may be, with what each means.
fn possible(flag: &Arg) -> Vec<String> {
    if Kind::of(flag) == Kind::Switch {
        return Vec::new();
    }
    let words = flag.get_possible_values();
    let told = |word: &clap::builder::PossibleValue| {
        let help = word.get_help().map(StyledStr::to_string);
        wrapped(&format!(
            "{:?}: {}.",
            word.get_name(),
            help.unwrap_or_default()
        ))
    };
    words.iter().flat_map(told).collect()
}

fn default(flag: &Arg) -> Option<String> {
    let defaults = flag.get_default_values().iter();
    let texts: Vec<_> = defaults
        .map(|text| text.to_string_lossy().into_owned())
        .collect();
    super::chosen::as_toml(&texts, Kind::of(flag))
}

/// What help calls the value that there is none of by default.
fn placeholder(flag: &Arg) -> String {
    let names = flag.get_value_names().unwrap_or_default();
    file::quoted(names.first().map_or("", |name| name.as_str()))
}

fn commented(line: String) -> String {
    format!("# {line}")
}

/// Cut between words.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut();
        match last {
            Some(line) if line.is_empty() => *line = word.to_owned(),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH - 2 => {
                *line = format!("{line} {word}");
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}
