//! When to stop: a value, so that tests and simulations bring their own.

use std::future::Future;
use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

/// Where requests to stop come from: the first asks for a stop in order, the
/// second for an end at once.
pub trait StopRequests: Send + 'static {
    /// Waits for the next request, if need be for ever. May be dropped while it
    /// waits and called again: no request is lost by that.
    fn next(&mut self) -> impl Future<Output = ()> + Send;
}

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
}

impl StopRequests for Signals {
    async fn next(&mut self) {
        let (received, name) = tokio::select! {
            biased;
            received = self.interrupt.recv() => (received, "SIGINT"),
            received = self.terminate.recv() => (received, "SIGTERM"),
        };
        match received {
            Some(()) => tracing::info!("received {name}"),
            // The runtime ends, and whoever waits here with it.
            None => std::future::pending().await,
        }
    }
}

/// Each `()` is a request.
impl StopRequests for mpsc::Receiver<()> {
    async fn next(&mut self) {
        if self.recv().await.is_none() {
            std::future::pending().await
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
        assert!(
            Command::new("sh")
                .args(["-c", &command])
                .status()
                .unwrap()
                .success()
        );
    }

    #[tokio::test]
    async fn both_signals_are_requests_to_stop() {
        let mut signals = Signals::catch().unwrap();
        for name in ["INT", "TERM"] {
            send(name);
            timeout(Duration::from_secs(10), signals.next())
                .await
                .unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_channel_brings_requests_and_its_end_is_none() {
        let (requests, mut stop) = mpsc::channel(2);
        requests.send(()).await.unwrap();
        requests.send(()).await.unwrap();
        stop.next().await;
        stop.next().await;
        drop(requests);
        let more = timeout(Duration::from_secs(3600), stop.next());
        assert!(more.await.is_err());
    }
}
