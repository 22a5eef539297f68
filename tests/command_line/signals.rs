//! How signals end the program.

use crate::person::Person;
use crate::process::Process;

const GOODBYE: &str = "-- The server is shutting down. Bye.";

#[test]
fn either_signal_says_goodbye_and_ends_with_status_0() {
    for signal in ["TERM", "INT"] {
        let mut server = Process::start(&[]);
        let mut ada = Person::connect(server.addr);
        server.signal(signal);
        assert_eq!(ada.rest(), [GOODBYE], "SIG{signal}");
        drop(ada);
        let (logged, status) = server.ended();
        assert!(
            logged[1..]
                .iter()
                .any(|line| line.contains(&format!("SIG{signal} received"))),
            "{logged:?}"
        );
        assert_eq!(status.code(), Some(0), "SIG{signal}");
    }
}

#[test]
fn a_second_signal_ends_at_once_whoever_does_not_read() {
    // An hour of grace is beyond the patience of any test.
    let mut server = Process::start(&["--rate-burst", "0", "--shutdown-grace", "3600"]);
    let _stuck = Person::connect_with_small_window(server.addr);
    let mut ada = Person::connect(server.addr);
    fill(&mut ada);
    server.signal("TERM");
    assert_eq!(ada.rest(), [GOODBYE]);
    drop(ada);
    server.until_logged("connection closed conn=2");
    server.signal("INT");
    let (logged, status) = server.ended();
    // Bytes did wait, and the first signal alone had not ended it.
    let cut = "not everything was flushed in time; the rest is closed connections=1";
    assert!(logged.iter().any(|line| line.ends_with(cut)), "{logged:?}");
    assert_eq!(status.code(), Some(0));
}

/// Says 4 MB in the lobby, far more than the system holds for somebody who does
/// not read.
fn fill(ada: &mut Person) {
    let text = "x".repeat(4000);
    for number in 0..1000 {
        ada.send(&format!("{number} {text}\n"));
    }
    ada.send("/nick ada\n");
    ada.until("-- You are now ada.");
}
