//! Values of the file, made into what would stand behind a flag. What a value may be,
//! its flag alone says: its parser is asked.

use std::any::TypeId;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction};
use toml::Spanned;
use toml::de::{DeInteger, DeValue};

use super::super::stop;

/// How the value of a key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::shell::cli) enum Kind {
    /// As a number.
    Number,
    /// As `true` or `false`.
    Switch,
    /// As a text.
    Text,
    /// As a list of texts, or as one.
    List,
}

impl Kind {
    pub(in crate::shell::cli) fn of(flag: &Arg) -> Self {
        let parsed = flag.get_value_parser().type_id();
        let numbers = [
            TypeId::of::<u32>(),
            TypeId::of::<u64>(),
            TypeId::of::<usize>(),
        ];
        let possible = flag.get_possible_values();
        if numbers.iter().any(|number| parsed == *number) {
            Self::Number
        } else if matches!(flag.get_action(), ArgAction::Append) {
            Self::List
        } else if possible
            .iter()
            .map(|word| word.get_name())
            .eq(["on", "off"])
        {
            Self::Switch
        } else {
            Self::Text
        }
    }
}

/// Whether the flag names a file or a directory.
pub(super) fn is_path(flag: &Arg) -> bool {
    flag.get_value_parser().type_id() == TypeId::of::<PathBuf>()
}

/// A mistake, and where in the text it begins.
pub(super) type Refusal = (usize, String);

/// The texts that would stand behind the flag for this value.
///
/// # Errors
/// When the flag would refuse it, or it is not written as such a value is.
pub(super) fn texts(
    (name, flag): (&str, &Arg),
    value: &Spanned<DeValue<'_>>,
    source: &str,
) -> Result<Vec<OsString>, Refusal> {
    let written = Written {
        name,
        flag,
        kind: Kind::of(flag),
        source,
    };
    let DeValue::Array(items) = value.get_ref() else {
        return written.one(value).map(|text| vec![text]);
    };
    let at = value.span().start;
    if written.kind != Kind::List {
        return Err((at, format!("{name} is a list, and takes one value.")));
    }
    if items.is_empty() {
        return Err((at, format!("{name} is an empty list. Name at least one.")));
    }
    items.iter().map(|item| written.one(item)).collect()
}

/// What to say of a value without quotes that is no TOML at all, such as `5s` or `info`.
pub(super) fn why_not_bare((name, flag): (&str, &Arg), bare: &str) -> String {
    let written = Written {
        name,
        flag,
        kind: Kind::of(flag),
        source: bare,
    };
    written.why_not(bare, &bare.escape_debug().to_string())
}

/// How a value of this key is written.
struct Written<'a> {
    name: &'a str,
    flag: &'a Arg,
    kind: Kind,
    source: &'a str,
}

impl Written<'_> {
    fn one(&self, value: &Spanned<DeValue<'_>>) -> Result<OsString, Refusal> {
        let span = value.span();
        let raw = self.source.get(span.clone()).unwrap_or_default();
        let told = |what| Err((span.start, what));
        match (self.kind, value.get_ref()) {
            (_, DeValue::Table(_)) => {
                told(format!("{} is a table, and takes one value.", self.name))
            }
            (_, DeValue::Array(_)) => told(format!(
                "{} is a list in a list. Write one list.",
                self.name
            )),
            (Kind::Number, DeValue::Integer(number)) => {
                self.taken(&decimal(number), raw, span.start)
            }
            (Kind::Switch, DeValue::Boolean(is_on)) => Ok(if *is_on { "on" } else { "off" }.into()),
            (Kind::Number, DeValue::String(text)) => told(self.why_not(text, &format!("{text:?}"))),
            (_, DeValue::String(text)) => self.taken(text, &format!("{text:?}"), span.start),
            (
                _,
                DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_),
            ) => told(self.why_not(raw, raw)),
        }
    }

    fn taken(&self, text: &str, shown: &str, at: usize) -> Result<OsString, Refusal> {
        match self.refused(text) {
            Some(why) => Err((at, format!("{} is {shown}: {why}", self.name))),
            None => Ok(text.into()),
        }
    }

    /// What to say of a value that is not written as its kind is.
    fn why_not(&self, text: &str, shown: &str) -> String {
        let name = self.name;
        match (self.refused(text), self.kind) {
            (Some(why), _) => {
                let has_unit = text.starts_with(|c: char| c.is_ascii_digit())
                    && text.ends_with(|c: char| c.is_alphabetic());
                let hint = match self.kind {
                    Kind::Number if has_unit => " Write digits alone, without a unit.",
                    Kind::Number | Kind::Switch | Kind::Text | Kind::List => "",
                };
                format!("{name} is {shown}: {why}{hint}")
            }
            (None, Kind::Number) => {
                format!("{name} is {shown}: a number has no quotes. Write {name} = {text}.")
            }
            (None, Kind::Switch | Kind::Text | Kind::List) => {
                let quoted = super::quoted(text);
                format!("{name} is {shown}: quotes are missing. Write {name} = {quoted}.")
            }
        }
    }

    /// Why the flag refuses this text, if it does.
    fn refused(&self, text: &str) -> Option<String> {
        let alone = clap::Command::new("roomful").arg(self.flag.clone().env(None));
        let argument = format!("--{}={text}", self.flag.get_long()?);
        let refused = alone.try_get_matches_from(["roomful", &argument]).err()?;
        Some(match self.kind {
            Kind::Switch => "it must be true or false.".to_owned(),
            Kind::Number | Kind::Text | Kind::List => stop::why_refused(&refused),
        })
    }
}

/// A number as a flag takes it; TOML also has `1_000`, `0x10` and `+5`.
fn decimal(number: &DeInteger<'_>) -> String {
    let digits = number.as_str();
    match u64::from_str_radix(digits, number.radix()) {
        Ok(number) => number.to_string(),
        Err(_) => digits.to_owned(),
    }
}
