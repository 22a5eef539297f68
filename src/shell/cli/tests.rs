use super::*;
use clap::CommandFactory as _;
use expect_test::expect;

fn settings(line: &str) -> Settings {
    parse_from(words(line)).unwrap()
}

fn words(line: &str) -> Vec<OsString> {
    line.split(' ').map(OsString::from).collect()
}

/// What is typed after `roomful`, each with what is said about it.
fn transcript(typed: &[&str]) -> String {
    let said = |typed: &&str| match parse_from(words(&format!("roomful {typed}"))) {
        Err(Stop::Wrong { line }) => format!("{typed}\n    {line}\n"),
        other => panic!("{typed}: {other:?}"),
    };
    typed.iter().map(said).collect()
}

#[test]
fn the_command_line_is_sound() {
    CommandLine::command().debug_assert();
}

#[test]
fn every_flag_has_its_variable() {
    let command = CommandLine::command();
    let flags: Vec<_> = command.get_arguments().collect();
    assert_eq!(flags.len(), 11);
    for flag in flags {
        let name = format!("--{}", flag.get_long().unwrap());
        let variable = flag.get_env().unwrap().to_str().unwrap();
        assert_eq!(variable, stop::variable(&name));
    }
}

#[test]
fn without_flags_everything_is_as_by_default() {
    for line in ["roomful", "roomful serve"] {
        let Settings { config, log } = settings(line);
        assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
        assert_eq!(log, LogSettings::default());
    }
}

#[test]
fn flags_may_stand_before_and_after_the_command() {
    for line in [
        "roomful --listen [::1]:1 --listen 127.0.0.1:2 --stall-timeout 7",
        "roomful serve --listen [::1]:1 --listen 127.0.0.1:2 --stall-timeout 7",
        "roomful --listen [::1]:1,127.0.0.1:2 serve --stall-timeout=7",
    ] {
        let config = settings(line).config;
        let addresses = ["[::1]:1", "127.0.0.1:2"].map(|text| text.parse().unwrap());
        assert_eq!(config.listen, addresses, "{line}");
        assert_eq!(config.stall_timeout, Duration::from_secs(7), "{line}");
    }
}

#[test]
fn each_flag_sets_its_own_field() {
    let Settings { config, log } = settings(
        "roomful --connections-max 1 --connections-per-address-max 2 --rate-burst 3 \
         --rate-per-second 4 --io-workers 5 --outbox-bytes-max 16384 --stall-timeout 6 \
         --shutdown-grace 7 --log-level trace --log-format json",
    );
    assert_eq!(config.connections_max, 1);
    assert_eq!(config.connections_per_address_max, 2);
    assert_eq!(config.limits.rate_burst, 3);
    assert_eq!(config.limits.rate_per_second, 4);
    assert_eq!(config.io_workers, 5);
    assert_eq!(config.outbox_bytes_max, 16_384);
    assert_eq!(config.stall_timeout, Duration::from_secs(6));
    assert_eq!(config.shutdown_grace, Duration::from_secs(7));
    assert_eq!(log.level, LogLevel::Trace);
    assert_eq!(log.format, LogFormat::Json);
}

#[test]
fn zero_switches_the_rate_limit_off() {
    let config = settings("roomful --rate-burst 0 --rate-per-second 0").config;
    assert_eq!(config.limits.rate_burst, 0);
    assert_eq!(config.limits.rate_per_second, 0);
}

#[test]
fn an_outbox_takes_at_least_four_of_the_longest_lines() {
    let line_bytes_max = Config::default().line_bytes_max as u64;
    assert_eq!(OUTBOX_BYTES_MIN, 4 * line_bytes_max);
}

#[test]
fn what_is_wrong_is_told_in_one_line() {
    expect![[r#"
        --io-workers 0
            --io-workers is "0": it must be a whole number from 1 to 1024.
        serve --io-workers=zero
            --io-workers is "zero": it must be a whole number from 1 to 1024.
        --connections-max -1
            --connections-max is "-1": it must be a whole number from 1 to 1000000.
        --connections-max 1000001
            --connections-max is "1000001": it must be a whole number from 1 to 1000000.
        --outbox-bytes-max 16383
            --outbox-bytes-max is "16383": it must be a whole number from 16384 to 1073741824.
        --stall-timeout 0
            --stall-timeout is "0": it must be a whole number from 1 to 86400.
        --shutdown-grace 3601
            --shutdown-grace is "3601": it must be a whole number from 1 to 3600.
        --listen 4000
            --listen is "4000": it does not say for whom. Write 127.0.0.1:4000 for this machine only, or 0.0.0.0:4000 for everybody who can reach it.
        --listen 127.0.0.1:1,localhost:4000
            --listen is "localhost:4000": host names are not looked up. Write an IP address and a port, such as 127.0.0.1:4000 or [::1]:4000.
        --log-level loud
            --log-level is "loud": it must be one of error, warn, info, debug, trace.
        --log-format
            --log-format needs a value: one of human, json.
        --listen
            --listen needs a value after it. See roomful --help.
        --lisen 127.0.0.1:4000
            there is no flag --lisen. Did you mean --listen?
        serve --lisen 127.0.0.1:4000
            there is no flag --lisen. Did you mean --listen?
        --frobnicate
            there is no flag --frobnicate. See roomful --help.
        -x
            there is no flag -x. See roomful --help.
        srve
            there is no command srve. Did you mean serve?
        serve 4000
            there is no command 4000. See roomful --help.
        --io-workers 1 --io-workers 2
            --io-workers is given more than once. Keep one of them.
    "#]].assert_eq(&transcript(&[
        "--io-workers 0",
        "serve --io-workers=zero",
        "--connections-max -1",
        "--connections-max 1000001",
        "--outbox-bytes-max 16383",
        "--stall-timeout 0",
        "--shutdown-grace 3601",
        "--listen 4000",
        "--listen 127.0.0.1:1,localhost:4000",
        "--log-level loud",
        "--log-format",
        "--listen",
        "--lisen 127.0.0.1:4000",
        "serve --lisen 127.0.0.1:4000",
        "--frobnicate",
        "-x",
        "srve",
        "serve 4000",
        "--io-workers 1 --io-workers 2",
    ]));
}

#[test]
fn help_tells_the_units_the_defaults_and_how_to_try_it() {
    let Err(Stop::Shown(help)) = parse_from(words("roomful --help")) else {
        panic!("help is shown");
    };
    let help = help.to_string();
    for part in [
        "nc -N 127.0.0.1 4000",
        "[default: 127.0.0.1:4000]",
        "[env: ROOMFUL_OUTBOX_BYTES_MAX]",
        "[default: 262144]",
        "<SECONDS>",
        "SIGTERM",
    ] {
        assert!(help.contains(part), "{part}\n{help}");
    }
    assert!(
        help.lines().all(|line| line.chars().count() <= 100),
        "{help}"
    );
}

#[test]
fn the_version_is_the_packages() {
    let Err(Stop::Shown(version)) = parse_from(words("roomful --version")) else {
        panic!("the version is shown");
    };
    assert_eq!(
        version.to_string(),
        concat!("roomful ", env!("CARGO_PKG_VERSION"), "\n")
    );
}
