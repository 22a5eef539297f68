//! Many connections on one thread, none of which ever waits for another.

mod connection;
mod link;
pub(crate) mod source;
#[cfg(test)]
mod tests;
mod timer;
pub(crate) mod tls;

use std::{collections::VecDeque, fmt, io, net::SocketAddr, time::Instant};

use mio::{Events, Interest, Poll, Token};

use connection::{Connection, State};
use link::Link;
use source::Sources;
use timer::Timer;
use tls::Tls;

/// Bytes of the one buffer that everything is read into.
const READ_BYTES: usize = 64 * 1024;

/// Readiness taken from the system at once.
const EVENTS_MAX: usize = 1024;

const TIMER: Token = Token(usize::MAX);

/// What a run does with what its connections hear. Connections are told by their
/// index: they are counted from 0 in the order of [`Net::connect`].
pub(crate) trait Ears {
    /// Takes what is whole at the beginning of `bytes`, which came at `now`
    /// (nanoseconds of the run), and returns how much that was.
    fn hear(&mut self, index: usize, bytes: &[u8], now: u64) -> usize;

    /// The connection stands.
    fn connected(&mut self, index: usize);

    /// The connection is over, and no more comes from it.
    fn ended(&mut self, index: usize, ending: Ending);
}

/// How a connection ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// It was never made.
    NotMade(io::Error),
    /// The server closed it.
    Closed,
    /// It broke.
    Broken(io::Error),
    /// The server sent so many bytes without a line end.
    Endless(usize),
}

impl fmt::Display for Ending {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMade(error) => write!(to, "it could not be made: {error}"),
            Self::Closed => to.write_str("the server closed it"),
            Self::Broken(error) => write!(to, "it broke: {error}"),
            Self::Endless(bytes) => write!(to, "{bytes} bytes came without a line end"),
        }
    }
}

/// All connections of a run, its clock, and its buffer.
pub(crate) struct Net {
    poll: Poll,
    timer: Timer,
    server: SocketAddr,
    sources: Sources,
    tls: Option<Tls>,
    connections: Vec<Connection>,
    /// Readiness that is still to be looked at.
    ready: VecDeque<Ready>,
    events: Events,
    buffer: Box<[u8]>,
    start: Instant,
}

/// A connection with something to do.
#[derive(Clone, Copy)]
struct Ready {
    index: usize,
    writable: bool,
    /// The other side has ended: a read must go on to the end.
    ended: bool,
}

impl Net {
    /// A run's network, from now on; with TLS, if its connections speak that.
    ///
    /// # Errors
    /// When the system has no poll or timer left.
    pub(crate) fn new(server: SocketAddr, sources: Sources, tls: Option<Tls>) -> io::Result<Self> {
        let poll = Poll::new()?;
        let timer = Timer::new(poll.registry(), TIMER)?;
        Ok(Self {
            poll,
            timer,
            server,
            sources,
            tls,
            connections: Vec::new(),
            ready: VecDeque::new(),
            events: Events::with_capacity(EVENTS_MAX),
            buffer: vec![0; READ_BYTES].into(),
            start: Instant::now(),
        })
    }

    /// Nanoseconds of the run until now.
    #[must_use]
    pub(crate) fn now(&self) -> u64 {
        nanoseconds(self.start)
    }

    /// Begins a connection, which says `first` as soon as it stands; with
    /// `and_end` that is all that it ever says.
    ///
    /// # Errors
    /// When the system has no socket left or refuses at once.
    pub(crate) fn connect(&mut self, first: Vec<u8>, and_end: bool) -> io::Result<usize> {
        let index = self.connections.len();
        let mut socket = self.sources.connect(index, self.server)?;
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.poll
            .registry()
            .register(&mut socket, Token(index), interest)?;
        let link = Link::new(socket, self.tls.as_ref())?;
        self.connections.push(Connection::new(link, first, and_end));
        Ok(index)
    }

    /// Sends `bytes`, now or as soon as the connection takes them. A connection
    /// that is over takes none; that was told when it ended.
    pub(crate) fn send(&mut self, index: usize, bytes: &[u8]) {
        self.connections[index].send(bytes);
    }

    /// Stops to listen: what comes stays in the system's buffers, then in the
    /// server's.
    ///
    /// # Errors
    /// When the system does not let go of the socket.
    pub(crate) fn deafen(&mut self, index: usize) -> io::Result<()> {
        match &mut self.connections[index].link {
            Some(link) => self.poll.registry().deregister(&mut link.socket),
            None => Ok(()),
        }
    }

    /// Listens again.
    ///
    /// # Errors
    /// When the system does not take the socket back.
    pub(crate) fn listen(&mut self, index: usize) -> io::Result<()> {
        let interest = Interest::READABLE | Interest::WRITABLE;
        let registry = self.poll.registry();
        match &mut self.connections[index].link {
            Some(link) => registry.register(&mut link.socket, Token(index), interest),
            None => Ok(()),
        }
    }

    /// Waits until a connection has something to do, but not beyond `until`
    /// (nanoseconds of the run).
    ///
    /// # Errors
    /// When the system's poll fails.
    pub(crate) fn wait(&mut self, until: u64) -> io::Result<()> {
        let now = self.now();
        let timeout = self.timer.timeout(now, until)?;
        match self.poll.poll(&mut self.events, Some(timeout)) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let ready = self.events.iter().filter(|event| event.token() != TIMER);
        self.ready.extend(ready.map(|event| Ready {
            index: event.token().0,
            writable: event.is_writable(),
            ended: event.is_read_closed() || event.is_error(),
        }));
        self.events.clear();
        Ok(())
    }

    /// Serves one connection that has something to do; `false` when none has.
    pub(crate) fn serve_one(&mut self, ears: &mut impl Ears) -> bool {
        let Some(ready) = self.ready.pop_front() else {
            return false;
        };
        if self.connections[ready.index].state == State::Connecting && !self.establish(ready, ears)
        {
            return true;
        }
        if ready.writable {
            self.connections[ready.index].flush();
        }
        if let Some(ending) = self.read(ready, ears) {
            self.connections[ready.index].close();
            ears.ended(ready.index, ending);
        }
        // TLS may stand by now.
        self.connections[ready.index].end_if_due();
        true
    }

    fn establish(&mut self, ready: Ready, ears: &mut impl Ears) -> bool {
        let connection = &mut self.connections[ready.index];
        match connection.establish() {
            Ok(true) => {
                ears.connected(ready.index);
                true
            }
            Ok(false) => false,
            Err(error) => {
                connection.close();
                ears.ended(ready.index, Ending::NotMade(error));
                false
            }
        }
    }

    /// Reads all that has come.
    fn read(&mut self, ready: Ready, ears: &mut impl Ears) -> Option<Ending> {
        let connection = &mut self.connections[ready.index];
        loop {
            let link = connection.link.as_mut()?;
            let kept = connection.unfinished.len();
            if kept == READ_BYTES {
                return Some(Ending::Endless(kept));
            }
            let is_emptied = link.is_emptied_by_short_reads();
            let filled = match link.read(&mut self.buffer[kept..]) {
                Ok(0) => return Some(Ending::Closed),
                Ok(count) => kept + count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Some(Ending::Broken(error)),
            };
            self.buffer[..kept].copy_from_slice(&connection.unfinished);
            let now = nanoseconds(self.start);
            let used = ears.hear(ready.index, &self.buffer[..filled], now);
            connection.keep(&self.buffer[used..filled]);
            // A short read has emptied the socket: what comes later is told anew.
            if is_emptied && filled < READ_BYTES && !ready.ended {
                return None;
            }
        }
    }
}

fn nanoseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
