//! The program, running, with its log at hand.

use std::io::{BufRead as _, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// How long a test waits for what must happen. Far beyond what a slow and loaded
/// machine needs: it is there so that a failure ends.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// Lines that a thread has read ahead.
const LINES_AHEAD_MAX: usize = 10_000;

/// The program, not yet started, in an environment that only says to keep no
/// history and to read no configuration: nothing may be written to the home of who runs
/// the tests, nor read there.
pub(crate) fn roomful(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_roomful"));
    command.env_clear().env("ROOMFUL_HISTORY", "off");
    command.env("ROOMFUL_CONFIG", "/dev/null");
    command.args(arguments);
    command
}

/// What the program says on standard error until it ends, and its status. It prints
/// nothing on standard output.
pub(crate) fn end_of(command: &mut Command) -> (String, Option<i32>) {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Running(command.spawn().unwrap());
    let stdout = Lines::of(child.0.stdout.take().unwrap());
    let stderr = Lines::of(child.0.stderr.take().unwrap());
    let said = std::iter::from_fn(|| stderr.next().map(|line| line + "\n")).collect();
    assert_eq!(stdout.next(), None, "it prints nothing");
    (said, child.0.wait().unwrap().code())
}

/// A child that is killed when the test is done with it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server in a process of its own, on a port of its own.
pub(crate) struct Process {
    child: Running,
    /// Nothing is ever printed there: its end is the end of the process.
    stdout: Lines,
    stderr: Option<Lines>,
    pub(crate) addr: SocketAddr,
    /// What it says of history when it starts.
    pub(crate) history: String,
    /// Where it keeps history, if it was not told where; gone when it is.
    _data: Option<TempDir>,
}

impl Process {
    /// Starts it with a history of its own.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let data = TempDir::new().unwrap();
        let mut process = Self::start_in(data.path(), arguments);
        process._data = Some(data);
        process
    }

    /// Starts it with a history in this directory.
    pub(crate) fn start_in(data: &Path, arguments: &[&str]) -> Self {
        let mut command = roomful(arguments);
        command.args(["--history", "on", "--data"]).arg(data);
        let process = Self::spawn(command);
        assert_eq!(process.data(), data);
        process
    }

    /// Starts it and waits for its three first lines, or four with TLS.
    pub(crate) fn spawn(mut command: Command) -> Self {
        if !command.get_envs().any(|(name, _)| name == "LISTEN_FDS") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = Running(command.spawn().unwrap());
        let stdout = Lines::of(child.0.stdout.take().unwrap());
        let stderr = Lines::of(child.0.stderr.take().unwrap());
        let addr = listens_on(&stderr.next().expect("it says where it listens"));
        let try_it = stderr.next().expect("it says how to try it");
        let here = if addr.is_ipv6() { "::1" } else { "127.0.0.1" };
        assert_eq!(try_it, format!("Try it: nc -N {here} {}", addr.port()));
        let mut history = stderr.next().expect("it says where history is kept");
        if history.starts_with("Try TLS") {
            let try_tls = format!("Try TLS: openssl s_client -quiet -connect {addr}");
            assert_eq!(history, try_tls);
            history = stderr.next().expect("it says where history is kept");
        }
        Self {
            child,
            stdout,
            stderr: Some(stderr),
            addr,
            history,
            _data: None,
        }
    }

    /// Where it says that it keeps history.
    pub(crate) fn data(&self) -> PathBuf {
        let rest = self.history.strip_prefix("History is kept in ");
        let dir = rest.and_then(|rest| rest.split_once(" for "));
        dir.unwrap_or_else(|| panic!("none is kept: {}", self.history))
            .0
            .into()
    }

    /// Where its metrics and health are, as its fourth line says. To be asked once,
    /// and before the log is read.
    pub(crate) fn admin(&self) -> SocketAddr {
        let line = self.log().next().expect("it says where its metrics are");
        let rest = line.strip_prefix("Metrics and health: http://");
        let addr = rest.and_then(|rest| rest.strip_suffix('/'));
        let addr = addr.and_then(|addr| addr.parse().ok());
        addr.unwrap_or_else(|| panic!("not where its metrics are: {line:?}"))
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.0.id()
    }

    pub(crate) fn signal(&self, signal: &str) {
        let command = format!("kill -{signal} {}", self.id());
        let sent = Command::new("sh").args(["-c", &command]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for a line of the log that contains this, and gives it without its time.
    pub(crate) fn until_logged(&self, part: &str) -> String {
        loop {
            let line = self.log().next().expect("it runs");
            if line.contains(part) {
                return line
                    .split_once("Z ")
                    .map_or(line.clone(), |(_, rest)| rest.into());
            }
        }
    }

    /// Lets nobody read the log any more.
    pub(crate) fn close_log(&mut self) {
        let lines = self.stderr.take().expect("it is closed once");
        lines.close();
    }

    /// Waits for its end; what it has logged until then, and its status.
    pub(crate) fn ended(&mut self) -> (Vec<String>, ExitStatus) {
        let mut logged = Vec::new();
        if let Some(log) = &self.stderr {
            logged.extend(std::iter::from_fn(|| log.next()));
        }
        assert_eq!(self.stdout.next(), None, "it prints nothing");
        (logged, self.child.0.wait().unwrap())
    }

    fn log(&self) -> &Lines {
        self.stderr.as_ref().expect("its log is read")
    }
}

fn listens_on(line: &str) -> SocketAddr {
    let start = concat!("roomful ", env!("CARGO_PKG_VERSION"), " listens on ");
    let addr = line.strip_prefix(start);
    let addr = addr.map(|addr| addr.strip_suffix(" (plain or TLS)").unwrap_or(addr));
    let addr = addr.and_then(|addr| addr.parse().ok());
    let addr: SocketAddr = addr.unwrap_or_else(|| panic!("not where it listens: {line:?}"));
    assert_ne!(addr.port(), 0, "it is the real port");
    addr
}

/// Lines of a pipe, read by a thread so that a test can lose its patience.
struct Lines(Receiver<String>, thread::JoinHandle<()>);

impl Lines {
    fn of(pipe: impl Read + Send + 'static) -> Self {
        let (lines_in, lines) = sync_channel(LINES_AHEAD_MAX);
        let reading = thread::spawn(move || {
            for line in BufReader::new(pipe).lines() {
                if lines_in.send(line.unwrap()).is_err() {
                    break; // Nobody reads them any more.
                }
            }
        });
        Self(lines, reading)
    }

    /// Closes the reading end: the thread leaves at the next line, which is lost.
    fn close(self) {
        drop(self.0);
        drop(self.1);
    }

    /// The next line; `None` at the end.
    fn next(&self) -> Option<String> {
        use std::sync::mpsc::RecvTimeoutError::{Disconnected, Timeout};
        match self.0.recv_timeout(PATIENCE) {
            Ok(line) => Some(line),
            Err(Disconnected) => None,
            Err(Timeout) => panic!("no line comes in time"),
        }
    }
}
