//! The signals that stop a server, one that has it read its configuration again, and
//! one that must do nothing.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals SIGINT (Ctrl-C) and SIGTERM.
#[derive(Debug)]
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// Caught, and nothing else: a file that may not grow is an error like any other.
    _file_too_large: Signal,
}

/// The signal SIGHUP.
#[derive(Debug)]
pub struct Hangups(Signal);

/// SIGXFSZ: a write beyond the limit on the size of files (`ulimit -f`). It would end
/// the process. The number is the same on Linux (but for MIPS), macOS and the BSDs.
const FILE_TOO_LARGE: i32 = 25;

impl Signals {
    /// Catches these signals from now on: they do not end the process by
    /// themselves any more.
    ///
    /// # Errors
    /// When the system refuses.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn catch() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            _file_too_large: signal(SignalKind::from_raw(FILE_TOO_LARGE))?,
        })
    }

    /// Waits for the next signal, and names it. May be dropped while it waits and
    /// called again: no signal is lost by that.
    pub async fn next(&mut self) -> &'static str {
        let (received, name) = tokio::select! {
            biased;
            received = self.interrupt.recv() => (received, "SIGINT"),
            received = self.terminate.recv() => (received, "SIGTERM"),
        };
        if received.is_none() {
            // The runtime ends, and whoever waits here with it.
            std::future::pending::<()>().await;
        }
        name
    }
}

impl Hangups {
    /// Catches it from now on: it does not end the process any more.
    ///
    /// # Errors
    /// When the system refuses.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn catch() -> io::Result<Self> {
        signal(SignalKind::hangup()).map(Self)
    }

    /// Waits for the next one. Several that came meanwhile are one. May be dropped while
    /// it waits and called again.
    pub async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            // The runtime ends, and whoever waits here with it.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    fn send(signal: &str) {
        let command = format!("kill -{signal} {}", std::process::id());
        let sent = Command::new("sh").args(["-c", &command]).status();
        assert!(sent.unwrap().success());
    }

    #[tokio::test]
    async fn both_signals_are_requests_to_stop() {
        let mut signals = Signals::catch().unwrap();
        for (signal, name) in [("INT", "SIGINT"), ("TERM", "SIGTERM")] {
            send(signal);
            let caught = timeout(Duration::from_secs(60), signals.next()).await;
            assert_eq!(caught.unwrap(), name);
        }
    }

    #[tokio::test]
    async fn a_hangup_ends_nothing() {
        let mut hangups = Hangups::catch().unwrap();
        for _ in 0..2 {
            send("HUP");
            let caught = timeout(Duration::from_secs(60), hangups.next()).await;
            caught.unwrap();
        }
    }
}
