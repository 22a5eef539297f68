//! The configuration file: where it is found, what wins over it, what is said of it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use expect_test::expect;
use tempfile::TempDir;

use crate::process::{Process, end_of, roomful};

/// The program in an environment of nothing but these variables.
fn with(variables: &[(&str, &Path)], arguments: &[&str]) -> Command {
    let mut command = roomful(arguments);
    command.env_clear().envs(variables.iter().copied());
    command
}

/// What it prints on standard output.
fn printed(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let told = String::from_utf8_lossy(&stderr);
    assert!(status.success() && told.is_empty(), "{told}");
    String::from_utf8(stdout).unwrap()
}

/// The line of `config show` about a key.
fn shown(command: &mut Command, key: &str) -> String {
    let printed = printed(command);
    let is_meant = |line: &&str| line.starts_with(&format!("{key} = "));
    let line = printed.lines().find(is_meant).expect("each key is shown");
    let words: Vec<_> = line.split_whitespace().collect();
    words.join(" ")
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn what_is_more_particular_is_read_and_the_others_are_not() {
    let there = TempDir::new().unwrap();
    let [home, config, unit, named] =
        ["home", "config", "unit", "named.toml"].map(|name| there.path().join(name));
    let mut variables = vec![("HOME", home.as_path())];
    let shown = |variables: &[_]| shown(&mut with(variables, &["config", "show"]), "rate_burst");
    assert_eq!(shown(&variables), "rate_burst = 20 # default");
    let file = home.join(".config/roomful/roomful.toml");
    write(&file, "[limits]\nrate_burst = 1");
    assert_eq!(
        shown(&variables),
        format!("rate_burst = 1 # {}:2", file.display())
    );
    let file = config.join("roomful/roomful.toml");
    variables.push(("XDG_CONFIG_HOME", &config));
    write(&file, "[limits]\n\nrate_burst = 2");
    assert_eq!(
        shown(&variables),
        format!("rate_burst = 2 # {}:3", file.display())
    );
    let file = unit.join("roomful.toml");
    variables.push(("CONFIGURATION_DIRECTORY", &unit));
    write(&file, "limits.rate_burst = 3");
    assert_eq!(
        shown(&variables),
        format!("rate_burst = 3 # {}:1", file.display())
    );
    variables.push(("ROOMFUL_CONFIG", &named));
    write(&named, "");
    assert_eq!(shown(&variables), "rate_burst = 20 # default");
    variables.push(("ROOMFUL_RATE_BURST", Path::new("4")));
    assert_eq!(shown(&variables), "rate_burst = 4 # ROOMFUL_RATE_BURST");
    let mut command = with(&variables, &["--rate-burst=5", "config", "show"]);
    assert_eq!(
        self::shown(&mut command, "rate_burst"),
        "rate_burst = 5 # --rate-burst"
    );
}

#[test]
fn what_is_shown_is_a_configuration_file_that_means_the_same() {
    let there = TempDir::new().unwrap();
    let (first, second) = (
        there.path().join("first.toml"),
        there.path().join("second.toml"),
    );
    let text = "[network]\nlisten = [\"127.0.0.1:1\", \"[::1]:2\"]\n\
        [history]\nhistory = false\ndata = \"odd \\\" name\"\n[log]\nlog_level = \"warn\"";
    write(&first, text);
    let variables = [("HOME", there.path())];
    let show = |file: &Path| {
        let mut command = with(&variables, &["config", "show", "--config"]);
        printed(command.arg(file))
    };
    let values = |shown: &str| -> Vec<String> {
        let value = |line: &str| line.split("  #").next().unwrap_or_default().to_owned();
        shown.lines().map(value).collect()
    };
    let once = show(&first);
    write(&second, &once);
    let twice = show(&second);
    assert_eq!(values(&once), values(&twice));
    let dir = there.path().display();
    for line in [
        "listen = [\"127.0.0.1:1\", \"[::1]:2\"]".to_owned(),
        "history = false".to_owned(),
        format!("data = \"{dir}/odd \\\" name\""),
        "log_level = \"warn\"".to_owned(),
    ] {
        assert!(
            once.lines().any(|shown| shown.starts_with(&line)),
            "{line}\n{once}"
        );
    }
}

#[test]
fn the_reference_is_short_and_means_what_no_file_means() {
    let there = TempDir::new().unwrap();
    let file = there.path().join("roomful.toml");
    let reference = printed(&mut roomful(&["config", "default"]));
    assert!(reference.lines().count() < 120, "{reference}");
    assert!(reference.lines().all(|line| line.chars().count() <= 96));
    let variables = [("HOME", there.path())];
    let show = || printed(&mut with(&variables, &["config", "show"]));
    let without = show();
    let values = |shown: &str| -> Vec<String> {
        let value = |line: &str| {
            line.split("  #")
                .next()
                .unwrap_or_default()
                .trim_end()
                .into()
        };
        shown.lines().map(value).collect()
    };
    // As it is, and with the # taken off before every key that has a default everywhere.
    let without_default = ["data", "admin", "listen_tls", "tls_cert", "tls_key"];
    let has_default = |key: &str| !without_default.iter().any(|name| key.starts_with(name));
    let lines = reference.lines().map(|line| match line.strip_prefix('#') {
        Some(key) if !key.starts_with([' ', '#']) && has_default(key) => key,
        Some(_) | None => line,
    });
    let set: Vec<_> = lines.collect();
    for text in [&reference, &set.join("\n")] {
        write(&file, text);
        let mut command = with(&variables, &["config", "show", "--config"]);
        let with_file = printed(command.arg(&file));
        assert_eq!(values(&with_file), values(&without));
    }
    assert_eq!(printed(&mut with(&variables, &["config", "show"])), without);
}

#[test]
fn a_check_says_fine_or_every_mistake() {
    let there = TempDir::new().unwrap();
    let file = there.path().join("roomful.toml");
    let name = file.display();
    write(&file, "[limits]\nrate_burst = 5\n");
    let mut check = roomful(&["config", "check"]);
    assert_eq!(printed(check.arg(&file)), format!("{name} is fine.\n"));
    write(
        &file,
        "[limits]\nrate_brust = 5\nrate_per_second = 5s\n[log]\nlog_format = \"xml\"\n",
    );
    let mistakes = format!(
        "roomful: {name}:2: there is no key rate_brust. Did you mean rate_burst?\n\
         roomful: {name}:3: rate_per_second is 5s: it must be a whole number from 0 to 1000000. Write digits alone, without a unit.\n\
         roomful: {name}:5: log_format is \"xml\": it must be one of human, json.\n"
    );
    for arguments in [
        vec!["config", "check"],
        vec!["config", "check", "--config"],
        vec!["--config"],
    ] {
        let mut command = roomful(&arguments);
        let (said, status) = end_of(command.arg(&file));
        assert_eq!(said, mistakes, "{arguments:?}");
        assert_eq!(status, Some(2));
    }
}

#[test]
fn without_a_file_there_is_nothing_to_check() {
    let there = TempDir::new().unwrap();
    let (said, status) = end_of(&mut with(&[("HOME", there.path())], &["config", "check"]));
    let home = there.path().display();
    assert_eq!(
        said,
        format!(
            "roomful: there is no configuration file: none is named, and there is no \
             {home}/.config/roomful/roomful.toml, /etc/roomful/roomful.toml.\n"
        )
    );
    assert_eq!(status, Some(1));
}

#[test]
fn a_server_says_which_file_it_has_read() {
    let there = TempDir::new().unwrap();
    let file = there.path().join("roomful.toml");
    write(&file, "[log]\nlog_level = \"warn\"\n");
    let mut command = roomful(&["--config"]);
    command.arg(&file);
    let server = Process::spawn(command);
    let line = server.until_logged("configuration");
    assert_eq!(line, format!("Its configuration is in {}.", file.display()));
}

#[test]
fn of_the_commands() {
    let help = printed(&mut roomful(&["config", "-h"]));
    let help: Vec<_> = help.lines().map(str::trim_end).take(8).collect();
    expect![[r#"
        Look at the configuration

        Usage: roomful config [OPTIONS] <COMMAND>

        Commands:
          show     Print every setting that a server would have, and where each comes from
          default  Print a configuration file with every key, explained, as it is by default
          check    Say whether a configuration file is fine, or every mistake that is in it"#]]
    .assert_eq(&help.join("\n"));
    for (arguments, flag) in [
        ("config default --data d", "data"),
        ("config check --data d", "data"),
    ] {
        let arguments: Vec<_> = arguments.split(' ').collect();
        let (said, status) = end_of(&mut roomful(&arguments));
        let command = arguments[..2].join(" ");
        assert_eq!(
            said,
            format!(
                "roomful: --{flag} is for a server; roomful {command} does not take it. Leave it out.\n"
            )
        );
        assert_eq!(status, Some(2));
    }
}
