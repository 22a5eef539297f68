//! Flags of a server after a command that is none.

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::Stop;

/// Commands that do not serve, with the flags of a server that they take all the same.
const OFFLINE: [(&[&str], &[&str]); 4] = [
    (&["history"], &["config", "data"]),
    (&["backup"], &["config", "data"]),
    (&["config", "default"], &[]),
    (&["config", "check"], &["config"]),
];

/// Flags may stand anywhere, so these commands would list all those of a server in
/// their help. They have them, hidden and without their variables, so that one is
/// told what is wrong with it.
pub(super) fn hide_what_only_servers_take(command: clap::Command) -> clap::Command {
    OFFLINE.iter().fold(command, |command, (names, taken)| {
        let hidden: Vec<_> = of_servers(&command, taken)
            .map(|flag| flag.clone().hide(true).env(None))
            .collect();
        with_flags(command, names, hidden)
    })
}

fn with_flags(command: clap::Command, names: &[&str], flags: Vec<clap::Arg>) -> clap::Command {
    match names {
        [] => command.args(flags),
        [name, inner @ ..] => {
            command.mut_subcommand(name, |command| with_flags(command, inner, flags))
        }
    }
}

/// A flag that means nothing to the command that it was given to.
pub(super) fn find(command: &clap::Command, parsed: &ArgMatches) -> Option<Stop> {
    let (mut names, mut parsed) = (Vec::new(), parsed);
    while let Some((name, inner)) = parsed.subcommand() {
        names.push(name);
        parsed = inner;
    }
    let is_meant = |(offline, _): &&(&[&str], &[&str])| names.starts_with(offline);
    let (_, taken) = OFFLINE.iter().find(is_meant)?;
    let is_given = |flag: &&clap::Arg| {
        let source = parsed.value_source(flag.get_id().as_str());
        source == Some(ValueSource::CommandLine)
    };
    let flag = of_servers(command, taken).find(is_given)?.get_long()?;
    let names = names.join(" ");
    let line = format!("--{flag} is for a server; roomful {names} does not take it. Leave it out.");
    Some(Stop::Wrong { line })
}

fn of_servers<'c>(
    command: &'c clap::Command,
    taken: &'static [&'static str],
) -> impl Iterator<Item = &'c clap::Arg> {
    let flags = command.get_arguments().filter(|flag| flag.is_global_set());
    flags.filter(move |flag| !taken.contains(&flag.get_id().as_str()))
}
