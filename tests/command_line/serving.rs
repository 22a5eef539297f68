//! What an operator sees of a server that starts and serves.

use std::net::TcpListener;

use crate::person::Person;
use crate::process::{Process, end_of, roomful};

#[test]
fn a_port_in_use_is_one_line_and_status_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap();
    let (said, status) = end_of(&mut roomful(&["--listen", &addr.to_string()]));
    let another = addr.port().checked_add(1).unwrap_or(4000);
    assert_eq!(
        said,
        format!(
            "roomful: {addr} is in use by another program. \
             Stop it, or choose another port with --listen 127.0.0.1:{another}.\n"
        )
    );
    assert_eq!(status, Some(1));
}

#[test]
fn without_a_burst_a_hundred_lines_are_taken_at_once() {
    let mut server = Process::start(&["serve", "--rate-burst", "0"]);
    let mut ada = Person::connect(server.addr);
    let mut bob = Person::connect(server.addr);
    let lines: Vec<String> = (1..=100).map(|number| format!("line {number}")).collect();
    ada.send(&(lines.join("\n") + "\n/quit\n"));
    // A limiter would tell her when it makes her wait.
    assert_eq!(
        ada.rest(),
        ["-- guest2 joined #lobby.", "-- Bye, guest1."].map(String::from)
    );
    let heard = bob.until("-- guest1 left.");
    assert_eq!(heard.len(), 101, "{heard:?}");
    for (heard, said) in heard.iter().zip(&lines) {
        assert_eq!(heard[6..], format!("#lobby guest1: {said}"));
    }
    drop((ada, bob));
    server.signal("TERM");
    assert!(server.ended().1.success());
}

#[test]
fn a_server_whose_log_nobody_reads_serves_on() {
    let mut server = Process::start(&["--log-level", "trace"]);
    server.close_log();
    for _ in 0..3 {
        let mut ada = Person::connect(server.addr);
        ada.send("/quit\n");
        assert!(ada.rest().last().unwrap().starts_with("-- Bye, "));
    }
    server.signal("TERM");
    assert!(server.ended().1.success());
}
