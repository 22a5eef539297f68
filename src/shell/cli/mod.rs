//! The command line and the environment, made into a task.
//!
//! Every flag of a server has its twin in the environment (`--io-workers`,
//! `ROOMFUL_IO_WORKERS`); the flag wins. What is wrong is told in one line.

mod errand;
mod flags;
mod offline;
mod stop;
mod stray;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use super::Config;
use super::logging::LogSettings;
use super::tls::TlsFiles;
use flags::Flags;
use offline::{Backup, HistoryCommand};

pub use errand::{Errand, ErrandKind};
pub use stop::Stop;

/// What the person wants.
#[derive(Clone, Debug)]
pub enum Task {
    /// A server.
    Serve(Box<Settings>),
    /// Something done to what a server has kept.
    Run(Errand),
}

/// What the operator of a server chose.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's bounds and switches.
    pub config: Config,
    /// What TLS is served with, if it is.
    pub tls: Option<TlsFiles>,
    /// Where history is kept, if that was said; see [`Place::of`](super::Place::of).
    pub data: Option<PathBuf>,
    /// What is logged, and how.
    pub log: LogSettings,
}

/// Reads the task from the process's arguments and environment.
///
/// # Errors
/// When there is nothing to do: help or the version was asked for, or
/// something is wrong. [`Stop::report`] tells the person and gives the status.
pub fn parse() -> Result<Task, Stop> {
    parse_from(std::env::args_os())
}

fn parse_from(arguments: impl IntoIterator<Item = OsString>) -> Result<Task, Stop> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let mut command = command();
    let parsed = command.try_get_matches_from_mut(&arguments);
    let parsed = parsed.map_err(|error| Stop::from_clap(error, &arguments))?;
    if let Some(stray) = stray::find(&command, &parsed) {
        return Err(stray);
    }
    let line = CommandLine::from_arg_matches(&parsed);
    let line = line.map_err(|error| Stop::from_clap(error.format(&mut command), &arguments))?;
    Ok(line.into_task())
}

fn command() -> clap::Command {
    stray::hide_what_only_servers_take(CommandLine::command())
}

const EXAMPLES: &str = "\
Every flag can also be set in the environment; the flag wins.

Examples:
  roomful                                       for this machine only, on port 4000
  nc -N 127.0.0.1 4000                          try it, in another terminal
  roomful --listen 0.0.0.0:4000 --listen '[::]:4000'
                                                for everybody who can reach this machine
  roomful --log-format json --log-level warn    for a service manager
  ROOMFUL_LISTEN=127.0.0.1:4000,[::1]:4000 roomful
                                                this machine only, over IPv4 and IPv6
  roomful --listen 0.0.0.0:4000 --tls-cert chain.pem --tls-key key.pem
                                                plain and TLS on one port
  roomful --history off                         nothing that is said is kept
  roomful history export --since 2026-01-31     what was said since then, as JSON lines
  roomful backup copy.db                        a copy of the history, while it serves

SIGINT (Ctrl-C) or SIGTERM stops the server: everyone is told, what is queued is
sent, the exit status is 0. A second one ends it at once. Other exit statuses:
1 when it could not start (the port is in use, say), 2 when a flag is wrong,
70 after a fault of its own.";

/// A chat server for people with nc: rooms, nicknames, private messages.
///
/// Without a command it serves, on 127.0.0.1:4000.
#[derive(Debug, Parser)]
#[command(
    name = "roomful",
    version,
    after_long_help = EXAMPLES,
    after_help = "Units, bounds and examples: roomful --help",
    disable_help_subcommand = true,
    allow_negative_numbers = true,
    max_term_width = 100
)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve (what roomful does without a command, too)
    #[command(after_long_help = EXAMPLES, allow_negative_numbers = true)]
    Serve,
    /// Read what was said, or take back what somebody said
    #[command(
        subcommand,
        disable_help_subcommand = true,
        arg_required_else_help = false
    )]
    History(HistoryCommand),
    /// Copy the history to a new file, also while a server runs
    ///
    /// The copy, named roomful.db in a directory of its own, is a history.
    Backup(Backup),
}

impl CommandLine {
    fn into_task(self) -> Task {
        let kind = match self.command {
            None | Some(Command::Serve) => {
                return Task::Serve(Box::new(self.flags.into_settings()));
            }
            Some(Command::History(command)) => command.into_errand(),
            Some(Command::Backup(backup)) => backup.into_errand(),
        };
        let data = self.flags.into_settings().data;
        Task::Run(Errand { data, kind })
    }
}

#[cfg(test)]
mod tests;
