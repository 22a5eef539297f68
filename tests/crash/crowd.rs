//! People who talk until the server is gone, and people who note what they are shown.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// The rooms in which they talk.
pub(crate) const ROOMS: [&str; 3] = ["lobby", "ops", "dev"];

/// A line that somebody was shown, and when.
pub(crate) struct Shown {
    pub(crate) room: String,
    pub(crate) text: String,
    pub(crate) at: Instant,
}

/// A speaker and a listener in each room. Lines name the round, so that each is said
/// once and for all.
pub(crate) struct Crowd {
    speakers: Vec<thread::JoinHandle<()>>,
    listeners: Vec<thread::JoinHandle<Vec<Shown>>>,
}

impl Crowd {
    pub(crate) fn gather(addr: SocketAddr, round: u32) -> Self {
        let listen = |room: &&'static str| {
            let (room, stream) = (*room, TcpStream::connect(addr).unwrap());
            thread::spawn(move || listen(stream, room))
        };
        let speak = |room: &&'static str| {
            let (room, stream) = (*room, TcpStream::connect(addr).unwrap());
            thread::spawn(move || speak(&stream, room, round))
        };
        let listeners = ROOMS.iter().map(listen).collect();
        let speakers = ROOMS.iter().map(speak).collect();
        Self {
            speakers,
            listeners,
        }
    }

    /// Once the server is gone: what everybody was shown, to the last byte.
    pub(crate) fn shown(self) -> Vec<Vec<Shown>> {
        for speaker in self.speakers {
            speaker.join().unwrap();
        }
        let shown = self.listeners.into_iter();
        shown.map(|listener| listener.join().unwrap()).collect()
    }
}

/// Until the connection breaks. A few lines at once, then a breath: some commits hold
/// one line, some many.
fn speak(mut stream: &TcpStream, room: &str, round: u32) {
    let mut number = 0;
    if stream
        .write_all(format!("/join {room}\n").as_bytes())
        .is_err()
    {
        return;
    }
    loop {
        let mut lines = String::new();
        for _ in 0..1 + number % 7 {
            number += 1;
            lines += &format!("said-{round}-{room}-{number}\n");
        }
        if stream.write_all(lines.as_bytes()).is_err() {
            return;
        }
        thread::sleep(Duration::from_millis(number % 5));
    }
}

fn listen(stream: TcpStream, room: &str) -> Vec<Shown> {
    let mut shown = Vec::new();
    if (&stream)
        .write_all(format!("/join {room}\n").as_bytes())
        .is_err()
    {
        return shown;
    }
    let mut lines = BufReader::new(stream);
    loop {
        let mut line = String::new();
        match lines.read_line(&mut line) {
            Ok(count) if count > 0 && line.ends_with('\n') => {}
            // The end, a line cut in the middle, or a reset: nothing more is shown.
            Ok(_) | Err(_) => return shown,
        }
        if let Some(said) = said(&line) {
            shown.push(said);
        }
    }
}

/// `14:05 #ops ada: said-1-ops-7`
fn said(line: &str) -> Option<Shown> {
    let (_, rest) = line.trim_end().split_once(" #")?;
    let (room, rest) = rest.split_once(' ')?;
    let (_, text) = rest.split_once(": ")?;
    let is_live = !line.starts_with("-- ") && text.starts_with("said-");
    is_live.then(|| Shown {
        room: room.into(),
        text: text.into(),
        at: Instant::now(),
    })
}
