//! Flags of a server after a command that is none.

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::Stop;

/// Commands that do not serve, each with the one flag of a server that it takes.
const OTHERS: [(&str, &str); 3] = [("history", "data"), ("backup", "data"), ("health", "admin")];

/// Flags may stand anywhere, so these commands would list all those of a server in
/// their help. They have them, hidden and without their variables, so that one is
/// told what is wrong with it.
pub(super) fn hide_what_only_servers_take(command: clap::Command) -> clap::Command {
    let flags: Vec<_> = of_servers(&command).cloned().collect();
    OTHERS.iter().fold(command, |command, (name, taken)| {
        let strange = flags.iter().filter(|flag| flag.get_id() != taken);
        let hidden = strange.map(|flag| flag.clone().hide(true).env(None));
        command.mut_subcommand(name, |other| other.args(hidden))
    })
}

/// A flag that means nothing to the command that it was given to.
pub(super) fn find(command: &clap::Command, parsed: &ArgMatches) -> Option<Stop> {
    let (mut names, mut parsed) = (Vec::new(), parsed);
    while let Some((name, inner)) = parsed.subcommand() {
        names.push(name);
        parsed = inner;
    }
    let first = names.first()?;
    let (_, taken) = OTHERS.iter().find(|(name, _)| name == first)?;
    let is_strange = |flag: &&clap::Arg| {
        let source = parsed.value_source(flag.get_id().as_str());
        flag.get_id() != taken && source == Some(ValueSource::CommandLine)
    };
    let flag = of_servers(command).find(is_strange)?.get_long()?;
    let names = names.join(" ");
    let line = format!("--{flag} is for a server; roomful {names} does not take it. Leave it out.");
    Some(Stop::Wrong { line })
}

fn of_servers(command: &clap::Command) -> impl Iterator<Item = &clap::Arg> {
    command.get_arguments().filter(|flag| flag.is_global_set())
}
