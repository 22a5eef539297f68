//! The signals that stop a server.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals SIGINT (Ctrl-C) and SIGTERM.
#[derive(Debug)]
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Catches both signals from now on: they do not end the process by
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
}
