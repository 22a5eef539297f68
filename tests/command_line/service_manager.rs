//! The server under a service manager: sockets that it hands over, and what it is told.

use std::io::{ErrorKind, Read as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::person::Person;
use crate::process::{PATIENCE, Process, end_of, roomful};

/// The program, with a descriptor as its third and with the variables that say so.
fn given(descriptor: OwnedFd) -> Command {
    let hand_over = "exec 3<&0 </dev/null; LISTEN_PID=$$; export LISTEN_PID; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", hand_over]);
    let program = roomful(&[]);
    command.arg(program.get_program());
    command.env_clear().env("LISTEN_FDS", "1");
    for (name, value) in program.get_envs() {
        command.env(name, value.expect("it is set"));
    }
    command.stdin(Stdio::from(descriptor));
    command
}

fn server_on(listener: &TcpListener) -> Process {
    let listener = listener.try_clone().unwrap();
    Process::spawn(given(listener.into()))
}

#[test]
fn a_socket_that_is_handed_over_is_served_instead_of_an_address() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = server_on(&listener);
    assert_eq!(server.addr, listener.local_addr().unwrap());
    let mut ada = Person::connect(server.addr);
    ada.send("/nick ada\n");
    ada.until("You are now ada.");
}

#[test]
fn who_comes_by_ipv4_to_a_socket_for_both_has_an_ipv4_address() {
    use socket2::{Domain, Socket, Type};
    let socket = Socket::new(Domain::IPV6, Type::STREAM, None).unwrap();
    socket.set_only_v6(false).unwrap();
    let all: SocketAddr = "[::]:0".parse().unwrap();
    if socket.bind(&all.into()).is_err() {
        return; // A machine without IPv6 has no such sockets.
    }
    socket.listen(16).unwrap();
    let listener = TcpListener::from(socket);
    let port = listener.local_addr().unwrap().port();
    let server = server_on(&listener);
    let _ada = Person::connect(SocketAddr::from(([127, 0, 0, 1], port)));
    let line = server.until_logged("connection opened");
    assert!(line.contains("peer=127.0.0.1:"), "{line}");
}

/// People come one after the other, as fast as they can, while the server is stopped
/// and another one started. How many came, and were greeted; none was refused.
#[test]
fn a_restart_refuses_nobody() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let (greeted, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (greeted, is_over) = (Arc::new(greeted), Arc::new(is_over));
    let mut server = server_on(&listener);
    let coming = {
        let (greeted, is_over) = (Arc::clone(&greeted), Arc::clone(&is_over));
        thread::spawn(move || {
            while !is_over.load(Ordering::Relaxed) {
                come(addr);
                greeted.fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    for _ in 0..3 {
        until_more(&greeted, 20, &coming);
        server.signal("TERM");
        assert!(server.ended().1.success());
        server = server_on(&listener);
    }
    until_more(&greeted, 20, &coming);
    is_over.store(true, Ordering::Relaxed);
    coming.join().unwrap();
}

/// Comes, and goes when something is said: a greeting, or that the server stops.
fn come(addr: SocketAddr) {
    let mut stream = TcpStream::connect(addr).expect("nobody is refused");
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
        .read_exact(&mut [0; 3])
        .expect("nobody is left without a word");
}

fn until_more(greeted: &AtomicUsize, more: usize, coming: &thread::JoinHandle<()>) {
    let enough = greeted.load(Ordering::Relaxed) + more;
    while greeted.load(Ordering::Relaxed) < enough {
        assert!(!coming.is_finished(), "somebody was refused");
        thread::yield_now();
    }
}

#[test]
fn what_is_no_socket_of_people_is_refused() {
    let cases: [(OwnedFd, &str); 2] = [
        (
            std::fs::File::open("/dev/null").unwrap().into(),
            "roomful: descriptor 3, which the service manager handed over, cannot be listened \
             on: fd 3 is not a socket. Its socket unit needs ListenStream= with a port.\n",
        ),
        (
            {
                let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                TcpStream::connect(listener.local_addr().unwrap())
                    .unwrap()
                    .into()
            },
            "roomful: descriptor 3, which the service manager handed over, is one connection. \
             Its socket unit needs Accept=no.\n",
        ),
    ];
    for (descriptor, expected) in cases {
        let (said, status) = end_of(&mut given(descriptor));
        assert_eq!((said.as_str(), status), (expected, Some(1)));
    }
}

/// A service manager that listens.
struct Manager {
    socket: UnixDatagram,
    dir: TempDir,
}

impl Manager {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let socket = UnixDatagram::bind(dir.path().join("notify")).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { socket, dir }
    }

    fn start(&self, variables: &[(&str, &str)]) -> Process {
        let mut command = roomful(&[]);
        command.env("NOTIFY_SOCKET", self.dir.path().join("notify"));
        command.envs(variables.iter().copied());
        Process::spawn(command)
    }

    /// What it is told next.
    fn told(&self) -> String {
        let mut bytes = [0; 4096];
        let count = self.socket.recv(&mut bytes).expect("it is told in time");
        String::from_utf8(bytes[..count].to_vec()).unwrap()
    }

    /// Waits until it is told something with this in it.
    fn until_told(&self, part: &str) -> String {
        loop {
            let told = self.told();
            if told.contains(part) {
                return told;
            }
        }
    }
}

#[test]
fn the_manager_is_told_when_it_is_ready_and_when_it_stops() {
    let manager = Manager::new();
    let mut server = manager.start(&[]);
    assert_eq!(manager.told(), "READY=1\nSTATUS=Nobody is here.\n");
    server.signal("HUP");
    let reloading = manager.told();
    assert!(
        reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="),
        "{reloading}"
    );
    assert!(manager.told().starts_with("READY=1\n"));
    server.signal("TERM");
    let stopping = manager.until_told("STOPPING=1");
    assert!(
        stopping.ends_with("EXTEND_TIMEOUT_USEC=20000000\n"),
        "{stopping}"
    );
    assert!(server.ended().1.success());
}

#[test]
fn the_watchdog_hears_that_all_is_well() {
    let manager = Manager::new();
    let server = manager.start(&[("WATCHDOG_USEC", "300000")]);
    let _ada = Person::connect(server.addr);
    manager.until_told("WATCHDOG=1\nSTATUS=1 person is here.\n");
}

/// A process that does not go on says nothing; and who is stopped and goes on is well.
#[test]
fn the_watchdog_hears_nothing_of_a_server_that_hangs() {
    let manager = Manager::new();
    let server = manager.start(&[("WATCHDOG_USEC", "300000")]);
    manager.until_told("WATCHDOG=1");
    server.signal("STOP");
    let mut bytes = [0; 4096];
    until_stopped(server.id());
    manager.socket.set_nonblocking(true).unwrap();
    while manager.socket.recv(&mut bytes).is_ok() {} // What was on its way.
    manager.socket.set_nonblocking(false).unwrap();
    let ten_beats = Some(Duration::from_secs(1));
    manager.socket.set_read_timeout(ten_beats).unwrap();
    let error = manager.socket.recv(&mut bytes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    manager.socket.set_read_timeout(Some(PATIENCE)).unwrap();
    server.signal("CONT");
    manager.until_told("WATCHDOG=1");
}

/// A signal takes its time to reach every thread.
fn until_stopped(id: u32) {
    let is_stopped = |stat: String| {
        stat.rsplit(") ")
            .next()
            .is_some_and(|rest| rest.starts_with('T'))
    };
    while !std::fs::read_dir(format!("/proc/{id}/task"))
        .unwrap()
        .all(|task| {
            let stat = std::fs::read_to_string(task.unwrap().path().join("stat"));
            is_stopped(stat.unwrap())
        })
    {
        thread::yield_now();
    }
}
