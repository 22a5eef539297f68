//! Flags of a server after a command that is none.

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::Stop;

/// The one flag that every command takes.
const DATA: &str = "data";

/// Commands that do not serve.
const OFFLINE: [&str; 2] = ["history", "backup"];

/// Flags may stand anywhere, so these commands would list all those of a server in
/// their help. They have them, hidden and without their variables, so that one is
/// told what is wrong with it.
pub(super) fn hide_what_only_servers_take(command: clap::Command) -> clap::Command {
    let hidden: Vec<_> = of_servers(&command)
        .map(|flag| flag.clone().hide(true).env(None))
        .collect();
    OFFLINE.iter().fold(command, |command, name| {
        command.mut_subcommand(name, |offline| offline.args(&hidden))
    })
}

/// A flag that means nothing to the command that it was given to.
pub(super) fn find(command: &clap::Command, parsed: &ArgMatches) -> Option<Stop> {
    let (mut names, mut parsed) = (Vec::new(), parsed);
    while let Some((name, inner)) = parsed.subcommand() {
        names.push(name);
        parsed = inner;
    }
    OFFLINE.contains(names.first()?).then_some(())?;
    let is_given = |flag: &&clap::Arg| {
        let source = parsed.value_source(flag.get_id().as_str());
        source == Some(ValueSource::CommandLine)
    };
    let flag = of_servers(command).find(is_given)?.get_long()?;
    let names = names.join(" ");
    let line = format!("--{flag} is for a server; roomful {names} does not take it. Leave it out.");
    Some(Stop::Wrong { line })
}

fn of_servers(command: &clap::Command) -> impl Iterator<Item = &clap::Arg> {
    let flags = command.get_arguments().filter(|flag| flag.is_global_set());
    flags.filter(|flag| flag.get_id() != DATA)
}
