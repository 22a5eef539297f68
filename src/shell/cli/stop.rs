//! Why nothing is done, and how the person is told.

use std::error::Error as _;
use std::ffi::OsString;
use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Why the program ends before its task is done.
#[derive(Debug)]
pub enum Stop {
    /// Help or the version was asked for.
    Shown(clap::Error),
    /// A flag, a variable or a word is wrong.
    Wrong {
        /// One line that says which, why, and what would be right.
        line: String,
    },
    /// The configuration file is wrong.
    Mistakes {
        /// One line for each mistake: where it is, what is wrong, what would be right.
        lines: Vec<String>,
    },
    /// The server could not start, or what was to be done could not.
    Failed {
        /// One line that says what happened, why, and what to do.
        line: String,
    },
}

impl Stop {
    /// It could not be done, for this reason.
    pub fn failed(why: impl Display) -> Self {
        let line = why.to_string();
        Self::Failed { line }
    }

    /// Tells the person: help and version on standard output, what is wrong in
    /// one line on standard error. The status is 0 for what was asked for, 2
    /// for what is wrong, 1 for what failed.
    #[must_use]
    pub fn report(&self) -> ExitCode {
        match self {
            Self::Shown(text) => {
                // A closed pipe (`roomful --help | head -1`) is nobody's fault.
                let _ = text.print();
                ExitCode::SUCCESS
            }
            Self::Wrong { line } => told([line], 2),
            Self::Mistakes { lines } => told(lines, 2),
            Self::Failed { line } => told([line], 1),
        }
    }

    /// What is wrong, a line for each thing; nothing when nothing is.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        match self {
            Self::Shown(_) => &[],
            Self::Wrong { line } | Self::Failed { line } => std::slice::from_ref(line),
            Self::Mistakes { lines } => lines,
        }
    }

    pub(super) fn from_clap(error: clap::Error, arguments: &[OsString]) -> Self {
        if error.use_stderr() {
            let line = one_line(&error, arguments);
            Self::Wrong { line }
        } else {
            Self::Shown(error)
        }
    }
}

fn told<'l>(lines: impl IntoIterator<Item = &'l String>, status: u8) -> ExitCode {
    for line in lines {
        let _ = writeln!(std::io::stderr(), "roomful: {line}");
    }
    ExitCode::from(status)
}

/// Why a value was refused, without whose it is and which.
pub(super) fn why_refused(error: &clap::Error) -> String {
    let why = error.source().map(ToString::to_string);
    why.unwrap_or_else(|| not_listed(error))
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library's list of errors is open"
)]
fn one_line(error: &clap::Error, arguments: &[OsString]) -> String {
    let line = match error.kind() {
        ErrorKind::ValueValidation => value_refused(error, arguments),
        ErrorKind::InvalidValue => value_not_listed(error, arguments),
        ErrorKind::ArgumentConflict => given_twice(error),
        ErrorKind::UnknownArgument => unknown_flag(error),
        ErrorKind::InvalidSubcommand => unknown_command(error),
        ErrorKind::MissingSubcommand => no_command(error),
        ErrorKind::MissingRequiredArgument => missing(error),
        _ => None,
    };
    line.unwrap_or_else(|| first_line(error))
}

/// A value that its parser refused, with the parser's own reason.
fn value_refused(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    let flag = flag(error)?;
    let value = text(error, ContextKind::InvalidValue)?;
    let why = why_refused(error);
    let origin = origin(&flag, arguments);
    Some(format!("{origin} is {value:?}: {why}"))
}

/// A value that is not among the possible ones, or is not there at all.
fn value_not_listed(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    let flag = flag(error)?;
    let value = text(error, ContextKind::InvalidValue)?;
    let origin = origin(&flag, arguments);
    let possible = texts(error, ContextKind::ValidValue);
    Some(
        match (value.is_empty() && origin == flag, possible.is_empty()) {
            (true, true) => format!("{flag} needs a value after it. See roomful --help."),
            (true, false) => format!("{flag} needs a value: one of {}.", possible.join(", ")),
            (false, _) => format!("{origin} is {value:?}: {}", not_listed(error)),
        },
    )
}

fn not_listed(error: &clap::Error) -> String {
    let possible = texts(error, ContextKind::ValidValue);
    format!("it must be one of {}.", possible.join(", "))
}

/// A word too many comes here too.
fn unknown_flag(error: &clap::Error) -> Option<String> {
    let wrong = text(error, ContextKind::InvalidArg)?;
    if !wrong.starts_with('-') {
        let wrong = wrong.escape_debug();
        return Some(format!("{wrong} is one word too many. See roomful --help."));
    }
    let similar = text(error, ContextKind::SuggestedArg);
    Some(unknown("flag", &wrong, similar))
}

fn unknown_command(error: &clap::Error) -> Option<String> {
    let wrong = text(error, ContextKind::InvalidSubcommand)?;
    let similar = text(error, ContextKind::SuggestedSubcommand);
    Some(unknown("command", &wrong, similar))
}

fn unknown(noun: &str, wrong: &str, similar: Option<String>) -> String {
    let wrong = wrong.escape_debug();
    match similar {
        Some(similar) => format!("there is no {noun} {wrong}. Did you mean {similar}?"),
        None => format!("there is no {noun} {wrong}. See roomful --help."),
    }
}

fn no_command(error: &clap::Error) -> Option<String> {
    let command = text(error, ContextKind::InvalidSubcommand)?;
    let possible = texts(error, ContextKind::ValidSubcommand).join(" or ");
    Some(format!("{command} needs a word after it: {possible}."))
}

fn missing(error: &clap::Error) -> Option<String> {
    let missing = texts(error, ContextKind::InvalidArg).join(" and ");
    Some(format!("{missing} is missing. See roomful --help."))
}

/// No flag excludes another, so the only conflict is one flag with itself.
fn given_twice(error: &clap::Error) -> Option<String> {
    let flag = flag(error)?;
    Some(format!("{flag} is given more than once. Keep one of them."))
}

/// What the library says, without what it adds below.
fn first_line(error: &clap::Error) -> String {
    let all = error.render().to_string();
    let first = all.lines().next().unwrap_or_default();
    let what = first.strip_prefix("error: ").unwrap_or(first);
    format!("{what}. See roomful --help.")
}

/// The flag without the name of its value, or the name of what has no flag.
fn flag(error: &clap::Error) -> Option<String> {
    let shown = text(error, ContextKind::InvalidArg)?;
    let first = shown.split(' ').next()?;
    Some(first.trim_matches(['<', '>']).to_owned())
}

/// A flag on the command line wins over its variable, so a wrong value is the
/// variable's when no such flag was given.
fn origin(flag: &str, arguments: &[OsString]) -> String {
    let given = arguments.iter().any(|argument| {
        let rest = argument.to_str().and_then(|text| text.strip_prefix(flag));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    });
    if given || !flag.starts_with('-') {
        flag.to_owned()
    } else {
        variable(flag)
    }
}

/// `--io-workers` is `ROOMFUL_IO_WORKERS` in the environment.
pub(super) fn variable(flag: &str) -> String {
    let name = flag.trim_start_matches('-').replace('-', "_");
    format!("ROOMFUL_{}", name.to_ascii_uppercase())
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<String> {
    texts(error, kind).into_iter().next()
}

fn texts(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(one)) => vec![one.clone()],
        Some(ContextValue::Strings(several)) => several.clone(),
        _ => Vec::new(),
    }
}
