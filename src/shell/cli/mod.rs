//! The command line, the environment and the configuration file, made into a task.
//!
//! Every flag of a server has its twins in the environment (`--io-workers`,
//! `ROOMFUL_IO_WORKERS`) and in the file (`io_workers`); the flag wins over its
//! variable, and that over the file. What is wrong is told in one line.

mod chosen;
mod errand;
mod file;
mod flags;
mod inquiry;
mod offline;
mod reference;
mod stop;
mod stray;
mod tls;
mod values;

use std::ffi::OsString;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use super::Config;
use super::logging::LogSettings;
use super::tls::TlsFiles;
use file::{Layer, Places};
use flags::{Choices, Flags};
use inquiry::ConfigCommand;
use offline::{Backup, HistoryCommand};

pub use chosen::{Change, Chosen};
pub use errand::{Errand, ErrandKind};
pub use stop::Stop;

/// What the person wants.
#[derive(Clone, Debug)]
pub enum Task {
    /// A server.
    Serve(Box<Settings>),
    /// Something done to what a server has kept.
    Run(Errand),
    /// A question to a running server, at its admin address: is it ready?
    CheckHealth(SocketAddr),
    /// Something printed.
    Print(String),
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
    /// Where metrics and health are shown, if anywhere.
    pub admin: Option<SocketAddr>,
    /// What is logged, and how.
    pub log: LogSettings,
    /// All of it as a configuration file would say it, and where each comes from.
    pub chosen: Chosen,
    source: Source,
}

/// What the settings were made of, so that they can be made again.
#[derive(Clone, Debug)]
struct Source {
    arguments: Vec<OsString>,
    places: Places,
    file: Option<PathBuf>,
}

impl Settings {
    /// The configuration file that was read, if one was.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.source.file.as_deref()
    }

    /// What to say when there is no configuration file.
    #[must_use]
    pub fn no_file(&self) -> String {
        self.source.places.nothing()
    }

    /// The same arguments and variables with the configuration file as it is now. One
    /// that was read before has to be there; without one it is looked for again.
    ///
    /// # Errors
    /// When it cannot be read, or something in it is wrong.
    pub fn read_again(&self) -> Result<Self, Stop> {
        let Source {
            arguments,
            places,
            file,
        } = self.source.clone();
        match parse_from(arguments, &places.after(file))? {
            Task::Serve(settings) => Ok(*settings),
            Task::Run(_) | Task::CheckHealth(_) | Task::Print(_) => Ok(self.clone()), // They were for a server.
        }
    }
}

/// Reads the task from the process's arguments, its environment and its configuration
/// file.
///
/// # Errors
/// When there is nothing to do: help or the version was asked for, or
/// something is wrong. [`Stop::report`] tells the person and gives the status.
pub fn parse() -> Result<Task, Stop> {
    parse_from(std::env::args_os(), &Places::usual())
}

/// Prints what was asked for to standard output.
pub fn print(text: &str) {
    // A closed pipe (`roomful config default | head -1`) is nobody's fault.
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn parse_from(
    arguments: impl IntoIterator<Item = OsString>,
    places: &Places,
) -> Result<Task, Stop> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // First without the file, to learn which it is.
    let mut command = command();
    let (parsed, line) = understood(&mut command, &arguments)?;
    if let Some(stray) = stray::find(&command, &parsed) {
        return Err(stray);
    }
    if let (Some(Command::Health), Some(admin)) = (&line.command, line.flags.admin) {
        return Ok(Task::CheckHealth(admin)); // Whatever is in the file by now.
    }
    let named = line.flags.config;
    match line.command {
        Some(Command::Config(ConfigCommand::Default)) => {
            return Ok(Task::Print(reference::written(&command)));
        }
        Some(Command::Config(ConfigCommand::Check(check))) => {
            return check.run(named, places).map(Task::Print);
        }
        Some(Command::Config(ConfigCommand::Show))
        | Some(Command::Serve | Command::History(_) | Command::Backup(_) | Command::Health)
        | None => {}
    }
    let text = places.read(named.as_deref());
    let text = text.map_err(|line| Stop::Wrong { line })?;
    let layer = text.as_ref().map(inquiry::understood).transpose()?;
    task(arguments, layer.unwrap_or_default(), places)
}

/// What is to be done, with what the file sets below all else.
fn task(arguments: Vec<OsString>, layer: Layer, places: &Places) -> Result<Task, Stop> {
    let mut command = layer.below(command());
    let (parsed, line) = understood(&mut command, &arguments)?;
    let chosen = Chosen::of(&parsed, &layer, &command);
    if line.is_for_a_server() {
        tls::check(&chosen, line.flags.listens_twice())?;
    }
    let source = Source {
        arguments,
        places: places.clone(),
        file: layer.path,
    };
    line.into_task(chosen, source)
}

fn understood(
    command: &mut clap::Command,
    arguments: &[OsString],
) -> Result<(ArgMatches, CommandLine), Stop> {
    let parsed = command.try_get_matches_from_mut(arguments);
    let parsed = parsed.map_err(|error| Stop::from_clap(error, arguments))?;
    let line = CommandLine::from_arg_matches(&parsed);
    let line = line.map_err(|error| Stop::from_clap(error.format(command), arguments))?;
    Ok((parsed, line))
}

fn command() -> clap::Command {
    stray::hide_what_only_servers_take(CommandLine::command())
}

const EXAMPLES: &str = "\
Every flag can also be set in the environment, and in a configuration file; the flag
wins over its variable, and that over the file. roomful config default prints a file
with everything in it. SIGHUP has a server read its file again.

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
  roomful config default > roomful.toml         every setting, explained, to be changed
  roomful --config roomful.toml                 with these settings
  roomful --config roomful.toml config show     what would hold, and where it comes from
  roomful history export --since 2026-01-31     what was said since then, as JSON lines
  roomful backup copy.db                        a copy of the history, while it serves
  roomful --admin 127.0.0.1:4001                with metrics and health, for this machine

SIGINT (Ctrl-C) or SIGTERM stops the server: everyone is told, what is queued is
sent, the exit status is 0. A second one ends it at once. Other exit statuses:
1 when it could not start (the port is in use, say), 2 when a flag or the
configuration file is wrong, 70 after a fault of its own.";

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
    /// Look at the configuration
    #[command(
        subcommand,
        disable_help_subcommand = true,
        arg_required_else_help = false
    )]
    Config(ConfigCommand),
    /// Ask a running server whether it is ready, for a container's health check
    ///
    /// Asks the address that --admin, ROOMFUL_ADMIN or the configuration file names,
    /// prints one line, and ends with status 0 when people can come in, else with 1.
    Health,
}

impl CommandLine {
    /// Whether its settings are those of a server that is to serve.
    fn is_for_a_server(&self) -> bool {
        match self.command {
            None | Some(Command::Serve | Command::Config(_)) => true,
            Some(Command::History(_) | Command::Backup(_) | Command::Health) => false,
        }
    }

    fn into_task(self, chosen: Chosen, source: Source) -> Result<Task, Stop> {
        let kind = match self.command {
            None | Some(Command::Serve) => {
                let Choices {
                    config,
                    tls,
                    data,
                    admin,
                    log,
                } = self.flags.into_choices();
                return Ok(Task::Serve(Box::new(Settings {
                    config,
                    tls,
                    data,
                    admin,
                    log,
                    chosen,
                    source,
                })));
            }
            Some(Command::Config(_)) => return Ok(Task::Print(chosen.to_string())),
            Some(Command::Health) => {
                let admin = self.flags.admin.ok_or_else(no_admin_address)?;
                return Ok(Task::CheckHealth(admin));
            }
            Some(Command::History(command)) => command.into_errand(),
            Some(Command::Backup(backup)) => backup.into_errand(),
        };
        let data = self.flags.data;
        Ok(Task::Run(Errand { data, kind }))
    }
}

fn no_admin_address() -> Stop {
    let line = "roomful health needs to know whom to ask. \
        Give it the address that the server has: --admin 127.0.0.1:4001, or ROOMFUL_ADMIN, \
        or admin in the configuration file.";
    // Not 2: to Docker a health check may end with 0 or 1 and nothing else.
    Stop::failed(line)
}

#[cfg(test)]
mod tests;
