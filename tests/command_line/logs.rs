//! What is in the log, and what never is.

use std::process::{Command, Output};

use roomful::shell::logging::{self, LogFormat, LogSettings};

use crate::json;
use crate::person::Person;
use crate::process::Process;

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
    logging::start(LogSettings {
        format: LogFormat::Json,
        ..LogSettings::default()
    });
    let breaker = std::thread::Builder::new().name("breaker".into());
    let ended = breaker.spawn(|| panic!("planted")).unwrap().join();
    assert!(ended.is_err());
    std::process::exit(0)
}
