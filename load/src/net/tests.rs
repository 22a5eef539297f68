//! What comes in pieces is heard whole.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
};

use memchr::memchr;

use super::*;

/// Takes lines, and remembers them.
#[derive(Default)]
struct Lines {
    lines: Vec<Vec<u8>>,
    /// Bytes of whole lines.
    used: usize,
    /// Bytes that have come.
    came: usize,
    stands: bool,
    ending: Option<Ending>,
}

impl Ears for Lines {
    fn hear(&mut self, _: usize, bytes: &[u8], _: u64) -> usize {
        self.came = self.used + bytes.len();
        let mut used = 0;
        while let Some(end) = memchr(b'\n', &bytes[used..]) {
            self.lines.push(bytes[used..used + end].to_vec());
            used += end + 1;
        }
        self.used += used;
        used
    }

    fn connected(&mut self, _: usize) {
        self.stands = true;
    }

    fn ended(&mut self, _: usize, ending: Ending) {
        self.ending = Some(ending);
    }
}

/// A connection: this end, and the server's.
fn connected(lines: &mut Lines) -> (Net, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut net = Net::new(address, Sources::new(address.ip(), 7), None).unwrap();
    net.connect(b"first\n".to_vec(), false).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    serve(&mut net, lines, |lines| lines.stands);
    let mut first = [0; 6];
    server.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"first\n");
    (net, server)
}

/// Serves until this holds, but a minute at most.
fn serve(net: &mut Net, lines: &mut Lines, done: impl Fn(&Lines) -> bool) {
    let patience = net.now() + 60_000_000_000;
    loop {
        net.wait(net.now() + 1_000_000).unwrap();
        while net.serve_one(lines) {}
        if done(lines) {
            return;
        }
        assert!(net.now() < patience, "it never came");
    }
}

#[test]
fn lines_may_be_cut_at_any_byte() {
    const SENT: &[u8] = b"one\n\ntwenty-two\n";
    let mut lines = Lines::default();
    let (mut net, mut server) = connected(&mut lines);
    for cut in 0..=SENT.len() {
        let before = lines.used;
        server.write_all(&SENT[..cut]).unwrap();
        serve(&mut net, &mut lines, |lines| {
            cut == 0 || lines.came == before + cut
        });
        server.write_all(&SENT[cut..]).unwrap();
        serve(&mut net, &mut lines, |lines| {
            lines.used == before + SENT.len()
        });
        let heard: Vec<Vec<u8>> = lines.lines.drain(..).collect();
        assert_eq!(heard, [&b"one"[..], b"", b"twenty-two"], "{cut}");
    }
}

#[test]
fn more_than_the_buffer_holds_is_heard() {
    let line = [b"x".repeat(99), b"\n".to_vec()].concat();
    let all = line.repeat(3000);
    let mut lines = Lines::default();
    let (mut net, mut server) = connected(&mut lines);
    let total = all.len();
    let writer = std::thread::spawn(move || server.write_all(&all).map(|()| server));
    serve(&mut net, &mut lines, |lines| lines.used == total);
    assert_eq!(lines.lines.len(), 3000);
    assert!(lines.lines.iter().all(|heard| *heard == line[..99]));
    drop(writer.join().unwrap().unwrap());
    serve(&mut net, &mut lines, |lines| lines.ending.is_some());
    assert!(matches!(lines.ending, Some(Ending::Closed)));
}

#[test]
fn a_line_without_an_end_is_given_up() {
    let mut lines = Lines::default();
    let (mut net, mut server) = connected(&mut lines);
    let writer = std::thread::spawn(move || {
        // It fails once the other side has had enough.
        drop(server.write_all(&vec![b'x'; 10 * READ_BYTES]));
    });
    serve(&mut net, &mut lines, |lines| lines.ending.is_some());
    assert!(matches!(lines.ending, Some(Ending::Endless(READ_BYTES))));
    drop(net);
    writer.join().unwrap();
}

#[test]
fn nobody_is_there() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut net = Net::new(address, Sources::new(address.ip(), 7), None).unwrap();
    let mut lines = Lines::default();
    net.connect(Vec::new(), false).unwrap();
    serve(&mut net, &mut lines, |lines| lines.ending.is_some());
    assert!(matches!(lines.ending, Some(Ending::NotMade(_))));
}
