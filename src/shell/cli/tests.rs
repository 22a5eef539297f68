use std::time::Duration;

use super::*;
use crate::shell::logging::{LogFormat, LogLevel};
use crate::shell::{Durability, HistoryConfig};
use expect_test::expect;

fn settings(line: &str) -> Settings {
    match parse_from(words(line), &Places::default()).unwrap() {
        Task::Serve(settings) => *settings,
        other @ (Task::Run(_) | Task::CheckHealth(_) | Task::Print(_)) => {
            panic!("{line}: {other:?}")
        }
    }
}

fn errand(line: &str) -> Errand {
    match parse_from(words(line), &Places::default()).unwrap() {
        Task::Run(errand) => errand,
        other @ (Task::Serve(_) | Task::CheckHealth(_) | Task::Print(_)) => {
            panic!("{line}: {other:?}")
        }
    }
}

fn words(line: &str) -> Vec<OsString> {
    line.split(' ').map(OsString::from).collect()
}

/// What is typed after `roomful`, each with what is said about it.
fn transcript(typed: &[&str]) -> String {
    let said =
        |typed: &&str| match parse_from(words(&format!("roomful {typed}")), &Places::default()) {
            Err(Stop::Wrong { line }) => format!("{typed}\n    {line}\n"),
            other => panic!("{typed}: {other:?}"),
        };
    typed.iter().map(said).collect()
}

#[test]
fn the_command_line_is_sound() {
    command().debug_assert();
}

#[test]
fn every_flag_has_its_variable() {
    let command = CommandLine::command();
    let flags: Vec<_> = command.get_arguments().collect();
    assert_eq!(flags.len(), 22);
    for flag in flags {
        let name = format!("--{}", flag.get_long().unwrap());
        let variable = flag.get_env().unwrap().to_str().unwrap();
        assert_eq!(variable, stop::variable(&name));
    }
}

#[test]
fn without_flags_everything_is_as_by_default() {
    for line in ["roomful", "roomful serve"] {
        let Settings {
            config,
            tls,
            data,
            admin,
            log,
            ..
        } = settings(line);
        let expected = Config {
            history: Some(HistoryConfig::default()),
            ..Config::default()
        };
        assert_eq!(format!("{config:?}"), format!("{expected:?}"));
        assert_eq!((tls, data, admin), (None, None, None));
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
    let Settings {
        config,
        tls,
        data,
        admin,
        log,
        ..
    } = settings(
        "roomful --connections-max 1 --connections-per-address-max 2 --rate-burst 3 \
         --rate-per-second 4 --io-workers 5 --outbox-bytes-max 16384 --stall-timeout 6 \
         --shutdown-grace 7 --log-level trace --log-format json --data there \
         --history-on-join 8 --durability strict --retention 9 --history-buffer-bytes 65536 \
         --admin [::1]:10 --listen-tls [::1]:7 --tls-cert chain --tls-key key",
    );
    assert_eq!(config.connections_max, 1);
    assert_eq!(config.connections_per_address_max, 2);
    assert_eq!(config.limits.rate_burst, 3);
    assert_eq!(config.limits.rate_per_second, 4);
    assert_eq!(config.io_workers, 5);
    assert_eq!(config.outbox_bytes_max, 16_384);
    assert_eq!(config.stall_timeout, Duration::from_secs(6));
    assert_eq!(config.shutdown_grace, Duration::from_secs(7));
    assert_eq!(config.listen_tls, ["[::1]:7".parse().unwrap()]);
    let (cert, key) = ("chain".into(), "key".into());
    assert_eq!(tls, Some(TlsFiles { cert, key }));
    assert_eq!(log.level, LogLevel::Trace);
    assert_eq!(log.format, LogFormat::Json);
    assert_eq!(data, Some("there".into()));
    assert_eq!(admin, Some("[::1]:10".parse().unwrap()));
    let history = HistoryConfig {
        durability: Durability::Strict,
        lines_on_join: 8,
        retention: Some(Duration::from_secs(9 * 24 * 60 * 60)),
        buffer_bytes_max: 65_536,
        ..HistoryConfig::default()
    };
    assert_eq!(config.history, Some(history));
}

#[test]
fn history_can_be_off_or_kept_for_ever() {
    let off = settings("roomful --history off --durability strict --data there");
    assert_eq!(off.config.history, None);
    let for_ever = settings("roomful --history on --retention 0")
        .config
        .history;
    assert_eq!(for_ever.unwrap().retention, None);
}

#[test]
fn what_is_at_a_bound_is_taken() {
    for line in [
        "roomful --history-on-join 0 --retention 0 --history-buffer-bytes 65536",
        "roomful --history-on-join 100 --retention 36500 --history-buffer-bytes 1073741824",
    ] {
        settings(line);
    }
}

#[test]
fn exports_are_of_everything_unless_told_of_what() {
    let Errand { data, kind } = errand("roomful history export");
    assert_eq!(data, None);
    expect!["Export { filter: ExportFilter { room: None, since: None }, format: Jsonl }"]
        .assert_eq(&format!("{kind:?}"));
    let line = "roomful history export --format text --since 2026-01-31 --room #Ops --data d";
    let Errand { data, kind } = errand(line);
    assert_eq!(data, Some("d".into()));
    expect![[r#"Export { filter: ExportFilter { room: Some("Ops"), since: Some(2026-01-31T00:00:00Z) }, format: Text }"#]]
        .assert_eq(&format!("{kind:?}"));
}

#[test]
fn the_directory_may_stand_before_the_command() {
    for line in [
        "roomful --data d backup file",
        "roomful backup --data d file",
        "roomful backup file --data=d",
    ] {
        let Errand { data, kind } = errand(line);
        assert_eq!(data, Some("d".into()), "{line}");
        let ErrandKind::Backup { file } = kind else {
            panic!("{line}: {kind:?}");
        };
        assert_eq!(file, PathBuf::from("file"), "{line}");
    }
    let Errand { data, kind } = errand("roomful history --data d erase --nick Ada");
    assert_eq!(data, Some("d".into()));
    assert_eq!(format!("{kind:?}"), r#"Erase { nick: "Ada" }"#);
}

#[test]
fn whom_to_ask_for_health_may_stand_before_and_after_the_command() {
    for line in [
        "roomful --admin [::1]:1 health",
        "roomful health --admin [::1]:1",
    ] {
        match parse_from(words(line), &Places::default()).unwrap() {
            Task::CheckHealth(address) => assert_eq!(address.to_string(), "[::1]:1"),
            other @ (Task::Serve(_) | Task::Run(_) | Task::Print(_)) => {
                panic!("{line}: {other:?}")
            }
        }
    }
}

#[test]
fn a_question_for_health_without_an_address_fails_and_is_no_mistake() {
    let stop = parse_from(words("roomful health"), &Places::default()).unwrap_err();
    assert!(matches!(stop, Stop::Failed { .. }), "{stop:?}");
    let line = "roomful health needs to know whom to ask. Give it the address that the server \
        has: --admin 127.0.0.1:4001, or ROOMFUL_ADMIN, or admin in the configuration file.";
    assert_eq!(stop.lines(), [line]);
}

#[test]
fn what_is_wrong_with_a_question_for_health_is_told_in_one_line() {
    expect![[r#"
        health --admin 4001
            --admin is "4001": it does not say for whom. Write 127.0.0.1:4001 for this machine only, or 0.0.0.0:4001 for everybody who can reach it.
        health --data d
            --data is for a server; roomful health does not take it. Leave it out.
        --admin [::1]:1 backup file
            --admin is for a server; roomful backup does not take it. Leave it out.
    "#]].assert_eq(&transcript(&[
        "health --admin 4001",
        "health --data d",
        "--admin [::1]:1 backup file",
    ]));
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
    assert_eq!(flags::OUTBOX_BYTES_MIN, 4 * line_bytes_max);
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
            4000 is one word too many. See roomful --help.
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
fn what_is_wrong_with_tls_is_told_in_one_line() {
    expect![[r#"
        --tls-cert chain.pem
            --tls-cert is set without the certificate's key: set --tls-key too.
        --tls-key key.pem
            --tls-key is set without its certificate: set --tls-cert too.
        --listen-tls 127.0.0.1:6697
            --listen-tls is set without a certificate: set --tls-cert and --tls-key too.
        --tls-cert c --tls-key k --listen-tls 127.0.0.1:4000
            --listen and --listen-tls both name 127.0.0.1:4000. With a certificate, --listen takes TLS too: leave it out of --listen-tls, or choose another port.
    "#]]
    .assert_eq(&transcript(&[
        "--tls-cert chain.pem",
        "--tls-key key.pem",
        "--listen-tls 127.0.0.1:6697",
        "--tls-cert c --tls-key k --listen-tls 127.0.0.1:4000",
    ]));
}

#[test]
fn what_is_wrong_with_history_is_told_in_one_line() {
    expect![[r##"
        --history maybe
            --history is "maybe": it must be one of on, off.
        --durability lax
            --durability is "lax": it must be one of relaxed, strict.
        --history-on-join 101
            --history-on-join is "101": it must be a whole number from 0 to 100.
        --retention 36501
            --retention is "36501": it must be a whole number from 0 to 36500.
        --history-buffer-bytes 65535
            --history-buffer-bytes is "65535": it must be a whole number from 65536 to 1073741824.
        --history-buffer-bytes 1073741825
            --history-buffer-bytes is "1073741825": it must be a whole number from 65536 to 1073741824.
        --data
            --data needs a value after it. See roomful --help.
        history
            roomful history needs a word after it: export or erase.
        history print
            there is no command print. See roomful --help.
        history erase
            --nick <NICK> is missing. See roomful --help.
        history erase --nick 9lives
            --nick is "9lives": a name may not begin with '9'.
        history export --since tomorrow
            --since is "tomorrow": it must be a day such as 2026-01-31, or a moment such as 2026-01-31T14:05:00Z (RFC 3339).
        history export --room #
            --room is "#": a name needs at least one character.
        history export --format xml
            --format is "xml": it must be one of jsonl, text.
        history export --nick ada
            there is no flag --nick. See roomful --help.
        history export --io-workers 2
            --io-workers is for a server; roomful history export does not take it. Leave it out.
        --listen [::1]:1 history erase --nick ada
            --listen is for a server; roomful history erase does not take it. Leave it out.
        backup
            <FILE> is missing. See roomful --help.
        backup one two
            two is one word too many. See roomful --help.
        backup --log-level info one
            --log-level is for a server; roomful backup does not take it. Leave it out.
    "##]].assert_eq(&transcript(&[
        "--history maybe",
        "--durability lax",
        "--history-on-join 101",
        "--retention 36501",
        "--history-buffer-bytes 65535",
        "--history-buffer-bytes 1073741825",
        "--data",
        "history",
        "history print",
        "history erase",
        "history erase --nick 9lives",
        "history export --since tomorrow",
        "history export --room #",
        "history export --format xml",
        "history export --nick ada",
        "history export --io-workers 2",
        "--listen [::1]:1 history erase --nick ada",
        "backup",
        "backup one two",
        "backup --log-level info one",
    ]));
}

#[test]
fn help_tells_the_units_the_defaults_and_how_to_try_it() {
    let Err(Stop::Shown(help)) = parse_from(words("roomful --help"), &Places::default()) else {
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
    let Err(Stop::Shown(version)) = parse_from(words("roomful --version"), &Places::default())
    else {
        panic!("the version is shown");
    };
    assert_eq!(
        version.to_string(),
        concat!("roomful ", env!("CARGO_PKG_VERSION"), "\n")
    );
}
