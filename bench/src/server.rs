//! The servers that are compared, each started for one run and ended after it.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{Read, Seek},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::{identity::Identity, kept::Kept};

/// A server has this long to accept its first connection.
const START_MAX: Duration = Duration::from_secs(10);

/// A server has this long to commit what was said last.
const SETTLE_MAX: Duration = Duration::from_secs(30);

/// Where figures are shown: on the port that the server has, and beside its address.
const ADMIN_IP: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// How much of a server's log is shown when something went wrong.
const LOG_SHOWN: usize = 2000;

/// Which program serves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Peer {
    /// The product.
    Roomful,
    /// The ceiling.
    Rawfan,
    /// Redis, with its pub/sub.
    Redis,
}

impl Peer {
    /// As the load generator calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Roomful => "roomful",
            Self::Rawfan => "rawfan",
            Self::Redis => "redis",
        }
    }

    fn command(self, binaries: &Path, port: u16) -> (PathBuf, Vec<String>) {
        let address = format!("127.0.0.1:{port}");
        match self {
            Self::Roomful => (
                binaries.join("roomful"),
                words(&format!("--listen {address} --connections-max 20000")),
            ),
            Self::Rawfan => (
                binaries.join("rawfan"),
                words(&format!("--listen {address}")),
            ),
            Self::Redis => (
                PathBuf::from("redis-server"),
                // One empty word switches snapshots off. Its protected mode would
                // refuse loopback addresses other than 127.0.0.1.
                [
                    words(&format!("--bind 127.0.0.1 --port {port}")),
                    words(
                        "--protected-mode no --appendonly no --maxclients 19900 --tcp-backlog 4096",
                    ),
                    vec!["--save".to_owned(), String::new()],
                ]
                .concat(),
            ),
        }
    }
}

/// One server as it takes part in a comparison.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contender {
    /// What the tables call it.
    pub name: &'static str,
    /// The program.
    pub peer: Peer,
    /// The cores it may use, as `taskset -c` takes them.
    pub cores: &'static str,
    /// Switches beside the address, in one string.
    pub switches: &'static str,
    /// How roomful keeps history, as `--durability` takes it, if it is to keep any.
    pub durability: Option<&'static str>,
    /// Whether roomful shows its figures, and is scraped once a second.
    pub is_scraped: bool,
    /// Whether everybody comes to it by TLS.
    pub speaks_tls: bool,
    /// Another program than the one beside this one: an earlier roomful.
    pub program: Option<PathBuf>,
}

/// Switches with which roomful neither slows anybody down nor logs.
pub const BARE: &str = "--rate-burst 0 --log-level error";

impl Contender {
    /// The product, on core 0, with nothing that slows anybody down.
    #[must_use]
    pub fn roomful() -> Self {
        Self::on_core_0("roomful", Peer::Roomful, BARE)
    }

    /// The ceiling, on core 0.
    #[must_use]
    pub fn rawfan() -> Self {
        Self::on_core_0("rawfan", Peer::Rawfan, "")
    }

    /// Redis, on core 0.
    #[must_use]
    pub fn redis() -> Self {
        Self::on_core_0("Redis", Peer::Redis, "")
    }

    /// Any program on core 0.
    #[must_use]
    pub fn on_core_0(name: &'static str, peer: Peer, switches: &'static str) -> Self {
        Self {
            name,
            peer,
            cores: "0",
            switches,
            durability: None,
            is_scraped: false,
            speaks_tls: false,
            program: None,
        }
    }
}

/// A running server. It ends when this is dropped.
pub struct Server {
    child: Child,
    log: File,
    address: SocketAddr,
    admin: Option<SocketAddr>,
    /// With which it speaks TLS, if it does.
    identity: Option<Identity>,
    binaries: PathBuf,
    /// Where it keeps history, if it does. Gone with the server.
    data: Option<TempDir>,
}

impl Server {
    /// Starts `contender` on a port of the loopback, and waits until it accepts. What
    /// it keeps is kept in a new directory beside the programs.
    ///
    /// # Errors
    /// If it cannot be started, ends at once, or does not accept within ten
    /// seconds; the message has the end of what it logged.
    pub fn start(contender: &Contender, binaries: &Path, port: u16) -> Result<Self> {
        let log = tempfile::tempfile().context("cannot make a file for the server's log")?;
        let (program, arguments) = contender.peer.command(binaries, port);
        let program = contender.program.clone().unwrap_or(program);
        // The load knows nothing of this address, so that the port is free there.
        let admin = contender
            .is_scraped
            .then(|| SocketAddr::from((ADMIN_IP, port)));
        let data = contender
            .durability
            .map(|_| data_in(binaries))
            .transpose()?;
        let identity = contender.speaks_tls.then(Identity::new).transpose()?;
        let child = pinned(contender.cores, &program)
            // Unless a switch says otherwise; and never in the home of who measures.
            .env("ROOMFUL_HISTORY", "off")
            .args(arguments)
            .args(history(contender, data.as_ref()))
            .args(contender.switches.split_whitespace())
            .args(identity.iter().flat_map(tls))
            .args(admin.map(|admin| format!("--admin={admin}")))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log.try_clone()?)
            .spawn()
            .context("cannot run setpriv and taskset; they are in util-linux")?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut server = Self {
            child,
            log,
            address,
            admin,
            identity,
            binaries: binaries.to_owned(),
            data,
        };
        server
            .await_ready()
            .with_context(|| format!("{} did not start", contender.name))?;
        Ok(server)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it shows its figures, if it does.
    #[must_use]
    pub fn admin(&self) -> Option<SocketAddr> {
        self.admin
    }

    /// The certificate that everybody has to know, if they come by TLS.
    #[must_use]
    pub fn certificate(&self) -> Option<PathBuf> {
        self.identity.as_ref().map(Identity::certificate)
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The end of what it logged, for people who look for a fault.
    #[must_use]
    pub fn log(&mut self) -> String {
        tail(&mut self.log)
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends a server that keeps history, in order, and counts what it kept. How long it
    /// took to end is how far it was behind. Nothing for one that keeps none.
    ///
    /// # Errors
    /// If it does not end by itself and well, or if what it kept is not in order.
    pub fn settle(mut self) -> Result<Option<(Kept, Duration)>> {
        let Some(data) = self.data.take() else {
            return Ok(None);
        };
        let start = Instant::now();
        let pid = self.pid().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status()?;
        if !told.success() {
            bail!("the server cannot be told to end: kill ended with {told}");
        }
        let status = self.await_end(start)?;
        let settling = start.elapsed();
        if !status.success() {
            bail!("the server ended with {status}. It said: {}", self.log());
        }
        Ok(Some((Kept::count(&self.binaries, data.path())?, settling)))
    }

    fn await_end(&mut self, start: Instant) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if start.elapsed() > SETTLE_MAX {
                bail!("the server does not end. It said: {}", self.log());
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn await_ready(&mut self) -> Result<()> {
        let start = Instant::now();
        loop {
            if !self.is_alive() {
                bail!("it ended at once. It said: {}", self.log());
            }
            if TcpStream::connect(self.address).is_ok() {
                return Ok(());
            }
            if start.elapsed() > START_MAX {
                bail!("it accepts no connection. It said: {}", self.log());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Either fails only for a process that is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Beside the programs: a folder for temporary files is in memory on many machines.
fn data_in(binaries: &Path) -> Result<TempDir> {
    let made = tempfile::Builder::new()
        .prefix("history-")
        .tempdir_in(binaries);
    made.with_context(|| format!("cannot make a directory in {}", binaries.display()))
}

fn history(contender: &Contender, data: Option<&TempDir>) -> Vec<OsString> {
    let Some((durability, data)) = contender.durability.zip(data) else {
        return Vec::new();
    };
    let data = data.path().as_os_str();
    let switches = ["--history", "on", "--durability", durability, "--data"].map(OsStr::new);
    let switches = switches.into_iter().chain([data]);
    switches.map(OsStr::to_owned).collect()
}

fn tls(identity: &Identity) -> [OsString; 4] {
    let (certificate, key) = (identity.certificate(), identity.key());
    [
        "--tls-cert".into(),
        certificate.into(),
        "--tls-key".into(),
        key.into(),
    ]
}

/// A command for `program` on some cores, which ends when this process does.
#[must_use]
pub fn pinned(cores: &str, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "taskset", "-c", cores]);
    command.arg(program);
    command
}

/// The end of a file, as text.
#[must_use]
pub(crate) fn tail(file: &mut File) -> String {
    let text = whole(file);
    let skipped = text.chars().count().saturating_sub(LOG_SHOWN);
    let shown: String = text.chars().skip(skipped).collect();
    match shown.trim() {
        "" => "nothing".to_owned(),
        shown => shown.to_owned(),
    }
}

/// All of a file, as text; what cannot be read is left out.
#[must_use]
pub(crate) fn whole(file: &mut File) -> String {
    let mut bytes = Vec::new();
    if file.rewind().is_ok() {
        let _ = file.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
