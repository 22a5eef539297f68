//! What is in the log, and what never is.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Output, Stdio};

use roomful::shell::logging::{self, LogFormat, LogSettings};

use crate::json;
use crate::person::Person;
use crate::process::{Process, roomful};

/// Whatever these two do and say, each word of it is one that no log line has.
const ADA: &str = "\
/nick zaphod
first heartofgold
/me second heartofgold
/msg trillian third heartofgold
/reply fourth heartofgold
/join vogsphere
/topic fifth heartofgold
/ignore trillian
/zaphodize heartofgold
/quit sixth heartofgold
";
const WORDS: [&str; 4] = ["zaphod", "trillian", "heartofgold", "vogsphere"];

#[test]
fn json_lines_are_objects_and_say_nothing_of_what_people_say() {
    let mut server = Process::start(&["--log-format", "json", "--log-level", "trace"]);
    let mut bob = Person::connect(server.addr);
    bob.send("/nick trillian\n");
    bob.until("-- You are now trillian.");
    let mut ada = Person::connect(server.addr);
    ada.send(ADA);
    let told = ada.rest();
    assert_eq!(told.last().unwrap(), "-- Bye, zaphod.", "{told:?}");
    let heard = bob.until("-- zaphod left: sixth heartofgold.");
    assert!(heard.iter().any(|line| line.ends_with("third heartofgold")));
    drop((ada, bob));
    server.signal("TERM");
    let (logged, status) = server.ended();
    assert!(status.success());
    assert!(logged.len() >= 4, "two come and go: {logged:?}");
    for line in &logged {
        assert!(json::is_object(line), "{line}");
        let lower = line.to_lowercase();
        assert!(!WORDS.iter().any(|word| lower.contains(word)), "{line}");
    }
}

const IS_CHILD: &str = "ROOMFUL_TEST_OF_A_PANIC";

/// Runs itself once more, to panic in a process of its own: a hook is the whole
/// process's.
#[test]
fn a_panic_is_one_line_of_the_log() {
    if std::env::var_os(IS_CHILD).is_some() {
        panic_and_exit();
    }
    for backtrace in ["0", "1"] {
        let Output { stderr, status, .. } = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "logs::a_panic_is_one_line_of_the_log"])
            .args(["--nocapture", "--test-threads=1"])
            .env(IS_CHILD, "1")
            .env("RUST_BACKTRACE", backtrace)
            .output()
            .unwrap();
        let logged = String::from_utf8(stderr).unwrap();
        assert!(status.success(), "{logged}");
        assert_eq!(logged.lines().count(), 1, "{logged}");
        let line = logged.trim_end();
        assert!(json::is_object(line), "{line}");
        for part in [
            r#""level":"ERROR""#,
            r#""message":"panicked: planted""#,
            concat!(r#""at":""#, file!(), ":"),
            r#""thread":"breaker""#,
        ] {
            assert!(line.contains(part), "{part} is not in {line}");
        }
        assert_eq!(line.contains("backtrace"), backtrace == "1", "{line}");
    }
}

fn panic_and_exit() -> ! {
    let log = logging::start(LogSettings {
        format: LogFormat::Json,
        ..LogSettings::default()
    });
    let breaker = std::thread::Builder::new().name("breaker".into());
    let ended = breaker.spawn(|| panic!("planted")).unwrap().join();
    assert!(ended.is_err());
    drop(log); // Writes what waits.
    std::process::exit(0)
}

/// Found by a fresh reader: a terminal that is stopped, or a pipe that nobody
/// reads, stopped everybody, and no signal but SIGKILL ended the server.
#[test]
fn a_log_that_nobody_reads_holds_up_nobody() {
    let mut command = roomful(&["--listen", "127.0.0.1:0"]);
    let mut server = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::with_capacity(64, server.stderr.take().unwrap());
    let mut first = String::new();
    log.read_line(&mut first).unwrap();
    let (_, addr) = first.trim_end().rsplit_once(' ').unwrap();
    let addr: SocketAddr = addr.parse().unwrap();
    // From here on nobody reads. A pipe takes 64 KiB: some 400 connections.
    for _ in 0..2_000 {
        drop(Person::connect(addr));
    }
    let (mut ada, mut bob) = (Person::connect(addr), Person::connect(addr));
    ada.send("still here\n");
    bob.until(": still here");
    let pid = server.id();
    let sent = Command::new("kill").arg(pid.to_string()).status();
    assert!(sent.unwrap().success());
    assert_eq!(server.wait().unwrap().code(), Some(0));
    drop(log);
}
