//! The ceiling does what it is compared for: it relays, room by room.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

struct Rawfan {
    process: Child,
    address: String,
}

impl Rawfan {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_rawfan"))
            .args(["--listen", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut errors = BufReader::new(process.stderr.take().unwrap());
        errors.read_line(&mut line).unwrap();
        let address = line.trim().rsplit(' ').next().unwrap().to_owned();
        Self { process, address }
    }

    fn client(&self, room: &str) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        writeln!(stream, "/join {room}").unwrap();
        let mut client = BufReader::new(stream);
        assert_eq!(next(&mut client), "ok\n");
        client
    }
}

impl Drop for Rawfan {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn next(client: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    client.read_line(&mut line).unwrap();
    line
}

fn say(client: &mut BufReader<TcpStream>, bytes: &str) {
    client.get_mut().write_all(bytes.as_bytes()).unwrap();
}

#[test]
fn a_line_goes_to_the_others_of_its_room_alone() {
    let server = Rawfan::start();
    let mut ada = server.client("ops");
    let mut bob = server.client("ops");
    let mut carol = server.client("dev");
    let mut dan = server.client("dev");
    say(&mut ada, "one\ntw");
    say(&mut ada, "o\n");
    assert_eq!(next(&mut bob), "one\n");
    assert_eq!(next(&mut bob), "two\n");
    say(&mut bob, "back\n");
    assert_eq!(next(&mut ada), "back\n");
    say(&mut carol, "elsewhere\n");
    assert_eq!(next(&mut dan), "elsewhere\n");
}

#[test]
fn a_join_moves() {
    let server = Rawfan::start();
    let mut ada = server.client("ops");
    let mut bob = server.client("ops");
    let mut carol = server.client("dev");
    say(&mut ada, "/join dev\nhello\n");
    assert_eq!(next(&mut ada), "ok\n");
    assert_eq!(next(&mut carol), "hello\n");
    say(&mut carol, "hi\n");
    assert_eq!(next(&mut ada), "hi\n");
    say(&mut bob, "alone\n/join dev\n");
    assert_eq!(next(&mut bob), "ok\n");
}

#[test]
fn what_came_before_the_end_is_said() {
    let server = Rawfan::start();
    let mut ada = server.client("ops");
    let mut bob = server.client("ops");
    say(&mut ada, "last\nunfinished");
    ada.get_mut().shutdown(Shutdown::Write).unwrap();
    assert_eq!(next(&mut bob), "last\n");
    assert_eq!(next(&mut bob), "unfinished\n");
    let mut rest = Vec::new();
    assert_eq!(ada.read_to_end(&mut rest).unwrap(), 0, "it is closed");
}

#[test]
fn who_does_not_read_is_cut_off_and_the_others_go_on() {
    let server = Rawfan::start();
    let mut ada = server.client("ops");
    let stuck = server.client("ops");
    let mut bob = server.client("ops");
    let line = format!("{}\n", "x".repeat(32 * 1024 - 1));
    for _ in 0..1024 {
        say(&mut ada, &line);
        assert_eq!(next(&mut bob).len(), line.len());
    }
    let mut got = Vec::new();
    // Ends, with whatever fitted; a live connection would wait for more.
    let _ = stuck.into_inner().read_to_end(&mut got);
    assert!(got.len() < 1024 * line.len());
}
