//! A relay between the program and the server, which is faithful to all but one.

use std::{future::pending, net::SocketAddr};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, copy},
    net::{TcpListener, TcpStream},
};

use crate::server::TestServer;

/// Who is not served faithfully, among those who come, counted from 0. They come
/// in the order of members: the first speak, this one listens.
const VICTIM: usize = 10;

/// The line in the room that something is done to, counted from 0.
const AT: usize = 5;

/// What is done to one line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Nothing,
    Drop,
    Double,
    /// It changes places with the next line.
    Swap,
    /// Some of the text is changed.
    Spoil,
    /// One byte of what only fills the text is changed.
    Smudge,
    /// Its end comes again, as a line.
    Repeat,
    /// It comes again, in another room.
    Stray,
    /// It comes under another name.
    Rename,
    /// The connection ends.
    End,
    /// Nothing more comes, and the connection stays.
    Mute,
}

/// Starts it, on the server's runtime.
pub(crate) fn start(server: &TestServer, fault: Fault) -> SocketAddr {
    let upstream = server.address;
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = server
        .runtime
        .block_on(TcpListener::bind(any_port))
        .unwrap();
    let address = listener.local_addr().unwrap();
    server.runtime.spawn(async move {
        for index in 0.. {
            let (client, _) = listener.accept().await.unwrap();
            let server = TcpStream::connect(upstream).await.unwrap();
            let fault = if index == VICTIM {
                fault
            } else {
                Fault::Nothing
            };
            tokio::spawn(relay(client, server, fault));
        }
    });
    address
}

async fn relay(client: TcpStream, server: TcpStream, fault: Fault) {
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (mut from_client, mut to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    tokio::spawn(async move {
        // Both sides close when they please.
        drop(copy(&mut from_client, &mut to_server).await);
    });
    let mut lines = BufReader::new(from_server);
    let mut line = Vec::new();
    let mut held = Vec::new();
    let mut said = 0;
    while lines
        .read_until(b'\n', &mut line)
        .await
        .is_ok_and(|count| count > 0)
    {
        if line.get(6) == Some(&b'#') && !line.starts_with(b"-- ") {
            said += 1;
            match (said - 1, fault) {
                (AT, Fault::Drop) => line.clear(),
                (AT, Fault::Double) => line.extend_from_within(..),
                (AT, Fault::Swap) => std::mem::swap(&mut line, &mut held),
                (AT, Fault::Spoil) => {
                    let mark = line.len() - 60;
                    line[mark..mark + 4].fill(b'!');
                }
                (AT, Fault::Smudge) => {
                    let at = line.len() - 2;
                    line[at] = b',';
                }
                (AT, Fault::Repeat) => line.extend_from_within(line.len() - 20..),
                (AT, Fault::Stray) => {
                    let text = line[line.len() - 65..].to_vec();
                    line.extend_from_slice(b"14:05 #lobby guest1:");
                    line.extend(text);
                }
                (AT, Fault::Rename) => {
                    let room_end = 7 + line[7..].iter().position(|b| *b == b' ').unwrap();
                    let nick_end = line.len() - 67;
                    line.splice(room_end + 1..nick_end, *b"mallory");
                }
                (AT, Fault::End) => return,
                (AT, Fault::Mute) => pending().await,
                (_, _) => line.append(&mut held),
            }
        }
        if to_client.write_all(&line).await.is_err() {
            return;
        }
        line.clear();
    }
}
