//! People who are there, in rooms of ten, and say nothing.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use bench::server::Peer;

/// How long a server may take to answer one of them.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// Their connections; they leave when this is dropped.
pub(crate) struct Crowd(#[expect(dead_code, reason = "held open, not used")] Vec<TcpStream>);

impl Crowd {
    /// Lets `people` connect and join rooms of ten, and waits until all are in.
    ///
    /// # Errors
    /// If one of them cannot connect, or gets no answer.
    pub(crate) fn gather(people: u32, address: SocketAddr, peer: Peer) -> Result<Self> {
        let streams: Result<Vec<TcpStream>> = (0..people)
            .map(|person| {
                join(person, address, peer)
                    .with_context(|| format!("person {person} of {people} did not get in"))
            })
            .collect();
        streams.map(Self)
    }
}

/// Leaves the lobby, too: in a room with so many, everything would be about it.
fn join(person: u32, address: SocketAddr, peer: Peer) -> Result<TcpStream> {
    let room = person / 10;
    let (request, answer) = match peer {
        Peer::Roomful => (
            format!("/join crowd{room}\n/leave lobby\n"),
            "-- You left #lobby",
        ),
        Peer::Rawfan => (format!("/join crowd{room}\n"), "ok"),
        Peer::Redis => bail!("there is no crowd for Redis"),
    };
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(ANSWER_MAX))?;
    stream.write_all(request.as_bytes())?;
    let mut lines = BufReader::with_capacity(512, stream);
    let mut line = String::new();
    while !line.starts_with(answer) {
        line.clear();
        anyhow::ensure!(lines.read_line(&mut line)? > 0, "the server closed it");
    }
    Ok(lines.into_inner())
}
