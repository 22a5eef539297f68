//! The configuration file: TOML, in which every flag of a server is a key. Its values
//! become the defaults of the flags, so that a variable, and a flag all the more, wins
//! over it.

mod keys;
mod names;
mod place;
mod syntax;
mod value;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Arg, Command};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(super) use keys::{KEYS, Key, tables};
pub(super) use place::{Places, Text, read};
pub(super) use value::Kind;

/// What a file sets.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    /// Where it was read, if it was.
    pub(super) path: Option<PathBuf>,
    given: Vec<Given>,
}

/// A key that the file sets.
#[derive(Clone, Debug)]
struct Given {
    key: &'static Key,
    /// What would stand behind the flag.
    texts: Vec<OsString>,
    line: usize,
}

impl Layer {
    /// Makes what the file sets the defaults of the flags.
    pub(super) fn below(&self, command: Command) -> Command {
        self.given.iter().fold(command, |command, given| {
            let texts = given.texts.clone();
            command.mut_arg(given.key.name, |flag| flag.default_values(texts))
        })
    }

    /// The line on which a key is set, if it is.
    pub(super) fn line_of(&self, key: &Key) -> Option<usize> {
        let given = self.given.iter().find(|given| given.key == key)?;
        Some(given.line)
    }
}

/// What the file sets, or every mistake that is in it, a line for each.
pub(super) fn understand(text: &Text, command: &Command) -> Result<Layer, Vec<String>> {
    let mut reading = Reading {
        text: &text.text,
        directory: text.path.parent().unwrap_or(Path::new("")),
        command,
        given: Vec::new(),
        mistakes: Vec::new(),
        spoilt_from: usize::MAX,
    };
    let (tables, errors) = DeTable::parse_recoverable(&text.text);
    for error in &errors {
        reading.note_syntax(error);
    }
    reading.take_all(tables.get_ref());
    if reading.mistakes.is_empty() {
        let path = Some(text.path.clone());
        let given = reading.given;
        return Ok(Layer { path, given });
    }
    Err(reading.told(&text.path))
}

/// The flag of a key.
pub(super) fn flag_of<'c>(key: &Key, command: &'c Command) -> Option<&'c Arg> {
    command
        .get_arguments()
        .find(|flag| flag.get_id() == key.name)
}

/// A text as TOML writes it, in double quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted += "\\n",
            '\t' => quoted += "\\t",
            c if c.is_control() => quoted += &format!("\\u{:04X}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// A file on its way to a layer.
struct Reading<'a> {
    text: &'a str,
    /// Where it lies: paths in it begin there.
    directory: &'a Path,
    command: &'a Command,
    given: Vec<Given>,
    mistakes: Vec<Mistake>,
    /// From this line on only what is no TOML is told.
    spoilt_from: usize,
}

/// In the order in which they are told: what is no TOML explains what else is wrong on
/// the same line.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Mistake {
    line: usize,
    is_sense: bool,
    what: String,
}

impl Reading<'_> {
    fn take_all(&mut self, all: &DeTable<'_>) {
        for (name, value) in all {
            let at = name.span().start;
            let name = name.get_ref().as_ref();
            let is_table = tables().any(|table| table == name);
            match (is_table, value.get_ref()) {
                (true, DeValue::Table(table)) => self.take_table(name, table),
                (true, DeValue::Array(_)) => {
                    self.note(
                        at,
                        format!("[[{name}]] is a list of tables. Write [{name}]."),
                    );
                }
                (true, _) => self.note(
                    at,
                    format!("{name} is a table. Write a line [{name}], and its keys below it."),
                ),
                (false, value) => self.note_stray(at, name, value),
            }
        }
    }

    fn take_table(&mut self, table: &str, values: &DeTable<'_>) {
        for (name, value) in values {
            let at = name.span().start;
            let name = name.get_ref().as_ref();
            match keys::called(name) {
                Some(key) if key.table == table => self.take_value(key, at, value),
                Some(key) => self.note(at, names::misplaced(key, Some(table))),
                None => self.note(at, names::no_key(name, Some(table))),
            }
        }
    }

    fn take_value(&mut self, key: &'static Key, at: usize, value: &Spanned<DeValue<'_>>) {
        let Some(flag) = flag_of(key, self.command) else {
            return; // Each key is a flag: a test holds it.
        };
        match value::texts((key.name, flag), value, self.text) {
            Ok(mut texts) => {
                if value::is_path(flag) {
                    for text in &mut texts {
                        *text = self.directory.join(&*text).into();
                    }
                }
                let line = self.line_at(at);
                self.given.push(Given { key, texts, line });
            }
            Err((at, what)) => self.note(at, what),
        }
    }

    /// Something above all tables, or below one that there is not.
    fn note_stray(&mut self, at: usize, name: &str, value: &DeValue<'_>) {
        let is_table = match value {
            DeValue::Table(_) => true,
            DeValue::Array(items) => items.iter().any(|item| item.get_ref().is_table()),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => false,
        };
        let what = match keys::called(name) {
            _ if is_table => names::no_table(name),
            Some(key) => names::misplaced(key, None),
            None => names::no_key(name, None),
        };
        self.note(at, what);
    }

    fn note(&mut self, at: usize, what: String) {
        let line = self.line_at(at);
        self.mistakes.push(Mistake {
            line,
            is_sense: true,
            what,
        });
    }

    fn note_syntax(&mut self, error: &toml::de::Error) {
        let at = error.span().map_or(0, |span| span.start);
        let line = self.line_at(at);
        let start = self.text[..at.min(self.text.len())]
            .rfind('\n')
            .map_or(0, |end| end + 1);
        let (before, rest) = self.text.split_at(start);
        let text = rest.lines().next().unwrap_or_default();
        if syntax::spoils_the_rest(error, text) {
            self.spoilt_from = self.spoilt_from.min(line);
        }
        let what = syntax::told(error, (before, text), self.command);
        self.mistakes.push(Mistake {
            line,
            is_sense: false,
            what,
        });
    }

    fn line_at(&self, at: usize) -> usize {
        let before = self.text.as_bytes().iter().take(at);
        1 + before.filter(|byte| **byte == b'\n').count()
    }

    /// The mistakes in their order, one for each line.
    fn told(mut self, path: &Path) -> Vec<String> {
        let spoilt_from = self.spoilt_from;
        let is_sure = |mistake: &Mistake| !mistake.is_sense || mistake.line < spoilt_from;
        self.mistakes.retain(is_sure);
        self.mistakes.sort();
        self.mistakes.dedup_by_key(|mistake| mistake.line);
        let path = path.display();
        let told = |Mistake { line, what, .. }: &Mistake| format!("{path}:{line}: {what}");
        self.mistakes.iter().map(told).collect()
    }
}

#[cfg(test)]
mod tests;
