//! What the program says about its flags and its environment, as a person sees it.

use std::process::Output;

use crate::process;

fn roomful(variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = process::roomful(arguments);
    command.envs(variables.iter().copied()).output().unwrap()
}

/// The program ends with status 2, this one line on standard error, and
/// nothing on standard output.
fn refuses(variables: &[(&str, &str)], arguments: &[&str], line: &str) {
    let Output {
        status,
        stdout,
        stderr,
    } = roomful(variables, arguments);
    assert_eq!(
        String::from_utf8_lossy(&stderr),
        format!("roomful: {line}\n")
    );
    assert_eq!(status.code(), Some(2));
    assert!(stdout.is_empty());
}

#[test]
fn a_wrong_flag_is_one_line_and_status_2() {
    refuses(
        &[],
        &["--lisen", "127.0.0.1:4000"],
        "there is no flag --lisen. Did you mean --listen?",
    );
}

#[test]
fn a_wrong_variable_is_named_with_or_without_the_command() {
    let variables = [("ROOMFUL_IO_WORKERS", "0")];
    let line = r#"ROOMFUL_IO_WORKERS is "0": it must be a whole number from 1 to 1024."#;
    refuses(&variables, &[], line);
    refuses(&variables, &["serve"], line);
    refuses(&variables, &["serve", "--listen", "127.0.0.1:0"], line);
}

#[test]
fn an_empty_variable_is_told_as_such() {
    refuses(
        &[("ROOMFUL_LOG_LEVEL", "")],
        &[],
        r#"ROOMFUL_LOG_LEVEL is "": it must be one of error, warn, info, debug, trace."#,
    );
}

#[test]
fn one_of_several_addresses_in_a_variable_is_named() {
    refuses(
        &[("ROOMFUL_LISTEN", "127.0.0.1:4000,[::1]")],
        &[],
        r#"ROOMFUL_LISTEN is "[::1]": the port is missing. Write [::1]:4000, for example."#,
    );
}

#[test]
fn a_flag_wins_over_its_variable() {
    refuses(
        &[("ROOMFUL_IO_WORKERS", "0")],
        &["--io-workers", "two"],
        r#"--io-workers is "two": it must be a whole number from 1 to 1024."#,
    );
    refuses(
        &[("ROOMFUL_IO_WORKERS", "0")],
        &["--io-workers=2", "--log-format=xml"],
        r#"--log-format is "xml": it must be one of human, json."#,
    );
}

#[test]
fn help_and_version_go_to_standard_output() {
    for (flag, first) in [
        ("--help", "A chat server"),
        ("-h", "A chat server"),
        ("--version", concat!("roomful ", env!("CARGO_PKG_VERSION"))),
    ] {
        let Output {
            status,
            stdout,
            stderr,
        } = roomful(&[], &[flag]);
        assert!(
            String::from_utf8(stdout).unwrap().starts_with(first),
            "{flag}"
        );
        assert!(status.success() && stderr.is_empty(), "{flag}");
    }
}
