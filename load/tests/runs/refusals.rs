//! Runs that cannot be made say why and what to do, and print no report.

use std::net::{SocketAddr, TcpListener};

use roomful::shell::Config;

use crate::{
    program::run,
    server::{TestServer, unlimited},
};

fn cannot(address: SocketAddr, words: &str, why: &str) {
    let run = run(address, &format!("{words} --json"));
    assert_eq!(run.status, Some(2), "{}{}", run.output, run.errors);
    assert_eq!(run.output, "");
    assert!(run.errors.contains(why), "{}", run.errors);
}

const FANOUT: &str = "fanout --members 20 --seconds 1 --warmup 0";

#[test]
fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    cannot(address, FANOUT, "it could not be made");
}

#[test]
fn nobody_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let words = format!("{FANOUT} --patience 2");
    cannot(address, &words, "nobody new joined for 2 s: 0 of 20");
}

#[test]
fn a_full_server() {
    let server = TestServer::start(Config {
        connections_max: 5,
        ..unlimited()
    });
    cannot(server.address, FANOUT, "!! ");
}

#[test]
fn a_rate_limit() {
    let server = TestServer::start(Config::default());
    cannot(server.address, FANOUT, "--rate-burst 0");
}

#[test]
fn another_machine() {
    // An address for documentation: nothing is sent there.
    let address = "192.0.2.1:4000".parse().unwrap();
    cannot(address, FANOUT, "--allow-remote");
}

#[test]
fn what_makes_no_sense() {
    let address = "127.0.0.1:4000".parse().unwrap();
    cannot(address, "fanout --members 1", "--members");
    cannot(address, "fanout --size 10", "24 to 4000 bytes");
    cannot(address, "paced --rate 0", "a rate is above 0");
    cannot(address, "fanout --members 4 --speakers 4", "only listens");
    cannot(address, "slow --members 9 --stuck 5", "do not fit");
    cannot(address, "churn --peer redis", "Redis");
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_is_not_there() {
    let server = TestServer::start(unlimited());
    let words = format!("{FANOUT} --pid 4194305");
    cannot(server.address, &words, "there is no process 4194305");
}
