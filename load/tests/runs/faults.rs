//! What a server does wrong is found, told, and ends in another exit status.

use crate::{
    program::run,
    relay::{self, Fault},
    server::{TestServer, unlimited},
};

/// Makes the relay do this, and expects that exactly this kind of fault is found.
fn is_found(fault: Fault, kind: &str, words: &str, more: &str) {
    let server = TestServer::start(unlimited());
    let address = relay::start(&server, fault);
    let options = "fanout --members 20 --speakers 4 --in-flight 4 --seconds 1 --warmup 0 --json";
    // One after another, so that members come in their order.
    let run = run(address, &format!("{options} --connecting 1 {more}"));
    assert_eq!(run.status, Some(1), "{}{}", run.output, run.errors);
    let report = run.report();
    assert_eq!(report["ok"], false);
    for each in ["missing", "doubled", "disordered", "broken"] {
        let count = report["checks"][each].as_u64().unwrap();
        assert_eq!(count > 0, kind.contains(each), "{each}: {report}");
    }
    assert!(run.errors.contains(words), "{}", run.errors);
}

#[test]
fn a_faithful_relay_is_no_fault() {
    let server = TestServer::start(unlimited());
    let address = relay::start(&server, Fault::Nothing);
    let options = "fanout --members 20 --in-flight 4 --seconds 1 --warmup 0 --json";
    run(address, options).good();
}

#[test]
fn a_dropped_line() {
    is_found(Fault::Drop, "missing", "member 10 never heard lines", "");
}

#[test]
fn a_doubled_line() {
    is_found(Fault::Double, "doubled", "member 10 heard line", "");
}

#[test]
fn two_swapped_lines() {
    is_found(Fault::Swap, "disordered", "order", "");
}

#[test]
fn a_spoilt_line() {
    is_found(
        Fault::Spoil,
        "missing broken",
        "nobody of this run said",
        "",
    );
}

#[test]
fn a_smudge_in_what_only_fills_a_text() {
    is_found(
        Fault::Smudge,
        "missing broken",
        "nobody of this run said",
        "",
    );
}

#[test]
fn a_piece_that_comes_again() {
    is_found(Fault::Repeat, "broken", "what no such server says", "");
}

#[test]
fn a_line_that_strays_into_another_room() {
    is_found(Fault::Stray, "broken", "a line of the run elsewhere", "");
}

#[test]
fn a_line_under_another_name() {
    is_found(Fault::Rename, "broken", "under the name of mallory", "");
}

#[test]
fn an_ended_connection() {
    is_found(Fault::End, "missing broken", "connection 10 ended", "");
}

#[test]
fn a_server_that_falls_silent() {
    is_found(
        Fault::Mute,
        "missing",
        "after the last line for",
        "--patience 2",
    );
}
