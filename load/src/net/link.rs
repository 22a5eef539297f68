//! A socket, bare or with TLS on it.

use std::{
    io::{self, ErrorKind, Read as _, Write as _},
    net::Shutdown,
};

use mio::net::TcpStream;
use rustls::ClientConnection;

use super::tls::Tls;

/// What bytes go through. Neither reading nor writing waits.
pub(super) struct Link {
    /// The system's end of it.
    pub(super) socket: TcpStream,
    session: Option<Box<ClientConnection>>,
}

impl Link {
    pub(super) fn new(socket: TcpStream, tls: Option<&Tls>) -> io::Result<Self> {
        let session = tls.map(|tls| tls.session().map(Box::new)).transpose()?;
        Ok(Self { socket, session })
    }

    /// Whether a read that does not fill its buffer has emptied the socket.
    pub(super) fn is_emptied_by_short_reads(&self) -> bool {
        self.session.is_none()
    }

    /// As `Read::read`: `Ok(0)` is the end.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(session) = &mut self.session else {
            return self.socket.read(buffer);
        };
        loop {
            match session.reader().read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // The server has gone without a word, which is judged by what is missing.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(0),
                read => return read,
            }
            session.read_tls(&mut self.socket)?;
            let taken = session.process_new_packets();
            // What the handshake has to say, or why it fails.
            let told = pass_on(session, &mut self.socket);
            taken.map_err(io::Error::other)?;
            told?;
        }
    }

    /// As `Write::write`.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(session) = &mut self.session else {
            return self.socket.write(bytes);
        };
        pass_on(session, &mut self.socket)?;
        let taken = session.writer().write(bytes)?;
        pass_on(session, &mut self.socket)?;
        if taken == 0 && !bytes.is_empty() {
            return Err(ErrorKind::WouldBlock.into());
        }
        Ok(taken)
    }

    /// Writes what TLS holds back.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        match &mut self.session {
            Some(session) => pass_on(session, &mut self.socket),
            None => Ok(()),
        }
    }

    /// Whether what was written is on its way, and not kept until TLS stands.
    pub(super) fn stands(&self) -> bool {
        let session = self.session.as_ref();
        session.is_none_or(|session| !session.is_handshaking())
    }

    /// Ends what the server reads.
    pub(super) fn shut(&mut self) -> io::Result<()> {
        if let Some(session) = &mut self.session {
            session.send_close_notify();
            pass_on(session, &mut self.socket)?;
        }
        self.socket.shutdown(Shutdown::Write)
    }
}

/// Writes as much as the system takes at once.
fn pass_on(session: &mut ClientConnection, socket: &mut TcpStream) -> io::Result<()> {
    while session.wants_write() {
        match session.write_tls(socket) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
