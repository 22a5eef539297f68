//! What was said, after the server that heard it has ended.

use std::path::Path;

use tempfile::TempDir;

use crate::person::Person;
use crate::process::Process;

fn stop(mut server: Process) {
    server.signal("TERM");
    let (logged, status) = server.ended();
    assert!(status.success(), "{logged:?}");
}

/// What somebody is shown of the lobby who comes to a server in this directory.
fn shown(data: &Path, arguments: &[&str]) -> Vec<String> {
    let server = Process::start_in(data, arguments);
    let mut bob = Person::connect(server.addr);
    bob.send("/quit\n");
    let mut told = bob.rest();
    assert!(told.pop().unwrap().starts_with("-- Bye, "), "{told:?}");
    stop(server);
    told
}

#[test]
fn a_stopped_server_has_kept_everything() {
    let data = TempDir::new().unwrap();
    let server = Process::start_in(data.path(), &["--rate-burst", "0"]);
    let mut ada = Person::connect(server.addr);
    let lines: String = (1..=500).map(|number| format!("line {number}\n")).collect();
    ada.send(&lines);
    ada.send("/nick ada\n");
    ada.until("-- You are now ada.");
    // At once: the last of them are not on the disk yet.
    stop(server);
    let shown = shown(data.path(), &["--history-on-join", "2"]);
    let [heading, before_last, last, live] = &shown[..] else {
        panic!("{shown:?}");
    };
    assert!(heading.contains("of 500 messages in #lobby"), "{heading}");
    assert!(
        before_last.ends_with("#lobby guest1: line 499"),
        "{before_last}"
    );
    assert!(last.ends_with("#lobby guest1: line 500"), "{last}");
    assert_eq!(live, "-- you are live --");
}

#[test]
fn on_joining_one_sees_as_much_as_the_operator_chose() {
    let data = TempDir::new().unwrap();
    let server = Process::start_in(data.path(), &["--rate-burst", "0"]);
    let mut ada = Person::connect(server.addr);
    ada.send(&"hi\n".repeat(150));
    ada.send("/quit\n");
    ada.rest();
    stop(server);
    for (arguments, expected) in [
        (vec!["--history-on-join", "0"], 0),
        (vec!["--history-on-join", "1"], 1),
        (vec!["--history-on-join", "100"], 100),
        (vec![], 10),
    ] {
        let shown = shown(data.path(), &arguments);
        let lines = shown.iter().filter(|line| line.ends_with(": hi")).count();
        assert_eq!(lines, expected, "{arguments:?}: {shown:?}");
    }
}

#[test]
fn with_strict_durability_what_was_heard_survives_a_kill() {
    let data = TempDir::new().unwrap();
    let strict = ["--durability", "strict"];
    let server = Process::start_in(data.path(), &strict);
    assert!(
        server
            .history
            .ends_with("loses nothing that anybody has seen.")
    );
    let (mut ada, mut bob) = (Person::connect(server.addr), Person::connect(server.addr));
    ada.send("heard\n");
    bob.until("#lobby guest1: heard");
    server.signal("KILL");
    drop(server);
    let shown = shown(data.path(), &strict);
    let is_there = |line: &String| line.ends_with("#lobby guest1: heard");
    assert!(shown.iter().any(is_there), "{shown:?}");
}
