use std::fs;

use clap::CommandFactory as _;
use expect_test::expect;
use tempfile::TempDir;

use super::super::{CommandLine, Settings, Stop, Task, parse_from};
use super::*;
use crate::shell::logging::LogLevel;

/// What comes of a file with this text, on a line with these words.
fn parsed(text: &[u8], words: &[&str]) -> (TempDir, Result<Task, Stop>) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("roomful.toml");
    fs::write(&path, text).unwrap();
    let mut arguments = vec!["roomful".into(), "--config".into(), path.into()];
    arguments.extend(words.iter().map(OsString::from));
    let task = parse_from(arguments, &Places::default());
    (dir, task)
}

fn settings(text: &str) -> (TempDir, Settings) {
    match parsed(text.as_bytes(), &[]) {
        (dir, Ok(Task::Serve(settings))) => (dir, *settings),
        (_, other) => panic!("{text}: {other:?}"),
    }
}

/// What is said of a file, without the directory that it is in.
fn said(text: &[u8]) -> String {
    let (dir, task) = parsed(text, &[]);
    let Err(stop) = task else {
        panic!("{}: {task:?}", String::from_utf8_lossy(text));
    };
    let dir = format!("{}/", dir.path().display());
    stop.lines()
        .iter()
        .map(|line| line.replace(&dir, "") + "\n")
        .collect()
}

/// The texts, indented, each with what is said about it.
fn transcript(texts: &[&str]) -> String {
    let told = |text: &&str| {
        let indented = |line: &str| format!("    {line}").trim_end().to_owned() + "\n";
        let shown: String = text.lines().map(indented).collect();
        shown + &said(text.as_bytes())
    };
    texts.iter().map(told).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_flag_of_a_server_is_one_key_and_the_other_way_round() {
    let command = CommandLine::command();
    let mut flags: Vec<_> = command
        .get_arguments()
        .filter(|flag| flag.is_global_set() && flag.get_id() != "config")
        .map(|flag| flag.get_long().unwrap().replace('-', "_"))
        .collect();
    let mut keys: Vec<_> = KEYS.iter().map(|key| key.name.to_owned()).collect();
    flags.sort();
    keys.sort();
    assert_eq!(
        flags, keys,
        "a flag needs its place in KEYS, and a key its flag"
    );
    let mut names: Vec<_> = tables().collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(
        names.len(),
        tables().count(),
        "the keys of a table stand together"
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of mistakes")]
fn values_that_are_wrong() {
    expect![[r#"
            [limits]
            connections_max = "many"
        roomful.toml:2: connections_max is "many": it must be a whole number from 1 to 1000000.

            [limits]
            connections_max = 0
        roomful.toml:2: connections_max is 0: it must be a whole number from 1 to 1000000.

            [limits]
            connections_max = 99999999999999999999
        roomful.toml:2: connections_max is 99999999999999999999: it must be a whole number from 1 to 1000000.

            [limits]
            connections_max = -5
        roomful.toml:2: connections_max is -5: it must be a whole number from 1 to 1000000.

            [limits]
            connections_max = "5000"
        roomful.toml:2: connections_max is "5000": a number has no quotes. Write connections_max = 5000.

            [limits]
            rate_burst = 2.5
        roomful.toml:2: rate_burst is 2.5: it must be a whole number from 0 to 1000000.

            [limits]
            rate_burst = true
        roomful.toml:2: rate_burst is true: it must be a whole number from 0 to 1000000.

            [limits]
            rate_burst = [5]
        roomful.toml:2: rate_burst is a list, and takes one value.

            [limits]
            stall_timeout = "5s"
        roomful.toml:2: stall_timeout is "5s": it must be a whole number from 1 to 86400. Write digits alone, without a unit.

            [limits]
            stall_timeout = 5s
        roomful.toml:2: stall_timeout is 5s: it must be a whole number from 1 to 86400. Write digits alone, without a unit.

            [limits]
            outbox_bytes_max = 64 # KiB
        roomful.toml:2: outbox_bytes_max is 64: it must be a whole number from 16384 to 1073741824.

            [limits]
            rate_per_second =
        roomful.toml:2: rate_per_second has no value. Write one behind the =, or leave the line out.

            [network]
            listen = "4000"
        roomful.toml:2: listen is "4000": it does not say for whom. Write 127.0.0.1:4000 for this machine only, or 0.0.0.0:4000 for everybody who can reach it.

            [network]
            listen = 4000
        roomful.toml:2: listen is 4000: it does not say for whom. Write 127.0.0.1:4000 for this machine only, or 0.0.0.0:4000 for everybody who can reach it.

            [network]
            listen = []
        roomful.toml:2: listen is an empty list. Name at least one.

            [network]
            listen = [
                "127.0.0.1:4000",
                "localhost:4000",
            ]
        roomful.toml:4: listen is "localhost:4000": host names are not looked up. Write an IP address and a port, such as 127.0.0.1:4000 or [::1]:4000.

            [network]
            listen = 127.0.0.1:4000
        roomful.toml:2: listen is 127.0.0.1:4000: quotes are missing. Write listen = "127.0.0.1:4000".

            [network]
            listen = [["127.0.0.1:4000"]]
        roomful.toml:2: listen is a list in a list. Write one list.

            [history]
            history = "maybe"
        roomful.toml:2: history is "maybe": it must be true or false.

            [history]
            history = yes
        roomful.toml:2: history is yes: it must be true or false.

            [history]
            data = ""
        roomful.toml:2: data is "": it must name a directory.

            [history]
            data = 5
        roomful.toml:2: data is 5: quotes are missing. Write data = "5".

            [history]
            retention = 2026-01-31
        roomful.toml:2: retention is 2026-01-31: it must be a whole number from 0 to 36500.

            [log]
            log_level = "loud"
        roomful.toml:2: log_level is "loud": it must be one of error, warn, info, debug, trace.

            [log]
            log_level = debug
        roomful.toml:2: log_level is debug: quotes are missing. Write log_level = "debug".

            [log]
            log_level = { least = "debug" }
        roomful.toml:2: log_level is a table, and takes one value.
    "#]].assert_eq(&transcript(&[
        "[limits]\nconnections_max = \"many\"",
        "[limits]\nconnections_max = 0",
        "[limits]\nconnections_max = 99999999999999999999",
        "[limits]\nconnections_max = -5",
        "[limits]\nconnections_max = \"5000\"",
        "[limits]\nrate_burst = 2.5",
        "[limits]\nrate_burst = true",
        "[limits]\nrate_burst = [5]",
        "[limits]\nstall_timeout = \"5s\"",
        "[limits]\nstall_timeout = 5s",
        "[limits]\noutbox_bytes_max = 64 # KiB",
        "[limits]\nrate_per_second =",
        "[network]\nlisten = \"4000\"",
        "[network]\nlisten = 4000",
        "[network]\nlisten = []",
        "[network]\nlisten = [\n    \"127.0.0.1:4000\",\n    \"localhost:4000\",\n]",
        "[network]\nlisten = 127.0.0.1:4000",
        "[network]\nlisten = [[\"127.0.0.1:4000\"]]",
        "[history]\nhistory = \"maybe\"",
        "[history]\nhistory = yes",
        "[history]\ndata = \"\"",
        "[history]\ndata = 5",
        "[history]\nretention = 2026-01-31",
        "[log]\nlog_level = \"loud\"",
        "[log]\nlog_level = debug",
        "[log]\nlog_level = { least = \"debug\" }",
    ]));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of mistakes")]
fn names_that_are_wrong() {
    expect![[r#"
            [limits]
            rate_brust = 5
        roomful.toml:2: there is no key rate_brust. Did you mean rate_burst?

            [limits]
            rate-burst = 5
        roomful.toml:2: there is no key rate-burst. Did you mean rate_burst?

            [limits]
            Rate_Burst = 5
        roomful.toml:2: there is no key Rate_Burst. Did you mean rate_burst?

            [limits]
            ROOMFUL_RATE_BURST = 5
        roomful.toml:2: there is no key ROOMFUL_RATE_BURST. Did you mean rate_burst?

            [limits]
            log_levle = "info"
        roomful.toml:2: there is no key log_levle. Did you mean log_level, in [log]?

            [limits]
            frobnicate = 5
        roomful.toml:2: there is no key frobnicate. See roomful config default.

            [limits]
            "" = 5
        roomful.toml:2: there is no key "". See roomful config default.

            [limits]
            "a b\n" = 5
        roomful.toml:2: there is no key "a b\n". See roomful config default.

            [history]
            rate_burst = 5
        roomful.toml:2: rate_burst is not in [history]: it belongs in [limits].

            rate_burst = 5
        roomful.toml:1: rate_burst belongs in [limits]: write it below a line [limits].

            rate-burst = 5
        roomful.toml:1: there is no key rate-burst. Did you mean rate_burst, in [limits]?

            config = "other.toml"
        roomful.toml:1: config is no key: the file is named by --config FILE, or by ROOMFUL_CONFIG.

            limits = 5
        roomful.toml:1: limits is a table. Write a line [limits], and its keys below it.

            [limit]
            rate_burst = 5
        roomful.toml:1: there is no table [limit]. Did you mean [limits]?

            [Limits]
            rate_burst = 5
        roomful.toml:1: there is no table [Limits]. Did you mean [limits]?

            [server]
            port = 4000
        roomful.toml:1: there is no table [server]: there are [network], [tls], [limits], [history], [log].

            [rate_burst]
            max = 5
        roomful.toml:1: [rate_burst] is no table: rate_burst is a key, in [limits].

            [[limits]]
            rate_burst = 5
        roomful.toml:1: [[limits]] is a list of tables. Write [limits].

            [limits.rate]
            burst = 5
        roomful.toml:1: there is no key rate. See roomful config default.

            [limits.rate_burst]
            max = 5
        roomful.toml:1: rate_burst is a table, and takes one value.
    "#]]
    .assert_eq(&transcript(&[
        "[limits]\nrate_brust = 5",
        "[limits]\nrate-burst = 5",
        "[limits]\nRate_Burst = 5",
        "[limits]\nROOMFUL_RATE_BURST = 5",
        "[limits]\nlog_levle = \"info\"",
        "[limits]\nfrobnicate = 5",
        "[limits]\n\"\" = 5",
        "[limits]\n\"a b\\n\" = 5",
        "[history]\nrate_burst = 5",
        "rate_burst = 5",
        "rate-burst = 5",
        "config = \"other.toml\"",
        "limits = 5",
        "[limit]\nrate_burst = 5",
        "[Limits]\nrate_burst = 5",
        "[server]\nport = 4000",
        "[rate_burst]\nmax = 5",
        "[[limits]]\nrate_burst = 5",
        "[limits.rate]\nburst = 5",
        "[limits.rate_burst]\nmax = 5",
    ]));
}

#[test]
fn what_is_no_toml() {
    expect![[r#"
            [limits
            rate_burst = 5
        roomful.toml:1: "[limits" is not TOML: unclosed table, expected `]`.

            [limits]
            rate_burst 5
        roomful.toml:2: "rate_burst 5" is not TOML: key with no value, expected `=`.

            [limits]
            rate_burst: 5
        roomful.toml:2: "rate_burst: 5" is not TOML: invalid unquoted key, expected letters, numbers, `-`, `_`.

            [limits]
            rate_burst = 5 rate_per_second = 1
        roomful.toml:2: "rate_burst = 5 rate_per_second = 1" is not TOML: unexpected key or value, expected newline, `#`.

            [log]
            log_level = "debug
        roomful.toml:2: "log_level = \"debug" is not TOML: invalid basic string, expected `"`.

            [log]
            log_level = debug"
        roomful.toml:2: "log_level = debug\"" is not TOML: missing opening quote, expected `"`.

            [network]
            listen = ["127.0.0.1:4000"
        roomful.toml:2: "listen = [\"127.0.0.1:4000\"" is not TOML: unclosed array, expected `]`.

            [limits]
            rate_burst = 5

            [log]
            [limits]
            rate_per_second = 1
        roomful.toml:5: [limits] is there twice, first on line 1. Put its keys together.

            [limits]
            rate_burst = 5
            rate_burst = 6
        roomful.toml:3: rate_burst is given twice, first on line 2. Keep one of them.

            --rate-burst 5
        roomful.toml:1: "--rate-burst 5" is not TOML: key with no value, expected `=`.

            # roomful

            <limits>
        roomful.toml:3: "<limits>" is not TOML: invalid unquoted key, expected letters, numbers, `-`, `_`.
    "#]].assert_eq(&transcript(&[
        "[limits\nrate_burst = 5",
        "[limits]\nrate_burst 5",
        "[limits]\nrate_burst: 5",
        "[limits]\nrate_burst = 5 rate_per_second = 1",
        "[log]\nlog_level = \"debug",
        "[log]\nlog_level = debug\"",
        "[network]\nlisten = [\"127.0.0.1:4000\"",
        "[limits]\nrate_burst = 5\n\n[log]\n[limits]\nrate_per_second = 1",
        "[limits]\nrate_burst = 5\nrate_burst = 6",
        "--rate-burst 5",
        "# roomful\n\n<limits>",
    ]));
}

#[test]
fn every_mistake_is_told_not_just_the_first() {
    expect![[r#"
            rate_burst = 5
            [limits]
            rate_per_second = fast
            io_workers = 0
            [log]
            log_levl = 1
        roomful.toml:1: rate_burst belongs in [limits]: write it below a line [limits].
        roomful.toml:3: rate_per_second is fast: it must be a whole number from 0 to 1000000.
        roomful.toml:4: io_workers is 0: it must be a whole number from 1 to 1024.
        roomful.toml:6: there is no key log_levl. Did you mean log_level?
    "#]]
    .assert_eq(&transcript(&[
        "rate_burst = 5\n[limits]\nrate_per_second = fast\nio_workers = 0\n[log]\nlog_levl = 1",
    ]));
}

#[test]
fn files_that_cannot_be_read() {
    expect![[r#"
        roomful.toml:2: the byte 0xe9 is not UTF-8. Save the file as UTF-8.
        roomful.toml has more than 1 MiB: it is no configuration file.
    "#]]
    .assert_eq(
        &[
            said(b"[limits]\n# caf\xe9\n"),
            said(&[b'#'; 1024 * 1024 + 1]),
        ]
        .concat(),
    );
    let dir = TempDir::new().unwrap();
    let told = |path: &Path| {
        let arguments = ["roomful".into(), "--config".into(), path.into()];
        match parse_from(arguments, &Places::default()) {
            Err(Stop::Wrong { line }) => line.replace(&dir.path().display().to_string(), "DIR"),
            other => panic!("{other:?}"),
        }
    };
    expect!["DIR is a directory. Name a file, such as DIR/roomful.toml."]
        .assert_eq(&told(dir.path()));
    expect!["there is no file DIR/none.toml. Name one that is there."]
        .assert_eq(&told(&dir.path().join("none.toml")));
    expect![[r#"--config is "": it must name a file."#]].assert_eq(&told(Path::new("")));
}

#[test]
fn every_kind_of_value_is_taken() {
    let (_dir, Settings { config, log, .. }) = settings(
        "\u{feff}# Windows wrote this.\r\n\
         network.listen = [\"127.0.0.1:1\", '[::1]:2']\r\n\
         history = { history = false }\r\n\
         [limits]\r\n\
         connections_max = 5_000\r\n\
         rate_burst = 0x10\r\n\
         \"rate_per_second\" = +7 # a comment\r\n\
         [log]\r\n\
         log_level = 'debug'\r\n",
    );
    let addresses = ["127.0.0.1:1", "[::1]:2"].map(|text| text.parse().unwrap());
    assert_eq!(config.listen, addresses);
    assert_eq!(config.history, None);
    assert_eq!(config.connections_max, 5_000);
    assert_eq!(config.limits.rate_burst, 16);
    assert_eq!(config.limits.rate_per_second, 7);
    assert_eq!(log.level, LogLevel::Debug);
}

#[test]
fn one_address_needs_no_list() {
    for text in [
        "network.listen = \"[::1]:2\"",
        "network.listen = [\"[::1]:2\"]",
    ] {
        let (_dir, settings) = settings(text);
        assert_eq!(
            settings.config.listen,
            ["[::1]:2".parse().unwrap()],
            "{text}"
        );
    }
    let (_dir, settings) = settings("network.listen = \"[::1]:2,127.0.0.1:1\"");
    assert_eq!(settings.config.listen.len(), 2);
}

#[test]
fn a_switch_is_true_or_on() {
    for (text, is_on) in [
        ("true", true),
        ("false", false),
        ("\"on\"", true),
        ("\"off\"", false),
    ] {
        let (_dir, settings) = settings(&format!("history.history = {text}"));
        assert_eq!(settings.config.history.is_some(), is_on, "{text}");
    }
}

#[test]
fn a_path_begins_where_the_file_lies() {
    let (dir, settings) = settings("history.data = \"kept\"");
    assert_eq!(settings.data, Some(dir.path().join("kept")));
    let (_dir, settings) = self::settings("history.data = \"/var/lib/chat\"");
    assert_eq!(settings.data, Some("/var/lib/chat".into()));
}

#[test]
fn a_flag_wins_over_the_file() {
    let text = b"[limits]\nrate_burst = 3\nrate_per_second = 4\n[network]\nlisten = [\"[::1]:1\"]";
    let flags = ["serve", "--rate-burst", "9", "--listen", "127.0.0.1:2"];
    let (_dir, Ok(Task::Serve(settings))) = parsed(text, &flags) else {
        panic!("it serves");
    };
    assert_eq!(settings.config.limits.rate_burst, 9);
    assert_eq!(settings.config.limits.rate_per_second, 4);
    assert_eq!(settings.config.listen, ["127.0.0.1:2".parse().unwrap()]);
}

#[test]
fn what_a_flag_hides_is_checked_all_the_same() {
    let (_dir, task) = parsed(b"[limits]\nrate_burst = \"x\"", &["--rate-burst", "9"]);
    assert!(matches!(task, Err(Stop::Mistakes { .. })), "{task:?}");
}

#[test]
fn what_was_kept_is_found_by_the_file_too() {
    let (dir, task) = parsed(b"history.data = \"kept\"", &["history", "export"]);
    let Ok(Task::Run(errand)) = task else {
        panic!("{task:?}");
    };
    assert_eq!(errand.data, Some(dir.path().join("kept")));
}

/// Whatever is in a file, it is understood or refused: no text makes the reader panic.
#[test]
fn pieces_of_toml_in_any_order() {
    let pieces = [
        "[",
        "]",
        "[[",
        "]]",
        "limits",
        "rate_burst",
        ".",
        "=",
        "5",
        "\"",
        "'''",
        "{",
        "}",
        ",",
        "\n",
        " ",
        "#",
        "é",
        "\\u00",
        "listen",
        "[network]",
        "2026-01-31",
        "0x",
        "-",
        "\r",
        "\0",
    ];
    let command = CommandLine::command();
    let mut state = 1_u32;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text += pieces[(state >> 16) as usize % pieces.len()];
        }
        let path = "roomful.toml".into();
        if let Err(lines) = understand(&Text { path, text }, &command) {
            assert!(!lines.is_empty());
            let is_placed = |line: &String| line.starts_with("roomful.toml:");
            assert!(lines.iter().all(is_placed), "{lines:?}");
        }
    }
}
