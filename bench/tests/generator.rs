//! Runs are made, judged and cleaned up, whatever the load generator does.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::fs::{PermissionsExt, symlink},
};

use bench::{
    generator::{Generator, Outcome},
    server::Contender,
};
use tempfile::TempDir;

/// A folder with the real `rawfan`, and a shell script as the load generator.
fn programs(script: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    symlink(env!("CARGO_BIN_EXE_rawfan"), folder.path().join("rawfan")).unwrap();
    let load = folder.path().join("roomful-load");
    fs::write(&load, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&load, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

fn run(script: &str) -> Outcome {
    let folder = programs(script);
    let port = free_port();
    let mut generator = Generator {
        binaries: folder.path().to_owned(),
        cores: "0",
        port,
        ports: 1,
        runs: 0,
    };
    let options = ["--members".to_owned(), "7".to_owned()];
    let outcome = generator.run(&Contender::rawfan(), "fanout", &options);
    assert!(
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err(),
        "the server outlived its run"
    );
    outcome
}

#[test]
fn the_load_generator_is_told_what_to_do() {
    let outcome = run(r#"echo "{\"ok\": true, \"asked\": \"$*\"}""#);
    assert_eq!(outcome.failure, None);
    let report = outcome.report.unwrap();
    let asked = report.value()["asked"].as_str().unwrap();
    assert!(
        asked.starts_with("fanout --json --peer rawfan --address 127.0.0.1:"),
        "{asked}"
    );
    assert!(asked.contains(" --pid "), "{asked}");
    assert!(asked.ends_with(" --members 7"), "{asked}");
}

#[test]
fn a_failed_check_is_a_failure_with_its_figures() {
    let outcome = run(
        r#"echo '{"ok": false, "checks": {"missing": 2}}'; echo "two are missing" >&2; exit 1"#,
    );
    let failure = outcome.failure.unwrap();
    assert!(failure.contains("missing 2"), "{failure}");
    assert!(failure.contains("two are missing"), "{failure}");
    assert!(outcome.report.is_some());
}

#[test]
fn a_report_that_is_not_sure_of_itself_is_a_failure() {
    assert!(run(r#"echo '{"ok": false}'"#).failure.is_some());
    assert!(run("echo no figures").failure.is_some());
    assert!(run("exit 3").failure.is_some());
}

#[test]
fn a_server_that_does_not_survive_is_told() {
    let outcome = run(r#"while [ "$1" != --pid ]; do shift; done
           kill -KILL "$2"
           until grep -q '^State:.Z' "/proc/$2/status"; do :; done
           echo '{"ok": true}'"#);
    let failure = outcome.failure.unwrap();
    assert!(failure.contains("the server ended"), "{failure}");
}

/// A server with history that passes its lines on by `rawfan`, and exports what a script
/// prints.
fn run_with_history(export: &str) -> Outcome {
    let folder = programs(r#"echo '{"ok": true, "lines": 3}'"#);
    let server = folder.path().join("roomful");
    let script = format!(
        r#"#!/bin/sh
           cd "$(dirname "$0")"
           case "$*" in
               history*) {export} ;;
               *"--history on --durability strict --data "*)
                   ./rawfan --listen "$2" & trap 'kill $!; exit 0' TERM; wait ;;
           esac"#
    );
    fs::write(&server, script).unwrap();
    fs::set_permissions(&server, fs::Permissions::from_mode(0o755)).unwrap();
    let mut generator = Generator {
        binaries: folder.path().to_owned(),
        cores: "0",
        port: free_port(),
        ports: 1,
        runs: 0,
    };
    let contender = Contender {
        durability: Some("strict"),
        ..Contender::roomful()
    };
    let outcome = generator.run(&contender, "fanout", &[]);
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().starts_with("history-"))
        .collect();
    assert!(left.is_empty(), "{left:?} outlived its run");
    outcome
}

#[test]
fn what_was_kept_is_counted_when_the_server_has_ended() {
    let outcome = run_with_history(
        r#"echo '{"room": "ops", "seq": 1, "kind": "said"}'
           echo '{"room": "ops", "kind": "gap", "first": 2, "last": 3}'"#,
    );
    assert_eq!(outcome.failure, None);
    let report = outcome.report.unwrap();
    assert_eq!(report.number("history.lines"), Some(1.0));
    assert_eq!(report.number("history.missing"), Some(2.0));
}

#[test]
fn lines_that_history_knows_nothing_of_are_a_failure() {
    let outcome = run_with_history(r#"echo '{"room": "ops", "seq": 1, "kind": "said"}'"#);
    assert_eq!(
        outcome.failure.unwrap(),
        "3 lines were said, and history knows of 1"
    );
    let outcome = run_with_history("exit 74");
    let failure = outcome.failure.unwrap();
    assert!(failure.contains("an export ended with"), "{failure}");
}

#[test]
fn a_missing_program_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut generator = Generator {
        binaries: folder.path().to_owned(),
        cores: "0",
        port: free_port(),
        ports: 1,
        runs: 0,
    };
    let outcome = generator.run(&Contender::rawfan(), "fanout", &[]);
    let failure = outcome.failure.unwrap();
    assert!(failure.contains("rawfan did not start"), "{failure}");
}

#[test]
fn figures_that_nobody_can_scrape_are_a_failure() {
    let folder = programs(r#"echo '{"ok": true}'"#);
    // It serves, and shows no figures.
    let server = folder.path().join("before");
    let script = "#!/bin/sh\ncd \"$(dirname \"$0\")\"\nexec ./rawfan --listen \"$2\"\n";
    fs::write(&server, script).unwrap();
    fs::set_permissions(&server, fs::Permissions::from_mode(0o755)).unwrap();
    let mut generator = Generator {
        binaries: folder.path().to_owned(),
        cores: "0",
        port: free_port(),
        ports: 1,
        runs: 0,
    };
    let contender = Contender {
        is_scraped: true,
        program: Some(server),
        ..Contender::roomful()
    };
    let outcome = generator.run(&contender, "fanout", &[]);
    let failure = outcome.failure.unwrap();
    assert!(failure.contains("could not be scraped"), "{failure}");
}
