//! The real server, on a history.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::Result;
use crate::person::Person;

/// It has this long to greet, and to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server. It is killed if it was not stopped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts it, and waits until somebody was greeted; how long that took.
    pub(crate) async fn start(dir: &Path) -> Result<(Self, Duration)> {
        let address = free_address()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_roomful"));
        command
            .args(["--listen", &address.to_string(), "--rate-burst", "0"])
            .args(["--history", "on", "--data"])
            .arg(dir)
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        let start = Instant::now();
        let child = command.spawn()?;
        let mut server = Self { child, address };
        loop {
            if Person::arrive(address).await.is_ok() {
                return Ok((server, start.elapsed()));
            }
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("the server ended with {status}").into());
            }
            if start.elapsed() > PATIENCE {
                return Err("the server greets nobody".into());
            }
            sleep(Duration::from_millis(1)).await;
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it holds in memory, in bytes, where the system tells.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kib * 1024)
    }

    /// Ends it in order.
    pub(crate) async fn stop(&mut self) -> Result<()> {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status()?;
        let start = Instant::now();
        loop {
            match self.child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(format!("the server ended with {status}").into()),
                None if start.elapsed() > PATIENCE => return Err("the server does not end".into()),
                None => sleep(Duration::from_millis(5)).await,
            }
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

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
